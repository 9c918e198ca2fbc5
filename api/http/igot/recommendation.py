"""``create``, ``read`` and ``feedback``: the recommendation slot of the platform, under its three path families.

What its clients rely on, and so is kept here: the answer is a bare object; ``feedbacks`` is always a list; an id is
kept by the client for months, and a ``read`` that fails hides the tab for good, so ``read`` answers 200 with a list
for the caller whatever the id; only courses that the portal's search shows are named.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.responses import Response

from api.http.answers import Answer
from api.http.igot.caller import caller, learner_of
from api.http.igot.profile import record_for
from api.http.service import Service, service_of
from features.errors import NotFoundError
from features.numbers import NUMERIC
from features.records import LearnerRecord
from features.reference import Reference
from features.store import Feedback, ShownList, StoreError
from features.store.events import Id
from recommender.eligibility import PORTAL_CATEGORIES, eligibility
from recommender.ranked import Ranked

FAMILIES = ("/api/recommendation", "/courseRecommendation", "/api/courseRecommendation")
"""The paths under which the platform's services, its web client and its mobile client reach the same three routes."""

log = logging.getLogger("karmapath.igot")

SURFACE = "igot"
_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
"""What may become a list's id because a client asked for it."""
_SEARCHED = 100
"""How deep the list is searched for courses of the competencies that a request names."""

Caller = Annotated[str | None, Depends(caller)]
Text = Annotated[str, Field(max_length=20_000)]


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


OptionalText = Annotated[Text | None, BeforeValidator(_empty_is_none)]


class CreateRequest(BaseModel):
    """What the portal sends on a home page without a stored list."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "user_id": "L0000001",
                "department": "Ministry of Example",
                "designation": "Section Officer",
                "device_type": "web",
            }
        }
    )

    user_id: Id
    department: Text
    designation: OptionalText = None
    competency: Annotated[OptionalText, Field(description="themes, separated by commas: their courses come first")] = (
        None
    )
    role_responsibility: OptionalText = None
    device_type: Annotated[Literal["web", "mobile"] | None, BeforeValidator(_lower)] = None


class RecommendedCourse(BaseModel):
    """One course of the list."""

    course_id: str
    position: int


class GivenFeedback(BaseModel):
    """The last thumb for one course of the list."""

    id: int
    course_id: str
    rating: Literal[0, 1]
    comments: str


class RecommendationResponse(BaseModel):
    """The list: a bare object."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
                "user_id": "L0000001",
                "recommended_courses": [{"course_id": "do_1", "position": 1}],
                "feedbacks": [],
            }
        }
    )

    id: str
    user_id: str
    recommended_courses: list[RecommendedCourse]
    feedbacks: list[GivenFeedback]


