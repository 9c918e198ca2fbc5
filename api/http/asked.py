"""What a request asks in its query string: only what the route knows, and each thing once.

A misspelt ``limt=5`` that is silently ignored answers another question than the one that was asked; a parameter that
is given twice is read by a gateway as the first and by a service as the last. The platform's own routes take what they
are sent, since their clients add to it, and so do pages.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from fastapi import params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from starlette.requests import Request

from features.errors import KarmapathError

LENIENT = "iGOT"
"""Tag of the routes whose clients may add parameters."""

_known: dict[tuple[str, str], dict[str, bool] | None] = {}


def require_known_parameters(request: Request) -> None:
    """Raise ``KarmapathError`` if the query string has what its route does not know, or twice what it takes once."""
    if not request.scope["query_string"]:
        return
    route = request.scope["route"]
    key = (request.method, route.path)
    if key not in _known:
        _known[key] = _parameters(route)
    parameters = _known[key]
    if parameters is None:
        return
    given: set[str] = set()
    for name, _ in parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True):
        if name not in parameters:
            known = ", ".join(sorted(parameters)) or "no parameters"
            raise KarmapathError(f"parameter {name[:80]!r}", known, "see /docs for the parameters of each route")
        if name in given and not parameters[name]:
            raise KarmapathError(f"parameter {name!r} twice", "each parameter once", "leave one of them out")
        given.add(name)


def _parameters(route: Any) -> dict[str, bool] | None:
    """Return the route's query parameters and whether each may be repeated; ``None`` where any is taken."""
    if not isinstance(route, APIRoute) or not route.include_in_schema or LENIENT in route.tags:
        return None
    found = get_flat_params(route.dependant)
    return {
        field.alias: "list" in str(field.field_info.annotation)
        for field in found
        if isinstance(field.field_info, params.Query)
    }
