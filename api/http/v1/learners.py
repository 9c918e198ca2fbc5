"""One learner: recommendations, competencies, gaps and paths."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.access.records import record_of
from api.http.answers import Answer
from api.http.fresh import Fresh
from api.http.service import service_of
from api.http.shapes import (
    belief_document,
    gap_document,
    head,
    path_document,
    reasons_list,
)
from api.http.v1.documents import Competencies, Gaps, Milestones, PathDocument, Recommendations, WhyNot
from api.http.v1.parameters import Category, CourseId, Language, LearnerId, Limit, Offset, Track, Words
from api.http.v1.path_limits import Limits
from api.http.v1.shaping import Boosts, Diversity, MostHours, OnlyCompetencies, OnlyProviders, listed, made_wishes
from recommender.paths import Aspiration
from recommender.paths.milestones import milestones_v1

router = APIRouter(prefix="/v1/learners/{learner}", tags=["learners"])


@router.get("/recommendations", response_model=Recommendations)
async def recommendations(
    request: Request,
    learner: LearnerId,
    category: Category,
    competency: OnlyCompetencies,
    provider: OnlyProviders,
    boost: Boosts,
    max_hours: MostHours = None,
    diversity: Diversity = 0.0,
    limit: Limit = 10,
    offset: Offset = 0,
    track: Track = None,
    language: Language = None,
    lang: Words = "en",
) -> Response:
    """Return the best courses for the learner, best first, each with its reasons.

    Filters leave courses out, boosts and diversity change the order, ``offset`` turns the page.
    """
    service = service_of(request)
    engine, at = service.engine, service.clock()
    record = await record_of(request, learner)
    fresh = Fresh(request, service, engine, record.version)
    if (same := fresh.unchanged()) is not None:
        return same
    asked = {"track": track, "language": language, "categories": _folded(category)}
    wishes = made_wishes(competency, provider, boost, max_hours, diversity)
    ranked = await listed(service, engine, record, at, limit, offset, wishes, **asked)
    shown = service.shown(learner, "v1", engine, ranked)
    service.writer.note_shown(shown)
    items = service.list_items(engine, lang).of(ranked)
    return Answer({**head(engine, learner, at), "id": shown.id, "items": items}, headers=fresh.headers)


@router.get("/recommendations/why-not/{course}", response_model=WhyNot)
async def why_not(
    request: Request,
    learner: LearnerId,
    course: CourseId,
    limit: Limit = 10,
    language: Language = None,
    lang: Words = "en",
) -> Response:
    """Return why a course is not in the learner's list of that length."""
    service = service_of(request)
    engine, at = service.engine, service.clock()
    reason = engine.why_not(await record_of(request, learner), course, at, limit, language)
    worded = None if reason is None else reasons_list([reason], lang)[0]
    return Answer({**head(engine, learner, at), "course": course, "listed": reason is None, "reason": worded})


@router.get("/competencies", response_model=Competencies)
async def competencies(request: Request, learner: LearnerId, limit: Limit = 50, offset: Offset = 0) -> Response:
    """Return what is known of the learner's competencies: a probability for each level, and the evidence."""
    service = service_of(request)
    engine, at = service.engine, service.clock()
    record = await record_of(request, learner)
    fresh = Fresh(request, service, engine, record.version)
    if (same := fresh.unchanged()) is not None:
        return same
    state = engine.state(record, at)
    known = state.competencies()
    items = [belief_document(state.belief(c), engine.reference) for c in known[offset : offset + limit]]
    document = {**head(engine, learner, at), "total": len(known), "offset": offset, "items": items}
    return Answer(document, headers=fresh.headers)


@router.get("/gaps", response_model=Gaps)
async def gaps(
    request: Request,
    learner: LearnerId,
    role: Annotated[str | None, Query(max_length=200, description="compare with this role")] = None,
    position: Annotated[str | None, Query(max_length=200, description="compare with this position")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """Return the gaps against the learner's position, another position or a role, worst first."""
    service = service_of(request)
    engine, at = service.engine, service.clock()
    record = await record_of(request, learner)
    fresh = Fresh(request, service, engine, record.version)
    if (same := fresh.unchanged()) is not None:
        return same
    found = engine.gaps(record, at, role=role, position=position)
    items = [gap_document(gap, engine.reference) for gap in found[offset : offset + limit]]
    document = {**head(engine, learner, at), "total": len(found), "offset": offset, "items": items}
    return Answer(document, headers=fresh.headers)


@router.get("/paths/guided", response_model=PathDocument)
async def guided(request: Request, learner: LearnerId, limits: Limits) -> Response:
    """Return the guided path: the courses that close the most of the position's gaps in the hours, duties first."""
    service = service_of(request)
    settings = limits.settings(service)
    engine, at = service.engine, service.clock()
    record = await record_of(request, learner)
    fresh = Fresh(request, service, engine, record.version)
    if (same := fresh.unchanged()) is not None:
        return same
    path = await service.solve(engine.guided, record, at, settings)
    document = {**head(engine, learner, at), **path_document(path, engine.reference, limits.lang)}
    return Answer(document, headers=fresh.headers)


@router.get("/paths/guided/milestones", response_model=Milestones)
async def milestones(request: Request, learner: LearnerId, limits: Limits) -> Response:
    """Return the guided path as the platform's learning pathways hold theirs: at most five milestones."""
    service = service_of(request)
    settings = limits.settings(service)
    engine, at = service.engine, service.clock()
    record = await record_of(request, learner)
    fresh = Fresh(request, service, engine, record.version)
    if (same := fresh.unchanged()) is not None:
        return same
    path = await service.solve(engine.guided, record, at, settings)
    found = milestones_v1(path, engine.reference, learner, limits.lang)
    return Answer({**head(engine, learner, at), "milestones_v1": found}, headers=fresh.headers)


@router.get("/paths/desirable", response_model=PathDocument)
async def desirable(
    request: Request,
    learner: LearnerId,
    limits: Limits,
    role: Annotated[str | None, Query(max_length=200, description="the aspired role")] = None,
    domain: Annotated[str | None, Query(max_length=200, description="an area, a theme or a competency")] = None,
    organisation: Annotated[str | None, Query(max_length=200, description="whose subject to learn")] = None,
    level: Annotated[int, Query(ge=1, le=5, description="the level aimed at in a domain")] = 3,
    outside_share: Annotated[float, Query(ge=0, le=1, description="share of the hours outside the own silo")] = 0.0,
    cost: Annotated[float, Query(ge=0, le=10_000_000, description="budget for fees in rupees")] = 0.0,
) -> Response:
    """Return the desirable path: towards an aspired role, a domain or another department's subject."""
    service = service_of(request)
    settings = limits.settings(service, cost)
    aspiration = Aspiration(role, domain, organisation, level, outside_share)
    engine, at = service.engine, service.clock()
    record = await record_of(request, learner)
    fresh = Fresh(request, service, engine, record.version)
    if (same := fresh.unchanged()) is not None:
        return same
    path = await service.solve(engine.desirable, record, at, settings, aspiration)
    document = {**head(engine, learner, at), **path_document(path, engine.reference, limits.lang)}
    return Answer(document, headers=fresh.headers)


def _folded(categories: list[str]) -> frozenset[str] | None:
    return frozenset(category.casefold() for category in categories) if categories else None
