"""Every route about organisations."""

from __future__ import annotations

from api.http.v1.organisations import gaps

routers = (gaps.router,)
