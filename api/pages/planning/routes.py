"""Every planner's page."""

from __future__ import annotations

from api.pages.planning import gaps, overview, people, plans, roles, start, supply, what_if

routers = (
    start.router,
    overview.router,
    gaps.router,
    plans.router,
    people.router,
    supply.router,
    roles.router,
    what_if.router,
)
