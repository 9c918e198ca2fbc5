"""The gate: says who calls and whether they may, before any route runs; routes ask it whose record they may show."""

from __future__ import annotations

import asyncio
import hashlib
from typing import cast

from starlette.requests import Request

from api.http.access.limits import Limits
from api.http.access.principal import ANYBODY, Principal, Role
from api.http.access.table import allowed
from api.http.access.tokens import KeySet, MustWaitError, Tokens
from api.http.asked import require_known_parameters
from api.http.problems import ForbiddenError, TooManyError, UnauthorisedError
from api.settings import Settings
from features.reference import Reference

USER_TOKEN = "x-authenticated-user-token"  # noqa: S105 - a header's name
API_KEY = "x-api-key"


class Gate:
    """Knows the keys and the issuer of one service."""

    def __init__(self, settings: Settings) -> None:
        self._open = settings.is_open
        self._keys = {key.sha256: Principal(key.name, key.role, key.learner, key.organisation) for key in settings.keys}
        self._tokens = _tokens(settings)
        self._limits = Limits(settings.rate_limit, 2 * settings.rate_limit)

    def enter(self, request: Request, *, at_once: bool = False) -> None:
        """Let the request in and note who calls, or refuse it.

        Raises
        ------
        MustWaitError
            If the issuer must be asked for its keys first, and nobody may wait: ``at_once``.
        """
        roles = allowed(request.method, request.scope["route"].path)
        if roles is None:  # EVERYBODY
            return
        principal = ANYBODY if self._open else self.identify(request, at_once=at_once)
        request.state.principal = principal
        if principal.role not in roles:
            raise ForbiddenError(
                f"role {principal.role}", f"one of {', '.join(sorted(roles)) or 'no role'}", "call what the role allows"
            )
        self._limit(principal)

    def identify(self, request: Request, *, at_once: bool = False) -> Principal:
        """Return who calls; ``UnauthorisedError`` if that is not proven.

        A gateway's key with a learner's token speaks for the learner only.
        """
        user = request.headers.get(USER_TOKEN)
        if user and self._tokens is not None:
            return self._tokens.principal(user, at_once=at_once)
        given = request.headers.get(API_KEY) or _bearer(request)
        if not given:
            raise UnauthorisedError("no credentials", "a bearer token or an API key", "send the header Authorization")
        if given.count(".") == 2 and self._tokens is not None:
            return self._tokens.principal(given, at_once=at_once)
        found = self._keys.get(hashlib.sha256(given.encode()).hexdigest())
        if found is None:
            raise UnauthorisedError("a key that is not known", "a key of this service", "ask its administrator for one")
        return found

    def _limit(self, principal: Principal) -> None:
        if principal.role in (Role.SERVICE, Role.ADMIN):
            return
        wait = self._limits.wait(f"{principal.role}:{principal.name}")
        if wait > 0:
            raise TooManyError("too many requests", "fewer of them", f"wait {wait:.1f} seconds")


async def enter(request: Request) -> None:
    """Let the request in through the app's gate: a dependency of every route.

    A signature is checked sooner than a thread takes over; only the issuer itself is waited for in one.
    """
    gate = cast("Gate", request.app.state.gate)
    try:
        gate.enter(request, at_once=True)
    except MustWaitError:
        await asyncio.to_thread(gate.enter, request)
    require_known_parameters(request)


def principal_of(request: Request) -> Principal:
    """Return who calls, as the gate noted it."""
    return cast("Principal", request.state.principal)


def require_learner(request: Request, learner: str) -> None:
    """Refuse a learner who names another one; a planner is told from the record."""
    principal = principal_of(request)
    if principal.role is Role.LEARNER and principal.learner != learner:
        raise _not_yours()


def require_organisation(request: Request, organisation: str | None, reference: Reference) -> None:
    """Refuse a planner who asks for a record outside the own organisation's tree."""
    if not may_see(principal_of(request), organisation, reference):
        raise _not_yours()


def may_see(principal: Principal, organisation: str | None, reference: Reference) -> bool:
    """Whether a planner may see a record of that organisation; for other roles the organisation does not count."""
    if principal.role is not Role.PLANNER:
        return True
    above = reference.lineage(organisation) or ((organisation,) if organisation else ())
    return principal.organisation is not None and principal.organisation in above


def _not_yours() -> ForbiddenError:
    return ForbiddenError("somebody else's record", "the own record, or one of the own organisation", "ask for another")


def _tokens(settings: Settings) -> Tokens | None:
    if not settings.issuer:
        return None
    return Tokens(
        KeySet(settings.jwks),
        settings.issuer,
        settings.audience or None,
        settings.clock_skew,
        settings.token_roles,
        settings.organisation_claim,
    )


def _bearer(request: Request) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.casefold() == "bearer" else ""
