"""How well courses cover a designation's competencies, in the form of the platform's coverage analysis.

The labels are the platform's; the judgement is computed, so the same question has the same answer, and each label has
its evidence: which course, how sure, and whether a tag, a theme or the text tells it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.http.answers import Answer
from api.http.service import service_of
from recommender.matching.coverage import (
    FULL,
    KINDS,
    NONE,
    AskedCompetency,
    CompetencyCoverage,
    CourseCoverage,
    Coverage,
    OfferedCourse,
)

PATH = "/api/v1/coverage-analysis/analyze"
_TOLD = {"tag": "tagged with it", "theme": "tagged with its theme", "text": "its text speaks of it"}

Name = Annotated[str, Field(max_length=2000)]
Label = Literal["Fully Covered", "Partially Covered", "Not Covered"]


class GivenCompetency(BaseModel):
    """A competency that the designation needs; ``type`` in any spelling."""

    type: Name
    theme: Name
    sub_theme: Name = ""


class GivenCourse(BaseModel):
    """A course that may cover them."""

    identifier: Annotated[str, Field(min_length=1, max_length=200)]
    name: Name
    competency_type: Name
    description: Annotated[str, Field(max_length=20_000)] | None = None
    keywords: Annotated[list[Name], Field(max_length=100)] | None = None
    competencies: Annotated[list[dict[str, Any]], Field(max_length=100)] | None = None
    """The provider's tags: with the names of this request, or of versions 5 and 6 of the platform's tags."""


class AnalyseRequest(BaseModel):
    """A designation's competencies and the courses chosen for it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "designation_name": "Section Officer",
                "competencies": [
                    {"type": "Functional", "theme": "Office Management", "sub_theme": "Noting and drafting"}
                ],
                "courses": [
                    {"identifier": "do_1", "name": "Noting and drafting", "competency_type": "Functional"},
                ],
            }
        }
    )

    designation_name: Name
    department_name: Name | None = None
    organisation_name: Name | None = None
    competencies: Annotated[list[GivenCompetency], Field(max_length=200)]
    courses: Annotated[list[GivenCourse], Field(max_length=200)]


class CoverageEvidence(BaseModel):
    """That one course teaches one competency."""

    course_identifier: str
    confidence: float = Field(ge=0, le=1)
    told_by: Literal["tag", "theme", "text"]


class CoveredCompetency(BaseModel):
    """One competency and how well it is covered."""

    competency: str
    theme: str
    sub_theme: str
    coverage: Label
    supporting_courses: list[str]
    reason: str
    evidence: list[CoverageEvidence]


class ScoredCourse(BaseModel):
    """One course and how much it covers."""

    course_identifier: str
    course_name: str
    coverage_score: int = Field(ge=0, le=100)
    coverage_bracket: Label
    reason: str


class AnalyseResponse(BaseModel):
    """Competencies and courses, kind by kind: a bare object."""

    behavioural: list[CoveredCompetency]
    functional: list[CoveredCompetency]
    domain: list[CoveredCompetency]
    behavioural_course_scores: list[ScoredCourse]
    functional_course_scores: list[ScoredCourse]
    domain_course_scores: list[ScoredCourse]


async def analyse(request: Request, body: AnalyseRequest) -> Response:
    """Return how well the courses cover each competency, and how much each course covers."""
    service = service_of(request)
    asked = [AskedCompetency(one.type, one.theme, one.sub_theme) for one in body.competencies]
    found = await service.solve(service.matcher.coverage, asked, [_offered(one) for one in body.courses])
    return Answer(_document(found))


def _offered(course: GivenCourse) -> OfferedCourse:
    return OfferedCourse(
        course.identifier, course.name, course.competency_type, course.description or "",
        tuple(course.keywords or ()), tuple(_tag(tag) for tag in course.competencies or ()),
    )  # fmt: skip


def _tag(tag: dict[str, Any]) -> tuple[str, str]:
    """Return theme and sub-theme of a tag, whichever of the platform's names it has."""
    theme = next((tag[key] for key in ("theme", "competencyThemeName", "competencyTheme") if tag.get(key)), "")
    own = next((tag[key] for key in ("sub_theme", "competencySubThemeName", "competencySubTheme") if tag.get(key)), "")
    return str(theme), str(own)


def _document(found: Coverage) -> dict[str, Any]:
    document: dict[str, Any] = {
        kind: [_competency(one, found) for one in found.competencies if one.kind == kind] for kind in KINDS
    }
    for kind in KINDS:
        document[f"{kind}_course_scores"] = [_course(one) for one in found.courses if one.kind == kind]
    return document


def _competency(one: CompetencyCoverage, found: Coverage) -> dict[str, Any]:
    names = {course.course.id: course.course.name for course in found.courses}
    first = one.evidence[0] if one.evidence else None
    reason = "No course of its kind teaches it." if first is None else (
        f"{names[first.course]}: {_TOLD[first.told_by]} ({first.confidence:.0%})"
        + (f", and {len(one.evidence) - 1} more" if len(one.evidence) > 1 else "")
        + f"; together {one.score:.0%}."
    )  # fmt: skip
    return {
        "competency": one.competency.kind,
        "theme": one.competency.theme,
        "sub_theme": one.competency.sub_theme,
        "coverage": one.coverage,
        "supporting_courses": [] if one.coverage == NONE else [each.course for each in one.evidence],
        "reason": reason,
        "evidence": [
            {"course_identifier": each.course, "confidence": each.confidence, "told_by": each.told_by}
            for each in one.evidence
        ],
    }


def _course(one: CourseCoverage) -> dict[str, Any]:
    teaches = ", ".join(one.covers[:3]) or "nothing that is asked for"
    return {
        "course_identifier": one.course.id,
        "course_name": one.course.name,
        "coverage_score": one.score,
        "coverage_bracket": one.coverage,
        "reason": f"It {'teaches' if one.coverage == FULL else 'speaks of'} {teaches}.",
    }


router = APIRouter(tags=["iGOT"])
router.post(PATH, response_model=AnalyseResponse)(analyse)
