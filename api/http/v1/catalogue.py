"""Courses, roles and the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.access.records import seeker_of
from api.http.answers import Answer
from api.http.fresh import Fresh
from api.http.problems import describe
from api.http.service import service_of
from api.http.shapes import course_card, course_document, role_document
from api.http.v1.documents import CourseDocument, Courses, ModelDocument, RoleDocument, Roles, Similar
from api.http.v1.parameters import CourseId, Language, Limit, Offset
from features.errors import NotFoundError

router = APIRouter(prefix="/v1", tags=["catalogue"])

T = TypeVar("T")
Search = Annotated[str, Query(max_length=400, description="what is looked for; empty: all")]
Categories = Annotated[list[str], Query(default_factory=list, max_length=20, description="only these categories")]
Providers = Annotated[list[str], Query(default_factory=list, max_length=20, description="only these providers")]


@router.get("/courses", response_model=Courses)
async def courses(
    request: Request,
    category: Categories,
    provider: Providers,
    q: Search = "",
    language: Language = None,
    learner: Annotated[
        str | None, Query(max_length=200, description="find what this learner may take: restricted courses too")
    ] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Response:
    """Search the live courses: in any language, in Hindi typed in Latin letters, with typing errors.

    An empty query lists all, in order of their names. Restricted courses are found by, and for, those entitled to them.
    """
    service = service_of(request)
    engine = service.engine
    filters = {"category": category, "provider": provider, "languages": [language] if language else []}
    seeker = await seeker_of(request, learner)
    answer, searched = await service.solve(
        service.searcher.search, engine, q, service.clock(), limit, offset,
        {name: wanted for name, wanted in filters.items() if wanted}, seeker,
    )  # fmt: skip
    items = [{**course_card(engine.reference.courses[hit.course]), "score": round(hit.score, 4)} for hit in answer.hits]
    return Answer(
        {
            "model": engine.version, "searched": searched, "total": answer.total, "offset": offset, "items": items,
            "facets": answer.facets, "meant": answer.meant,
        }
    )  # fmt: skip


@router.get("/courses/{course}", response_model=CourseDocument)
async def course(request: Request, course: CourseId) -> Response:
    """Return all that is known of a course."""
    service = service_of(request)
    engine = service.engine
    if course not in engine.reference.courses:
        raise NotFoundError(f"course {course!r}", "the id of a course in the catalogue", "search with /v1/courses?q=")
    fresh = Fresh(request, service, engine)
    if (same := fresh.unchanged()) is not None:
        return same
    document = course_document(engine.reference.courses[course], engine.reference, engine.version)
    return Answer(document, headers=fresh.headers)


@router.get("/courses/{course}/similar", response_model=Similar)
async def similar(request: Request, course: CourseId, limit: Limit = 10, offset: Offset = 0) -> Response:
    """Return live courses that go with a course, best first."""
    service = service_of(request)
    engine = service.engine
    fresh = Fresh(request, service, engine)
    if (same := fresh.unchanged()) is not None:
        return same
    found = engine.similar(course, service.clock(), offset + limit)[offset:]
    items = [course_card(engine.reference.courses[c]) for c in found]
    return Answer({"model": engine.version, "course": course, "offset": offset, "items": items}, headers=fresh.headers)


@router.get("/roles", response_model=Roles)
async def roles(request: Request, q: Search = "", limit: Limit = 20, offset: Offset = 0) -> Response:
    """Return the roles whose name holds the words, in order of their ids."""
    service = service_of(request)
    engine = service.engine
    fresh = Fresh(request, service, engine)
    if (same := fresh.unchanged()) is not None:
        return same
    words = q.casefold().split()
    all_roles = engine.reference.roles
    found = [all_roles[key] for key in sorted(all_roles) if _holds(all_roles[key].name, words)]
    items = [role_document(role, engine.reference) for role in _page(found, limit, offset)]
    document = {"model": engine.version, "total": len(found), "offset": offset, "items": items}
    return Answer(document, headers=fresh.headers)


@router.get("/roles/{role}", response_model=RoleDocument)
async def role(request: Request, role: str) -> Response:
    """Return a role with its activities and requirements."""
    service = service_of(request)
    engine = service.engine
    if role not in engine.reference.roles:
        raise NotFoundError(f"role {role!r}", "the id of a role", "list the roles with /v1/roles")
    fresh = Fresh(request, service, engine)
    if (same := fresh.unchanged()) is not None:
        return same
    return Answer(role_document(engine.reference.roles[role], engine.reference), headers=fresh.headers)


@router.get("/models/current", response_model=ModelDocument)
async def current_model(request: Request) -> Response:
    """Return the model that serves, and what training wrote down about it."""
    champion = service_of(request).champion
    engine = champion.engine()
    long = {"course_ids", "learner_features", "course_features", "arrays", "version"}
    facts = {name: value for name, value in engine.bundle.manifest.items() if name not in long}
    told = None if champion.problem is None else describe(champion.problem)
    return Answer({"model": engine.version, "courses": len(engine.bundle.course_ids), "facts": facts, "problem": told})


def _holds(name: str, words: Sequence[str]) -> bool:
    folded = name.casefold()
    return all(word in folded for word in words)


def _page(found: Sequence[T], limit: int, offset: int) -> Sequence[T]:
    return found[offset : offset + limit]
