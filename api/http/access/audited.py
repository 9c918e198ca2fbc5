"""Which requests go into the audit log, and as what.

Reads of other people's data, erasures, exports, events in somebody's name, whatever changes something, and whatever
was refused. A route that is not named here counts as one that shows people: a new one is written down until somebody
says that it shows nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from api.http.access.principal import Role

REFUSED = frozenset({401, 403, 421, 429})
"""Statuses of requests that were turned away for who sent them, or how often."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_TEXTS = (
    "/sunbirdigot/", "/composite/", "/content/", "/v4/search", "/v5/search", "/api/sunbirdigot/", "/api/composite/",
    "/api/content/", "/v1/roles/suggestions", "/v1/positions/match", "/api/v1/map_competencies",
    "/api/v1/coverage-analysis/",
)  # fmt: skip
"""Beginnings of routes that answer questions about courses, roles and titles."""
_NOBODY = (
    "/health", "/ready", "/metrics", "/docs", "/openapi.json", "/static/", "/v1/courses", "/v1/roles", "/v1/search",
    "/v1/models", "/v1/competencies", "/v1/recommendations", "/trending/", "/api/trending/", "/v2/trending/",
    *_OF_TEXTS,
)  # fmt: skip
"""Beginnings of routes that show and change nobody's data when they are read."""

_QUESTIONS = (
    "/v1/recommendations", "/trending/", "/api/trending/", "/v2/trending/", "/cbplan/", "/api/cbplan/",
    "/api/recommendation/create", "/courseRecommendation/create", "/api/courseRecommendation/create", *_OF_TEXTS,
)  # fmt: skip
"""Beginnings of routes that are asked with POST and change nothing but what was shown."""

_NAMED: Mapping[str, str] = {
    "GET /v1/learners/{learner}": "export",
    "DELETE /v1/learners/{learner}": "erase",
    "POST /v1/events": "events",
}
_THUMBS = "/feedback"

AT_ONCE = frozenset({"events"})
"""Actions that are answered before their entry is on the disk: the events themselves are."""


@lru_cache(maxsize=1024)
def action_of(
    method: str,
    path: str,
    role: Role,
    *,
    service_reads: bool = False,
    everybody: bool = False,
    somebody: bool = False,
) -> str | None:
    """Return the name of what is done, ``None`` where it is not written down.

    ``path`` is the route's pattern. ``service_reads``: also what the platform's gateway reads in learners' names.
    ``somebody``: the request named one whom its path does not name.
    ``everybody``: the service knows nobody, so who reads says nothing; what is changed is written down all the same.

    >>> action_of("GET", "/v1/learners/{learner}/gaps", Role.PLANNER)
    'read'
    >>> action_of("GET", "/v1/learners/{learner}/gaps", Role.LEARNER) is None
    True
    """
    if (named := _NAMED.get(f"{method} {path}")) is not None:
        return None if everybody and named == "events" else named
    if method in _SAFE or path.startswith(_QUESTIONS):
        shows = (somebody or not path.startswith(_NOBODY)) and not everybody and role is not Role.LEARNER
        return "read" if shows and (service_reads or role is not Role.SERVICE) else None
    if path.endswith(_THUMBS):
        return None if everybody or role is Role.LEARNER else "events"
    return "change"
