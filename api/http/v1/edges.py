"""Edges: a planner confirms or rejects what a course teaches, a role needs, a designation means."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.http.access.gate import may_see, principal_of
from api.http.access.principal import Principal, Role
from api.http.answers import Answer, stamp
from api.http.problems import ForbiddenError, describe
from api.http.service import Service, service_of
from api.http.shapes import competency_name
from api.http.v1.matching import read_role
from api.http.v1.matching_documents import EdgeDocuments, EdgesOutcome, EdgeStatement, EdgeSuggestions, Kind
from api.http.v1.parameters import Limit, Offset
from features.errors import KarmapathError, NotFoundError
from features.reference import Reference
from features.store import EVERYWHERE, EdgeVerdict, folded
from recommender.engine import Engine
from recommender.matching.role_mapping import ASK

router = APIRouter(prefix="/v1/edges", tags=["matching"])

OfKind = Annotated[Kind | None, Query(description="only edges of this kind")]
OfSubject = Annotated[str | None, Query(max_length=500, description="only of this course, role or designation")]
Statements = Annotated[list[EdgeStatement], Field(min_length=1, max_length=500)]
_MOST_NEEDS = 40


@router.get("", response_model=EdgeDocuments)
async def edges(
    request: Request,
    kind: OfKind = None,
    subject: OfSubject = None,
    history: Annotated[bool, Query(description="everything that was ever said, the newest first")] = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Response:
    """Return what counts of all that was said, in the order it was said."""
    store = service_of(request).store.edges
    wanted = _plain(kind, subject)
    if history:
        found, total = await service_of(request).look_up(store.history, kind, wanted, limit, offset)
    else:
        counting = await service_of(request).look_up(store.newest, kind, wanted)
        found, total = counting[offset : offset + limit], len(counting)
    return Answer({"total": total, "offset": offset, "items": [_document(one) for one in found]})


@router.post("", response_model=EdgesOutcome)
async def say(request: Request, statements: Statements) -> Response:
    """Confirm or reject edges, or take back what was said; each statement has its own result, good ones are kept.

    They count from the next training on: a confirmed edge is learned from, a rejected one is never inferred again.
    Positions are matched by them at once.
    """
    service, principal = service_of(request), principal_of(request)
    reference = service.engine.reference
    rows: list[dict[str, Any]] = []
    good: list[EdgeVerdict] = []
    for row, statement in enumerate(statements):
        try:
            good.append(_verdict(statement, principal, service, reference))
            rows.append({"row": row, "status": "accepted"})
        except KarmapathError as error:
            rows.append({"row": row, "status": "refused", **describe(error)})
    numbers = iter(await service.write(service.store.edges.add, good) if good else [])
    results = [{**row, "number": next(numbers)} if row["status"] == "accepted" else row for row in rows]
    return Answer({"accepted": len(good), "refused": len(rows) - len(good), "results": results})


@router.get("/suggestions", response_model=EdgeSuggestions)
async def suggestions(
    request: Request,
    kind: Annotated[
        Literal["course_teaches", "role_needs"],
        Query(description="what courses teach, or what roles need; ask /v1/positions/match what a title means"),
    ] = "course_teaches",
    subject: OfSubject = None,
    ask: Annotated[bool, Query(description="only those so unsure that a person should be asked")] = False,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Response:
    """Return edges that were inferred and that nobody has judged yet, surest first."""
    service = service_of(request)
    engine = service.engine
    judged = {
        (one.subject, one.object)
        for one in await service.look_up(service.store.edges.newest, kind, _plain(kind, subject))
    }
    if kind == "role_needs":
        await service.learned(engine, "roles")
        found = await service.solve(_unjudged_needs, service, engine, subject)
    else:
        found = _unjudged_tags(engine.reference, subject)
    left = [one for one in found if (one["subject"], one["object"]) not in judged and (one["ask"] or not ask)]
    ordered = sorted(left, key=lambda one: (-one["confidence"], one["subject"], one["object"]))
    page = ordered[offset : offset + limit]
    return Answer({"model": engine.version, "total": len(ordered), "offset": offset, "items": page})


def _verdict(said: EdgeStatement, who: Principal, service: Service, reference: Reference) -> EdgeVerdict:
    """Return the verdict as it is kept; ``KarmapathError`` where it speaks of what is not there."""
    _check_there(said, reference)
    if said.kind == "role_needs" and said.verdict == "confirmed" and said.level is None:
        raise KarmapathError("no level", "the level that the role needs, 1 to 5", "say to which level")
    if said.from_level is not None and said.level is not None and said.from_level >= said.level:
        raise KarmapathError(f"from level {said.from_level} to {said.level}", "a higher level", "correct the levels")
    if said.kind != "designation_means" and said.organisation is not None:
        raise KarmapathError(f"an organisation for {said.kind}", "none: it holds everywhere", "leave it out")
    if who.role is Role.PLANNER and said.kind == "designation_means" and not _is_own(said.organisation, who, reference):
        raise ForbiddenError(
            "a designation of another organisation", "one of the own organisation", "name the own organisation"
        )
    subject = folded(said.subject) if said.kind == "designation_means" else said.subject
    return EdgeVerdict(
        said.kind, subject, said.object, said.verdict, who.name, service.clock(),
        said.organisation or EVERYWHERE, said.from_level, said.level, said.comment,
    )  # fmt: skip


def _is_own(organisation: str | None, who: Principal, reference: Reference) -> bool:
    return organisation is not None and may_see(who, organisation, reference)


def _check_there(said: EdgeStatement, reference: Reference) -> None:
    objects = reference.positions if said.kind == "designation_means" else reference.competencies
    subjects = {"course_teaches": reference.courses, "role_needs": reference.roles}.get(said.kind)
    if said.verdict == "withdrawn":
        return  # what is no longer there may be taken back
    if subjects is not None and said.subject not in subjects:
        raise NotFoundError(f"{said.subject!r}", f"the id of a {said.kind.partition('_')[0]}", "check the id")
    if said.object not in objects:
        raise NotFoundError(f"{said.object!r}", "the id of a competency or position", "check the id")
    if said.organisation is not None and said.organisation not in reference.organisations:
        raise NotFoundError(f"organisation {said.organisation!r}", "the id of an organisation", "check the id")


def _unjudged_tags(reference: Reference, course: str | None) -> list[dict[str, Any]]:
    courses = reference.courses.values() if course is None else [_course(reference, course)]
    return [
        {
            "kind": "course_teaches",
            "subject": one.id,
            "subject_name": one.name.strip(),
            "object": taught.competency,
            "object_name": competency_name(reference, taught.competency),
            "from_level": taught.from_level,
            "level": taught.to_level,
            "confidence": round(taught.confidence, 4),
            "ask": taught.confidence < ASK,
            "source": "inferred",
        }
        for one in courses
        for taught in one.teaches
        if taught.source == "inferred"
    ]


def _unjudged_needs(service: Service, engine: Engine, role_id: str | None) -> list[dict[str, Any]]:
    reference = engine.reference
    role = reference.roles.get(role_id or "")
    if role is None:
        raise NotFoundError(f"role {role_id!r}", "the id of a role as subject", "list the roles with /v1/roles")
    needed = {need.competency for need in role.requirements}
    found = read_role(
        service, engine, role.name, role.description, list(role.activities.values()), _MOST_NEEDS + len(needed)
    )
    return [
        {
            "kind": "role_needs",
            "subject": role.id,
            "subject_name": role.name,
            "object": one.competency,
            "object_name": competency_name(reference, one.competency),
            "from_level": None,
            "level": one.level,
            "confidence": one.confidence,
            "ask": one.confidence < ASK,
            "source": "suggested",
        }
        for one in found
        if one.competency not in needed
    ]


def _course(reference: Reference, course: str) -> Any:
    if course not in reference.courses:
        raise NotFoundError(f"course {course!r}", "the id of a course in the catalogue", "search with /v1/courses?q=")
    return reference.courses[course]


def _plain(kind: str | None, subject: str | None) -> str | None:
    return folded(subject) if subject is not None and kind == "designation_means" else subject


def _document(one: EdgeVerdict) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": one.kind,
        "subject": one.subject,
        "object": one.object,
        "organisation": one.organisation or None,
        "verdict": one.verdict,
        "from_level": one.from_level,
        "level": one.level,
        "said_by": one.said_by,
        "said_at": stamp(one.said_at),
        "comment": one.comment,
    }
