"""Who calls: the headers that the platform's gateway sets on every request it forwards."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Request

from api.http.access.gate import principal_of, require_learner
from api.http.access.principal import Role, is_id
from api.http.problems import ForbiddenError
from api.http.service import service_of
from features.errors import KarmapathError


def caller(
    request: Request,
    wid: Annotated[str | None, Header(description="the learner; wins over the other header")] = None,
    x_authenticated_userid: Annotated[str | None, Header(description="the learner, set by the gateway")] = None,
) -> str | None:
    """Return the id of the learner in whose name the gateway calls, ``None`` where it sets none.

    What a token says wins over the headers. ``KarmapathError`` if a header is nobody's id.
    """
    principal = principal_of(request)
    if principal.role is Role.LEARNER:
        return principal.learner
    named = wid or x_authenticated_userid or None
    if named is not None and not is_id(named):
        raise KarmapathError(
            f"a header that names {named[:40]!r}", "an id of at most 200 characters", "send the caller's id"
        )
    return named


def learner_of(request: Request, caller: str | None, named: str) -> str:
    """Return the learner that a body names; ``ForbiddenError`` if the header names another and settings are strict."""
    require_learner(request, named)
    if caller is not None and caller != named and service_of(request).settings.igot_strict:
        raise ForbiddenError(
            "a body that names another learner than the header", "the learner's own id", "send the caller's id"
        )
    return named
