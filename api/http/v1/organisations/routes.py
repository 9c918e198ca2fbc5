"""Every route about organisations."""

from __future__ import annotations

from api.http.v1.organisations import answers, gaps, plans, roles

routers = (gaps.router, plans.router, answers.router, roles.router)
