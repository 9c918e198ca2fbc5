"""Every planner's page."""

from __future__ import annotations

from api.pages.planning import gaps, start

routers = (start.router, gaps.router)
