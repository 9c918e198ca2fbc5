"""Recommendations for a profile that comes with the request: nothing is looked up, nothing is kept."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.http.answers import Answer, stamp
from api.http.service import service_of
from api.http.v1.documents import StatelessRecommendations
from api.http.v1.shaping import BOOST, listed, made_wishes
from features.numbers import NUMERIC
from features.records import Enrolment, Learner, LearnerRecord
from features.store.events import Id, Time, Title, Truth

router = APIRouter(prefix="/v1", tags=["learners"])

Code = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


class Job(BaseModel):
    """What is told of the learner."""

    model_config = ConfigDict(extra="forbid")

    organisation: Id | None = None
    position: Id | None = None
    designation: Title | None = None
    group: Title | None = None
    cadre: Title | None = None
    languages: Annotated[list[Code], Field(max_length=30)] = []
    verified: Truth = False


class Taken(BaseModel):
    """A course that was taken."""

    model_config = ConfigDict(extra="forbid")

    course: Id
    status: Literal["in_progress", "completed"] = "completed"
    completed_on: Time | None = None


class Question(BaseModel):
    """A profile, a history, and what is wanted."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "profile": {"designation": "Section Officer", "languages": ["hi", "en"]},
                "history": [{"course": "do_1"}],
                "limit": 5,
            }
        },
    )

    profile: Job = Job()
    history: Annotated[list[Taken], Field(max_length=2000, description="oldest first")] = []
    down_rated: Annotated[list[Id], Field(max_length=2000)] = []
    limit: Annotated[int, Field(ge=1, le=100), NUMERIC] = 10
    track: Literal["guided", "desirable"] | None = None
    language: Code | None = None
    category: Annotated[list[Title], Field(max_length=20)] = []
    competency: Annotated[list[Id], Field(max_length=50, description="only courses that teach one of these")] = []
    provider: Annotated[list[Title], Field(max_length=50, description="only courses of these providers")] = []
    max_hours: Annotated[float, Field(gt=0, le=5000), NUMERIC] | None = None
    boost: Annotated[
        list[Annotated[str, Field(pattern=BOOST)]],
        Field(max_length=20, description="kind:value=weight, as in theme:Data Analytics=0.3"),
    ] = []
    diversity: Annotated[float, Field(ge=0, le=1), NUMERIC] = 0.0
    offset: Annotated[int, Field(ge=0, le=1_000_000), NUMERIC] = 0
    lang: Literal["en", "hi"] = "en"


@router.post("/recommendations", response_model=StatelessRecommendations)
async def recommend_to_profile(request: Request, question: Question) -> Response:
    """Return the best courses for a profile and a history; for services that keep their learners to themselves."""
    service = service_of(request)
    engine, at = service.engine, service.clock()
    wanted = made_wishes(question.competency, question.provider, question.boost, question.max_hours, question.diversity)
    ranked = await listed(
        service, engine, _record(question), at, question.limit, question.offset, wanted,
        track=question.track, language=question.language,
        categories=frozenset(name.casefold() for name in question.category) or None,
    )  # fmt: skip
    items = service.list_items(engine, question.lang).of(ranked)
    return Answer({"model": engine.version, "at": stamp(at), "items": items})


def _record(question: Question) -> LearnerRecord:
    job = question.profile
    learner = Learner(
        "", job.organisation, job.position, job.designation, job.group, job.cadre, tuple(job.languages),
        verified=job.verified,
    )  # fmt: skip
    taken = {one.course: one for one in question.history}
    enrolments = tuple(
        Enrolment(one.course, one.status, completed_on=one.completed_on, sequence=place)
        for place, one in enumerate(taken.values())
    )
    return LearnerRecord(learner, enrolments, down_rated=frozenset(question.down_rated))
