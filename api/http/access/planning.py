"""The rows of the planner's workbench in the table of routes."""

from __future__ import annotations

from collections.abc import Mapping

from api.http.access.principal import Role

PLANNERS = frozenset({Role.PLANNER, Role.ADMIN})
"""For whose organisation, is checked when the path is read (``organisation_of``)."""

_PAGES = (
    "", "/gaps", "/gaps/{competency}", "/positions/{position}", "/coverage", "/plans", "/plans/compare",
    "/plans/{plan}", "/plans/{plan}/what-if", "/plans/{plan}/export/{format}", "/compliance", "/posts", "/posts/{post}",
    "/succession", "/recognition", "/providers", "/decisions", "/roles", "/roles/{role}", "/roles/{role}/frac",
)  # fmt: skip
"""Pages about an organisation."""

_ROUTES = (
    "/gaps", "/gaps/trend", "/gaps/peers", "/gaps/{competency}", "/coverage", "/compliance", "/succession",
    "/recognition", "/providers", "/decisions", "/plans", "/plans/comparison", "/plans/{plan}",
    "/plans/{plan}/changes", "/plans/{plan}/submission", "/plans/{plan}/withdrawal", "/plans/{plan}/verdicts",
    "/plans/{plan}/comments", "/plans/{plan}/history", "/plans/{plan}/scenarios", "/plans/{plan}/export",
    "/roles", "/roles/{role}", "/roles/{role}/versions", "/roles/{role}/submission", "/roles/{role}/verdict",
)  # fmt: skip
"""Routes about an organisation."""

PLANNING: Mapping[str, frozenset[Role]] = {
    "/planning": PLANNERS,
    **{f"/planning/{{organisation}}{page}": PLANNERS for page in _PAGES},
    "/v1/organisations": PLANNERS,
    **{f"/v1/organisations/{{organisation}}{route}": PLANNERS for route in _ROUTES},
    "/v1/posts/{post}/candidates": PLANNERS,
    "/v1/assignments": PLANNERS,
    "/v1/learners/{learner}/posts-within-reach": frozenset({Role.LEARNER, Role.PLANNER, Role.SERVICE, Role.ADMIN}),
}
"""Route to the roles that may call it."""
