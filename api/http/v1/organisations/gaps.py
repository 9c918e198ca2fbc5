"""Organisations and their gap maps."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.http.access.organisations import Own, visible_organisations
from api.http.answers import Answer, stamp
from api.http.v1.organisations.documents import (
    CompetencyGap,
    GapMapDocument,
    GapPeers,
    GapTrend,
    Grouping,
    OrganisationList,
)
from api.http.v1.organisations.shapes import competency_gap, gap_cell, organisation_item, peer_item, trend_point
from api.http.v1.parameters import Limit, Offset
from api.workbench.desk import desk_of
from api.workbench.gap_reasons import competency_view
from api.workbench.gaps import gap_cells, gap_peers, gap_trend
from features.errors import NotFoundError

router = APIRouter(prefix="/v1/organisations", tags=["organisations"])

Competency = Annotated[str | None, Query(max_length=200, description="only this competency")]


@router.get("", response_model=OrganisationList)
async def organisations(request: Request, limit: Limit = 100, offset: Offset = 0) -> Response:
    """Return the organisations that the caller plans for, parents before children."""
    found = visible_organisations(request)
    items = [organisation_item(one) for one in found[offset : offset + limit]]
    return Answer({"total": len(found), "offset": offset, "items": items})


@router.get("/{organisation}/gaps", response_model=GapMapDocument)
async def gaps(
    request: Request,
    organisation: Own,
    by: Annotated[Grouping, Query(description="the parts that cells stand for")] = "position",
    competency: Competency = None,
    position: Annotated[str | None, Query(max_length=200, description="only this post")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """Return the expected shortfalls of an organisation and all below it, worst first.

    Cells of fewer than ten people come without figures.
    """
    desk = desk_of(request)
    cells = await desk.work(gap_cells, desk, organisation.id, by, competency=competency, position=position)
    about = (await desk.work(desk.gap_map)).about
    return Answer(
        {
            "organisation": organisation.id,
            "at": stamp(about.at),
            "by": by,
            "total": len(cells),
            "offset": offset,
            "items": [gap_cell(cell, by, desk.reference) for cell in cells[offset : offset + limit]],
        }
    )


@router.get("/{organisation}/gaps/trend", response_model=GapTrend)
async def trend(request: Request, organisation: Own, competency: Competency = None) -> Response:
    """Return how the shortfall of a competency, or of all together, went over time."""
    desk = desk_of(request)
    points = await desk.work(gap_trend, desk, organisation.id, competency)
    items = [trend_point(at, cell) for at, cell in points if not cell.withheld]
    return Answer({"organisation": organisation.id, "competency": competency, "items": items})


@router.get("/{organisation}/gaps/peers", response_model=GapPeers)
async def peers(
    request: Request,
    organisation: Own,
    designation: Annotated[str | None, Query(max_length=200, description="beside the same one elsewhere")] = None,
) -> Response:
    """Return the organisation beside the ones next to it, or one designation of it beside the same one elsewhere."""
    desk = desk_of(request)
    found = await desk.work(gap_peers, desk, organisation.id, designation)
    items = [peer_item(one, desk.reference) for one in found]
    return Answer({"organisation": organisation.id, "designation": designation, "items": items})


@router.get("/{organisation}/gaps/{competency}", response_model=CompetencyGap)
async def gap(request: Request, organisation: Own, competency: Annotated[str, Path(max_length=200)]) -> Response:
    """Return where a competency is missing, which activities ask for it, and what teaches it."""
    desk = desk_of(request)
    reference = desk.reference
    if competency not in reference.competencies:
        raise NotFoundError(
            f"competency {competency!r}", "the id of a competency", "see the gap map for those there are"
        )
    view = await desk.work(competency_view, desk, organisation.id, competency)
    about = (await desk.work(desk.gap_map)).about
    return Answer(competency_gap(view, competency, organisation.id, about, reference))
