"""An organisation's first page, its posts one by one, and the log of decisions."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.http.access.organisations import Own
from api.pages.planning.scene import place_of, show
from api.pages.render import InWords, PageRoute
from api.workbench.desk import desk_of
from api.workbench.gap_reasons import position_view
from api.workbench.overview import overview
from features.errors import NotFoundError

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/planning/{organisation}")
async def organisation_page(request: Request, organisation: Own, w: InWords) -> Response:
    """Show the organisation at a glance."""
    desk, place = desk_of(request), place_of(request, organisation, w)
    view = await desk.work(overview, desk, organisation.id, place.within)
    return show(request, organisation, w, "overview", view=view)


@router.get("/planning/{organisation}/positions/{position}")
async def position_page(request: Request, organisation: Own, position: str, w: InWords) -> Response:
    """Show what one post asks for and how far its people are."""
    desk = desk_of(request)
    if position not in desk.reference.positions:
        raise NotFoundError(f"position {position!r}", "the id of a position", "choose one in the gap map")
    view = await desk.work(position_view, desk, organisation.id, position)
    return show(request, organisation, w, "gaps", "position", view=view)


@router.get("/planning/{organisation}/decisions")
async def decisions_page(request: Request, organisation: Own, w: InWords) -> Response:
    """Show who decided what, and why."""
    desk, place = desk_of(request), place_of(request, organisation, w)
    found = await desk.ask(desk.service.store.workbench.decisions, place.within, 200)
    return show(request, organisation, w, "decisions", decisions=found)
