"""Matching by meaning: what a designation means, what a described role needs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.answers import Answer
from api.http.service import Service, service_of
from api.http.shapes import competency_name
from api.http.v1.matching_documents import PositionMatches, RoleText, SuggestedNeeds
from api.http.v1.parameters import Limit
from features.reference import Reference
from features.store import EVERYWHERE, EdgeVerdict, folded
from recommender.engine import Engine
from recommender.matching.designations import ASK as ASK_POSITION
from recommender.matching.role_mapping import ASK as ASK_NEED
from recommender.matching.role_mapping import SuggestedRequirement

router = APIRouter(prefix="/v1", tags=["matching"])

Designation = Annotated[
    str, Query(min_length=1, max_length=500, description="a title as people write it", examples=["Sr. Section Officer"])
]
Place = Annotated[str | None, Query(max_length=200, description="the organisation it is in")]


@router.get("/positions/match", response_model=PositionMatches)
async def match_position(
    request: Request, designation: Designation, organisation: Place = None, limit: Limit = 3
) -> Response:
    """Return the positions that a designation may mean: misspelt, reordered, abbreviated, in English or Hindi.

    What a planner confirmed goes first; what one rejected is left out.
    """
    service = service_of(request)
    engine = service.engine
    said = await service.look_up(service.store.edges.newest, "designation_means", folded(designation))
    await service.learned(engine, "designations")
    items = await service.solve(_positions, service, engine, designation, organisation, limit, said)
    return Answer(
        {
            "model": engine.version,
            "designation": designation,
            "organisation": organisation,
            "ask": not items or items[0]["ask"],
            "items": items,
        }
    )


def _positions(
    service: Service,
    engine: Engine,
    designation: str,
    organisation: str | None,
    limit: int,
    said: list[EdgeVerdict],
) -> list[dict[str, Any]]:
    told = _told_here(said, engine.reference, organisation)
    confirmed = [position for position, verdict in told.items() if verdict == "confirmed"]
    found = service.matcher.designations(engine).match(designation, organisation, limit + len(told))
    items = [
        {
            "position": position,
            "designation": engine.reference.positions[position].designation,
            "confidence": 1.0,
            "ask": False,
            "source": "confirmed",
        }
        for position in confirmed
    ]
    items += [
        {
            "position": one.position,
            "designation": one.designation,
            "confidence": one.confidence,
            "ask": one.confidence < ASK_POSITION,
            "source": "matched",
        }
        for one in found
        if one.position not in told
    ]
    return items[:limit]


def _told_here(said: list[EdgeVerdict], reference: Reference, organisation: str | None) -> dict[str, str]:
    """Return position to verdict; of several the one said for the nearest organisation counts."""
    places = [*reference.lineage(organisation), EVERYWHERE]
    here = sorted(
        (one for one in said if one.organisation in places and one.object in reference.positions),
        key=lambda one: places.index(one.organisation),
    )
    told: dict[str, str] = {}
    for one in here:
        told.setdefault(one.object, one.verdict)
    return told


@router.post("/roles/suggestions", response_model=SuggestedNeeds)
async def suggest_needs(request: Request, role: RoleText) -> Response:
    """Return what a described role is likely to need, with levels: learned from the roles already described."""
    service = service_of(request)
    engine = service.engine
    await service.learned(engine, "roles")
    found = await service.solve(read_role, service, engine, role.name, role.description, role.activities, role.limit)
    return Answer({"model": engine.version, "items": [_need(one, engine.reference) for one in found]})


def read_role(
    service: Service, engine: Engine, name: str, description: str | None, activities: list[str], limit: int
) -> tuple[SuggestedRequirement, ...]:
    """Return what the text of a role says that it needs."""
    return service.matcher.roles(engine).map(name, description, activities, limit)


def _need(one: SuggestedRequirement, reference: Reference) -> dict[str, Any]:
    known = reference.competencies.get(one.competency)
    return {
        "competency": one.competency,
        "name": competency_name(reference, one.competency),
        "area": known.area if known else None,
        "theme": known.theme if known else None,
        "level": one.level,
        "confidence": one.confidence,
        "ask": one.confidence < ASK_NEED,
        "source": "suggested",
    }