class FeedbackRequest(BaseModel):
    """A thumb up (1) or down (0) for a course of a list."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "recommendation_id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
                "course_id": "do_1",
                "rating": 0,
                "comments": "I know this already",
                "user_id": "L0000001",
            }
        }
    )

    recommendation_id: Id
    course_id: Id
    rating: Annotated[Literal[0, 1], NUMERIC]
    comments: Annotated[str, Field(max_length=4000), BeforeValidator(lambda value: value or "")] = ""
    user_id: Id


class FeedbackResponse(BaseModel):
    """What the portal waits for after a thumb."""

    message: str


def _routes(prefix: str) -> APIRouter:
    router = APIRouter(prefix=prefix, tags=["iGOT"])
    router.post("/create", response_model=RecommendationResponse)(create)
    router.get("/read/{recommendation_id}", response_model=RecommendationResponse)(read)
    router.post("/feedback", status_code=201, response_model=FeedbackResponse)(feedback)
    return router


async def create(request: Request, body: CreateRequest, caller: Caller) -> Response:
    """Make a list for a learner and keep it under a new id."""
    service = service_of(request)
    learner = learner_of(request, caller, body.user_id)
    record = await record_for(service, learner, body.department, body.designation)
    shown = await _make(service, record, str(uuid4()), 1, _themes(body.competency))
    return _answer(shown, [])


async def read(request: Request, recommendation_id: str, caller: Caller) -> Response:
    """Return the list of that id, made anew where the model, the learner or the days say so."""
    service = service_of(request)
    kept: ShownList | None = None
    with _without_store():
        kept = await service.fuse(service.look_up(service.store.read_shown, recommendation_id))
    if kept is None or (caller is not None and kept.learner != caller):
        return _answer(await _for_caller(service, recommendation_id, caller, is_free=kept is None), [])
    record = await record_for(service, kept.learner)
    current = _still_shown(kept, record, service)
    if not current.items or _is_old(kept, service):
        current = await _make(service, record, kept.id, kept.revision + 1)
    thumbs: Sequence[Feedback] = ()
    with _without_store():
        thumbs = await service.fuse(service.look_up(service.store.feedback_on, kept.id))
    return _answer(current, thumbs)


async def feedback(request: Request, body: FeedbackRequest, caller: Caller) -> Response:
    """Write down a thumb; from then on a course with a thumb down is left out."""
    service = service_of(request)
    learner = learner_of(request, caller, body.user_id)
    kept = await service.look_up(service.store.read_shown, body.recommendation_id)
    if kept is None or kept.learner != learner or body.course_id not in service.engine.reference.courses:
        raise NotFoundError(
            f"list {body.recommendation_id!r} with course {body.course_id!r}",
            "a list of this learner and a course of the catalogue",
            "read the list again",
        )
    given = Feedback(learner, body.course_id, body.rating, body.comments, service.clock(), body.recommendation_id)
    await service.write(service.store.add_feedback, given)
    return Answer({"message": "Feedback submitted successfully"}, 201)


async def _for_caller(service: Service, wanted: str, caller: str | None, *, is_free: bool) -> ShownList:
    """Return a fresh list under an id nobody has: the client goes on using it. Without a caller: what is popular."""
    record = await record_for(service, caller or "")
    if caller is None:
        ranked = await _recommend(service, record, service.settings.igot_limit)
        return service.shown("", SURFACE, service.engine, ranked, list_id=wanted)
    return await _make(service, record, wanted if is_free and _ID.fullmatch(wanted) else str(uuid4()), 1)


async def _make(
    service: Service, record: LearnerRecord, list_id: str, revision: int, themes: Sequence[str] = ()
) -> ShownList:
    """Make a list and write it down before it is answered: its id must be readable for months."""
    engine, limit = service.engine, service.settings.igot_limit
    ranked = await _recommend(service, record, _SEARCHED if themes else limit)
    if themes:
        ranked = ranked.picked(_themes_first(ranked.ids, themes, engine.reference)[:limit])
    shown = service.shown(record.learner.id, SURFACE, engine, ranked, list_id=list_id, revision=revision)
    with _without_store():
        await service.fuse(service.writer.keep_shown(shown))
    return shown


@contextmanager
def _without_store() -> Iterator[None]:
    """Go on where the store does not answer: a list that cannot be kept is better than none."""
    try:
        yield
    except StoreError as error:
        log.warning("a list is not kept: %s", error)


async def _recommend(service: Service, record: LearnerRecord, limit: int) -> Ranked:
    return await service.recommend(service.engine, record, service.clock(), limit, categories=PORTAL_CATEGORIES)


def _still_shown(kept: ShownList, record: LearnerRecord, service: Service) -> ShownList:
    """Return the list without what has since been taken, planned, voted down or retired."""
    courses = [item.course for item in kept.items]
    sorted_out = eligibility(
        record, service.engine.reference, service.clock(), courses=courses, categories=PORTAL_CATEGORIES
    )
    allowed = set(sorted_out.allowed)
    items = tuple(item for item in kept.items if item.course in allowed)
    return ShownList(kept.id, kept.learner, kept.surface, kept.model_version, kept.shown_at, items, kept.revision)


def _is_old(kept: ShownList, service: Service) -> bool:
    age = service.clock() - kept.shown_at
    return kept.model_version != service.engine.version or age > timedelta(days=service.settings.igot_list_days)


def _themes(competency: str | None) -> list[str]:
    return [name for part in (competency or "").split(",") if (name := " ".join(part.casefold().split()))]


def _themes_first(courses: Sequence[str], themes: Sequence[str], reference: Reference) -> list[int]:
    """Return the rows of the courses, those that teach something of the themes first, each part in its order."""

    def teaches(row: int) -> bool:
        taught = (reference.competencies.get(t.competency) for t in reference.courses[courses[row]].teaches)
        names = {(name or "").casefold() for c in taught if c is not None for name in (c.theme, c.name)}
        return not names.isdisjoint(themes)

    return sorted(range(len(courses)), key=lambda row: not teaches(row))


def _answer(shown: ShownList, thumbs: Sequence[Feedback]) -> Response:
    courses = [{"course_id": item.course, "position": item.position} for item in shown.items]
    given: list[dict[str, Any]] = [
        {"id": thumb.id, "course_id": thumb.course, "rating": thumb.rating, "comments": thumb.comments}
        for thumb in thumbs
    ]
    return Answer(
        {"id": shown.id, "user_id": shown.learner, "recommended_courses": courses, "feedbacks": given},
        headers={"X-Karmapath-Model": shown.model_version},
    )


routers = tuple(_routes(prefix) for prefix in FAMILIES)
"""One router a path family."""
