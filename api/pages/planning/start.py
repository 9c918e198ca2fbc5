"""Where planners begin: the organisations they plan for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from api.http.access.gate import principal_of
from api.http.access.organisations import visible_organisations
from api.http.access.principal import Role
from api.pages.render import InWords, PageRoute, page
from api.workbench.desk import desk_of
from api.workbench.place import Place

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/planning")
async def start(request: Request, w: InWords, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Choose an organisation; a planner is taken to the own one."""
    desk, principal = desk_of(request), principal_of(request)
    found = visible_organisations(request)
    if principal.role is Role.PLANNER and found and not q:
        own = Place(found[0], desk.reference, w.language, principal.organisation)
        return RedirectResponse(own.address("overview"), 303)
    words = q.casefold().split()
    chosen = [one for one in found if all(word in f"{one.id} {one.name}".casefold() for word in words)]
    places = [(len(desk.reference.lineage(one.id)) - 1, Place(one, desk.reference, w.language)) for one in chosen]
    return page(request, w, "planning/start.html", places=places, query=q)
