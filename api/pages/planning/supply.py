"""Coverage by courses, course quality and providers, compliance, interests and recognition."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.access.organisations import Own
from api.pages.charts import stack
from api.pages.planning.scene import place_of, show
from api.pages.render import InWords, PageRoute
from api.workbench.desk import desk_of
from api.workbench.doing import compliance_of, recognition_of
from api.workbench.supply import SEATS, quality, supply

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_STATES = (("done", "done"), ("ontime", "on_track"), ("risk", "at_risk"), ("overdue", "overdue"))
"""Colour of a part of the bar, and the count it shows."""


@router.get("/planning/{organisation}/coverage")
async def coverage_page(
    request: Request, organisation: Own, w: InWords, everything: Annotated[bool, Query()] = False
) -> Response:
    """Show which required competencies no course teaches, and what to ask providers for."""
    desk = desk_of(request)
    found = await desk.work(supply, desk, organisation.id)
    return show(request, organisation, w, "coverage", found=found, everything=everything)


@router.get("/planning/{organisation}/providers")
async def providers_page(
    request: Request, organisation: Own, w: InWords, seats: Annotated[int, Query(ge=1, le=100_000)] = SEATS
) -> Response:
    """Show how good courses and providers are, and what the next seat is worth."""
    desk = desk_of(request)
    found = await desk.work(quality, desk, organisation.id, seats)
    return show(request, organisation, w, "providers", found=found, seats=seats)


@router.get("/planning/{organisation}/compliance")
async def compliance_page(request: Request, organisation: Own, w: InWords) -> Response:
    """Show what plans allocate and what became of it."""
    desk, place = desk_of(request), place_of(request, organisation, w)
    found = await desk.work(compliance_of, desk, organisation.id, place.within)
    names = {item.plan: item.name for item in desk.reference.plans if item.name}
    drafts = await desk.ask(desk.service.store.workbench.drafts_of, place.within, 1_000)
    names |= {draft.id: draft.name for draft in drafts}
    total = stack([(kind, found.total[state]) for kind, state in _STATES], max(found.total["allocated"], 1))
    return show(request, organisation, w, "compliance", found=found, names=names, total=total, states=_STATES)


@router.get("/planning/{organisation}/recognition")
async def recognition_page(request: Request, organisation: Own, w: InWords) -> Response:
    """Show what people chose of their own accord, and what competencies they gained."""
    desk = desk_of(request)
    found = await desk.work(recognition_of, desk, organisation.id)
    return show(request, organisation, w, "recognition", found=found)
