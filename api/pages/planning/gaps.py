"""The gap map: the heat table, and one competency of it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.access.organisations import Own
from api.pages.charts import Reading, line
from api.pages.planning.scene import show
from api.pages.render import InWords, PageRoute
from api.workbench.desk import desk_of
from api.workbench.gap_reasons import competency_view
from api.workbench.gaps import GROUPINGS, MEASURES, gap_peers, gap_table, gap_trend, part_name
from features.errors import NotFoundError
from features.schema import AREAS

router = APIRouter(include_in_schema=False, route_class=PageRoute)

By = Literal["position", "designation", "body", "group", "cadre"]
Measure = Literal["people", "share", "levels"]
_SHOWN = 25


@router.get("/planning/{organisation}/gaps")
async def gaps(
    request: Request,
    organisation: Own,
    w: InWords,
    by: Annotated[By, Query()] = "position",
    measure: Annotated[Measure, Query()] = "people",
    area: Annotated[str, Query(max_length=20)] = "",
    critical: Annotated[bool, Query()] = False,
    everything: Annotated[bool, Query()] = False,
) -> Response:
    """Show which parts of the organisation lack which competencies."""
    desk = desk_of(request)
    most = 1_000 if everything else _SHOWN
    table = await desk.work(gap_table, desk, organisation.id, by, area=area or None, critical=critical, most=most)
    names = {key: part_name(key, by, desk.reference, w("gaps_others")) for key in table.columns}
    return show(
        request, organisation, w, "gaps", table=table, names=names, by=by, measure=measure, area=area,
        critical=critical, groupings=GROUPINGS, measures=MEASURES, areas=AREAS,
    )  # fmt: skip


@router.get("/planning/{organisation}/gaps/{competency}")
async def gap(request: Request, organisation: Own, competency: str, w: InWords) -> Response:
    """Show one competency: where it is missing, why, since when, how peers do, and what would close it."""
    desk = desk_of(request)
    if competency not in desk.reference.competencies:
        raise NotFoundError(f"competency {competency!r}", "the id of a competency", "choose one in the gap map")
    view = await desk.work(competency_view, desk, organisation.id, competency)
    readings = [
        Reading(w.date(at), cell.short or 0.0, cell.short_low or 0.0, cell.short_high or 0.0)
        for at, cell in await desk.work(gap_trend, desk, organisation.id, competency)
        if not cell.withheld
    ]
    around = await desk.work(gap_peers, desk, organisation.id)
    peers = [one for one in around if one.competency_id == competency]
    return show(
        request, organisation, w, "gaps", "gap", view=view, trend=line(readings), readings=readings, peers=peers,
        known=desk.reference.competencies[competency],
    )  # fmt: skip
