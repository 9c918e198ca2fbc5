"""What a role needs, in the form of the platform's own mapping service: the same answer each time, with evidence.

A title that is a position's is told by what the position requires; any other is read by what was learned from the roles
that are described. Only competencies of the framework are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.http.answers import Answer
from api.http.igot.profile import organisation_of
from api.http.service import Service, service_of
from features.reference import Competency, Reference
from recommender.engine import Engine
from recommender.matching.designations import ASK, DesignationMatch

PATH = "/api/v1/map_competencies"
LEAST = 0.2
"""Competencies that are less likely to be needed than this are not named."""
_MOST = 40
_CATEGORIES: Mapping[str | None, str] = {"behavioural": "Behavioural", "functional": "Functional"}

Text = Annotated[str, Field(min_length=1, max_length=2000)]


class MapRequest(BaseModel):
    """A title in an organisation."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"organization": "Ministry of Example", "role_title": "Section Officer"}}
    )

    organization: Text
    role_title: Text
    department: Annotated[str, Field(max_length=2000)] | None = None


class Evidence(BaseModel):
    """Why a competency is named."""

    competency: str
    sub_theme: str
    level: int = Field(ge=1, le=5)
    confidence: float = Field(ge=0, le=1)
    told_by: str = Field(description="position: its requirements; role_text: roles that are described alike")


class MappedCompetency(BaseModel):
    """A theme that the role needs, with the competencies of it."""

    category: str
    theme: str
    sub_themes: list[str]
    relevance: str = Field(pattern=r"^(100|[0-9]{1,2})$", description="0 to 100, as text")
    evidence: list[Evidence]


class MapData(BaseModel):
    """What the platform's clients read."""

    organization: str
    role_title: str
    mapped_competencies: list[MappedCompetency]
    mapping_rationale: str


class MapResponse(BaseModel):
    """The service's envelope."""

    status: str
    status_code: int
    responsedata: MapData


@dataclass(frozen=True, slots=True)
class _Need:
    competency: Competency
    level: int
    confidence: float
    told_by: str


async def map_competencies(request: Request, body: MapRequest) -> Response:
    """Return the competencies that a role needs, theme by theme, the most relevant first."""
    service = service_of(request)
    engine = service.engine
    await service.learned(engine, "designations", "roles")
    needs, rationale = await service.solve(_needs, service, engine, body)
    document = {
        "organization": body.organization,
        "role_title": body.role_title,
        "mapped_competencies": _themes(needs),
        "mapping_rationale": rationale,
    }
    return Answer({"status": "success", "status_code": 200, "responsedata": document})


def _needs(service: Service, engine: Engine, body: MapRequest) -> tuple[list[_Need], str]:
    reference = engine.reference
    place = organisation_of(reference, body.department) or organisation_of(reference, body.organization)
    meant = service.matcher.designations(engine).match(body.role_title, place, 1)
    if meant and meant[0].confidence >= ASK and reference.requirements_of_position(meant[0].position):
        return _of_position(meant[0], reference)
    suggested = service.matcher.roles(engine).map(body.role_title, body.department, top=_MOST)
    found = [
        _Need(reference.competencies[one.competency], one.level, one.confidence, "role_text")
        for one in suggested
        if one.confidence >= LEAST and one.competency in reference.competencies
    ]
    return found, (
        f"No position is surely meant by {body.role_title!r}: {len(found)} competencies are likely by the text, "
        f"learned from {len(reference.roles)} roles. A person should look at those below {ASK:.0%}."
    )


def _of_position(match: DesignationMatch, reference: Reference) -> tuple[list[_Need], str]:
    found = [
        _Need(reference.competencies[need.competency], need.level, match.confidence, "position")
        for need in reference.requirements_of_position(match.position)
        if need.competency in reference.competencies
    ]
    return found, (
        f"Position {match.position} ({match.designation}) is meant with a confidence of {match.confidence:.0%}; "
        f"its roles require {len(found)} competencies."
    )


def _themes(needs: Iterable[_Need]) -> list[dict[str, Any]]:
    """Put competencies of one theme together; the most relevant theme first, then in the order of names."""
    themes: dict[tuple[str, str], list[_Need]] = {}
    for need in needs:
        category = _CATEGORIES.get(need.competency.area, "Domain")
        themes.setdefault((category, need.competency.theme or need.competency.name), []).append(need)
    rows = [_theme(category, theme, some) for (category, theme), some in themes.items()]
    return sorted(rows, key=lambda row: (-int(row["relevance"]), row["category"], row["theme"]))


def _theme(category: str, theme: str, needs: list[_Need]) -> dict[str, Any]:
    ordered = sorted(needs, key=lambda need: (-need.confidence, need.competency.name))
    return {
        "category": category,
        "theme": theme,
        "sub_themes": list(dict.fromkeys(need.competency.name for need in ordered)),
        "relevance": str(round(100 * ordered[0].confidence)),
        "evidence": [
            {
                "competency": need.competency.id,
                "sub_theme": need.competency.name,
                "level": need.level,
                "confidence": need.confidence,
                "told_by": need.told_by,
            }
            for need in ordered
        ],
    }


router = APIRouter(tags=["iGOT"])
router.post(PATH, response_model=MapResponse)(map_competencies)
