"""Questions about a guided path, answered by solving it again: why not this course, and what if."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.access.records import record_of
from api.http.answers import Answer
from api.http.service import service_of
from api.http.shapes import competency_name, course_card, head, path_document, reasons_list
from api.http.v1.claim_documents import PathWhatIf, PathWhyNot
from api.http.v1.parameters import CourseId, LearnerId
from api.http.v1.path_limits import Limits
from features.reference import Reference
from recommender.paths import Path, Reason
from recommender.paths.path import StepClosed
from recommender.paths.questions import what_would_change, why_not
from recommender.paths.what_if import difference

Without = Annotated[list[str], Query(default_factory=list, max_length=200, description="courses left out by it")]

router = APIRouter(prefix="/v1/learners/{learner}/paths/guided", tags=["learners"])


@router.get("/why-not/{course}", response_model=PathWhyNot)
async def path_why_not(
    request: Request,
    learner: LearnerId,
    course: CourseId,
    limits: Limits,
) -> Response:
    """Return why a course is not on the guided path: the limit that binds, its price, and what would bring it in."""
    service = service_of(request)
    settings = limits.settings(service)
    engine, at = service.engine, service.clock()
    record = await record_of(request, learner)

    def asked() -> tuple[Reason, Reason | None]:
        path = engine.guided(record, at, settings)
        reason = why_not(path, course, engine.reference)
        return reason, None if reason.code == "in_plan" else what_would_change(path, course)

    reason, change = await service.solve(asked)
    told, changed = (None if one is None else reasons_list([one], limits.lang)[0] for one in (reason, change))
    return Answer(
        {**head(engine, learner, at), "course": course, "listed": change is None, "reason": told, "change": changed}
    )


@router.get("/what-if", response_model=PathWhatIf)
async def what_if(
    request: Request,
    learner: LearnerId,
    limits: Limits,
    without: Without,
    more_hours: Annotated[float, Query(ge=-2000, le=2000, description="hours more, or less, than those of hours")] = 0,
    in_language: Annotated[
        str | None, Query(pattern=r"^[a-z]{2,3}$", description="only courses in this language")
    ] = None,
) -> Response:
    """Return the guided path with more or fewer hours, without some courses or in another language, and what changes.

    ``hours``, ``hours_a_month``, ``exclude`` and ``language`` say the path it is set beside.
    """
    service = service_of(request)
    settings = limits.settings(service)
    other = replace(
        limits,
        hours=max(limits.hours + more_hours, 0.25),
        exclude=limits.exclude | frozenset(without),
        language=in_language or limits.language,
    ).settings(service)
    engine, at = service.engine, service.clock()
    record = await record_of(request, learner)

    def both() -> tuple[Path, Path]:
        return engine.guided(record, at, settings), engine.guided(record, at, other)

    before, after = await service.solve(both)
    changed, reference = difference(before, after), engine.reference
    about = head(engine, learner, at)
    return Answer(
        {
            **about,
            "added": [course_card(reference.courses[course]) for course in changed.added],
            "removed": [course_card(reference.courses[course]) for course in changed.removed],
            "gained": _steps(changed.gained, reference),
            "lost": _steps(changed.lost, reference),
            "hours": round(changed.hours, 2),
            "value": round(changed.value, 4),
            "path": {**about, **path_document(after, reference, limits.lang)},
        }
    )


def _steps(steps: tuple[StepClosed, ...], reference: Reference) -> list[dict[str, Any]]:
    return [
        {"competency": one.competency, "name": competency_name(reference, one.competency), "level": one.level}
        for one in steps
    ]
