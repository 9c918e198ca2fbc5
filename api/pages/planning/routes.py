"""Every planner's page."""

from __future__ import annotations

from api.pages.planning import gaps, overview, people, plans, roles, start, supply

routers = (start.router, overview.router, gaps.router, plans.router, people.router, supply.router, roles.router)
