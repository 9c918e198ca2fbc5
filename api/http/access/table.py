"""The table of routes: for each, the roles that may call it. A route that is not here is refused to everybody."""

from __future__ import annotations

from collections.abc import Mapping

from api.http.access.planning import PLANNING
from api.http.access.principal import Role

EVERYBODY: frozenset[Role] | None = None
"""No proof of who calls is needed: the answer tells nothing about anybody."""

_ALL = frozenset(Role)
_OF_LEARNERS = frozenset({Role.LEARNER, Role.PLANNER, Role.SERVICE, Role.ADMIN})
"""Whose record, each may see, is checked when the record is known."""
_OWN = frozenset({Role.LEARNER, Role.SERVICE, Role.ADMIN})
_MACHINES = frozenset({Role.SERVICE, Role.ADMIN})
_OF_TEXTS = frozenset({Role.PLANNER, Role.DATA_SCIENTIST, Role.SERVICE, Role.ADMIN})
"""Routes that read texts of roles and courses, and tell of nobody."""

_SEARCHED = ("sunbirdigot", "sunbirdigot/v4", "composite/v1", "composite/v4", "composite/v5", "content/v1")
_SEARCHES = (
    *(f"{above}/{name}/search" for above in ("", "/api") for name in _SEARCHED), "/v4/search", "/v5/search"
)  # fmt: skip
_FAMILIES = ("/api/recommendation", "/courseRecommendation", "/api/courseRecommendation")

TABLE: Mapping[str, frozenset[Role] | None] = {
    "/health": EVERYBODY,
    "/ready": EVERYBODY,
    "/static/style.css": EVERYBODY,
    "/docs": EVERYBODY,
    "/openapi.json": EVERYBODY,
    "/metrics": frozenset({Role.DATA_SCIENTIST, Role.SERVICE, Role.ADMIN}),
    "/": _OF_LEARNERS,
    "/learners/{learner}": _OF_LEARNERS,
    "GET /v1/learners/{learner}": _OWN,
    "DELETE /v1/learners/{learner}": frozenset({Role.ADMIN}),
    "/v1/learners/{learner}/recommendations": _OF_LEARNERS,
    "/v1/learners/{learner}/recommendations/why-not/{course}": _OF_LEARNERS,
    "/v1/learners/{learner}/competencies": _OF_LEARNERS,
    "/v1/learners/{learner}/gaps": _OF_LEARNERS,
    "/v1/learners/{learner}/paths/guided": _OF_LEARNERS,
    "/v1/learners/{learner}/paths/guided/milestones": _OF_LEARNERS,
    "/v1/learners/{learner}/paths/desirable": _OF_LEARNERS,
    "/v1/recommendations": _ALL,
    "/v1/courses": _ALL,
    "/v1/search": _ALL,
    "/v1/courses/{course}": _ALL,
    "/v1/courses/{course}/similar": _ALL,
    "/v1/roles": _ALL,
    "/v1/roles/{role}": _ALL,
    "/v1/models/current": _ALL,
    "/v1/learners/{learner}/paths/guided/why-not/{course}": _OF_LEARNERS,
    "/v1/learners/{learner}/paths/guided/what-if": _OF_LEARNERS,
    "/v1/learners/{learner}/claims": _OF_LEARNERS,
    "/v1/learners/{learner}/duties": _OF_LEARNERS,
    "GET /v1/learners/{learner}/records": _OF_LEARNERS,
    "POST /v1/learners/{learner}/records": _OWN,
    "GET /v1/claims": frozenset({Role.PLANNER, Role.SERVICE, Role.ADMIN}),
    "POST /v1/claims": _OWN,
    "/v1/claims/decisions": frozenset({Role.PLANNER, Role.SERVICE, Role.ADMIN}),
    "/v1/records/{hash}": _ALL,
    "/v1/ledgers/{ledger}": _MACHINES,
    "/v1/positions/match": _OF_TEXTS,
    "/v1/roles/suggestions": _OF_TEXTS,
    "GET /v1/edges": _OF_TEXTS,
    "POST /v1/edges": frozenset({Role.PLANNER, Role.ADMIN}),
    "/v1/edges/suggestions": _OF_TEXTS,
    **dict.fromkeys(_SEARCHES, _ALL),
    "/api/v1/map_competencies": _OF_TEXTS,
    "/api/v1/coverage-analysis/analyze": _OF_TEXTS,
    "/v1/events": _MACHINES,
    "/v1/audit": frozenset({Role.ADMIN}),
    "/v1/feedback": _OWN,
    "/v1/shown/{recommendation}": _OWN,
    "/courseRecommend/v1/courses": _OWN,
    "/api/courseRecommend/v1/courses": _OWN,
    "/cbplan/v4/user/dictionary": _OWN,
    "/api/cbplan/v4/user/dictionary": _OWN,
    "/trending/content/search": _ALL,
    "/trending/search": _ALL,
    "/api/trending/search": _ALL,
    "/v2/trending/search": _ALL,
    **PLANNING,
    **{f"{family}/create": _OWN for family in _FAMILIES},
    **{f"{family}/read/{{recommendation_id}}": _OWN for family in _FAMILIES},
    **{f"{family}/feedback": _OWN for family in _FAMILIES},
}
"""Route to the roles that may call it; with a method before it, a row is for that method."""


def allowed(method: str, path: str) -> frozenset[Role] | None:
    """Return the roles that may call a route; nobody where the table does not have it."""
    return TABLE.get(f"{method} {path}", TABLE.get(path, frozenset()))
