"""The short way to the routes that are called on every page.

FastAPI solves each request anew: it looks for the route among all of them, builds stacks of contexts, and walks the
tree of dependencies. For a handful of routes that work costs more than the answer. The lane knows what they need when
the app is made. It gives them exactly the values that FastAPI would, lets the gate judge first, and leaves whatever is
not plain (an unknown parameter, a value out of range, another method) to FastAPI, which tells what is wrong with it.
"""

from __future__ import annotations

import gzip
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.access.gate import enter
from api.http.bodies import replay
from api.http.problems import problem_of
from features.errors import KarmapathError

SMALLEST = 1_000
"""Bytes from which an answer is compressed for whoever takes it so."""
_LEVEL = 4


class NotPlainError(Exception):
    """A request that the long way has to judge."""


class Lane:
    """ASGI middleware, the innermost: serves the given routes itself and passes on everything else."""

    def __init__(self, app: ASGIApp, routes: Iterable[APIRoute]) -> None:
        self.app = app
        self._exact: dict[tuple[str, str], _Stop] = {}
        self._patterns: list[_Stop] = []
        for route in routes:
            stop = _Stop(route)
            if "{" in route.path:
                self._patterns.append(stop)
            else:
                self._exact[stop.method, route.path] = stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, here or the long way."""
        stop, found = self._stop(scope) if scope["type"] == "http" else (None, {})
        if stop is None:
            await self.app(scope, receive, send)
            return
        scope["route"], scope["path_params"] = stop.route, found
        request, again = Request(scope, receive), receive
        try:
            body = await request.body() if stop.plan.body else b""
            again = replay(body, receive) if stop.plan.body else receive
            values = stop.plan.plain(request, body)
        except NotPlainError:
            del scope["route"], scope["path_params"]
            await self.app(scope, again, send)
            return
        try:
            await enter(request)
            response = await stop.plan.call(**values, **stop.plan.solved(request))
        except KarmapathError as error:
            response = problem_of(error)
        await (_compressed(response, scope) if len(response.body) >= SMALLEST else response)(scope, again, send)

    def _stop(self, scope: Scope) -> tuple[_Stop | None, Mapping[str, str]]:
        method, path = scope["method"], scope["path"]
        exact = self._exact.get((method, path))
        if exact is not None:
            return exact, {}
        for stop in self._patterns:
            if stop.method == method and (found := stop.match(path)) is not None:
                return stop, found.groupdict()
        return None, {}


class _Stop:
    """One route that the lane serves."""

    def __init__(self, route: APIRoute) -> None:
        self.route = route
        self.method = min(route.methods or {"GET"})
        self.match = route.path_regex.match
        self.plan = _Plan.of(route.dependant)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a function must be given, known before any request."""

    call: Callable[..., Any]
    request: str | None
    fields: Mapping[str, Sequence[Any]]
    """Of the path, the query and the headers."""
    body: Sequence[Any]
    inner: Sequence[tuple[str, _Plan]]
    """Functions whose result it is given."""

    @classmethod
    def of(cls, dependant: Dependant) -> _Plan:
        inner = [(one.name, cls.of(one)) for one in dependant.dependencies if one.name is not None]
        call = dependant.call
        beyond = dependant.cookie_params or len(dependant.body_params) > 1 or inspect.isgeneratorfunction(call)
        if call is None or beyond:
            raise TypeError(f"{dependant.path}: the lane cannot give it what it needs")
        return cls(
            call=call,
            request=dependant.request_param_name,
            fields={
                "path": dependant.path_params,
                "query": dependant.query_params,
                "header": dependant.header_params,
            },
            body=dependant.body_params,
            inner=inner,
        )

    def plain(self, request: Request, body: bytes) -> dict[str, Any]:
        """Return what the request itself says; ``NotPlainError`` where something is not as it should be."""
        values: dict[str, Any] = {} if self.request is None else {self.request: request}
        for field in self.fields["path"]:
            values[field.name] = _valid(field, request.path_params[field.alias])
        asked = request.query_params if request.scope["query_string"] else _NOTHING_ASKED
        for field in self.fields["query"]:
            values[field.name] = _asked(field, asked)
        for field in self.fields["header"]:
            given = request.headers.get(field.alias)
            values[field.name] = _default(field) if given is None else _valid(field, given)
        for field in self.body:
            values[field.name] = _valid(field, _document(body))
        return values

    def solved(self, request: Request) -> dict[str, Any]:
        """Return what other functions say, once the gate has let the request in."""
        return {name: plan.call(**plan.plain(request, b""), **plan.solved(request)) for name, plan in self.inner}


_NOTHING_ASKED = QueryParams("")


def _asked(field: Any, asked: QueryParams) -> Any:
    if field.alias not in asked:
        if field.field_info.is_required():
            raise NotPlainError
        return _default(field)
    several = isinstance(field.field_info, params.Query) and "list" in str(field.field_info.annotation)
    return _valid(field, asked.getlist(field.alias) if several else asked[field.alias])


def _default(field: Any) -> Any:
    """Return the field's default; asking pydantic for one costs an inspection of the function that makes it."""
    make = field.field_info.default_factory
    return field.field_info.default if make is None else make()


def _valid(field: Any, value: Any) -> Any:
    found, errors = field.validate(value, {}, loc=())
    if errors:
        raise NotPlainError
    return found


def _document(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NotPlainError from None


def _compressed(response: Response, scope: Scope) -> Response:
    """Return the answer as its reader takes it; what stands between must know that it depends on the reader."""
    taken = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
    response.headers["Vary"] = "Accept-Encoding"
    if b"gzip" in taken:
        response.body = gzip.compress(bytes(response.body), _LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    return response
