"""What comes in: events and thumbs, and what was shown."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.http.access.gate import require_learner
from api.http.answers import Answer, stamp
from api.http.metrics import Metrics
from api.http.problems import describe
from api.http.service import Service, service_of
from api.http.v1.documents import PROBLEM, EventsOutcome, FeedbackOutcome, ShownDocument
from api.http.witness import about
from features.errors import KarmapathError, NotFoundError
from features.numbers import NUMERIC
from features.store import PASSED_OVER, AnyEvent, EventError, EventResult, Feedback, native, parse_event, unpacked
from features.store.events import EVENT, Id

router = APIRouter(prefix="/v1", tags=["events"])

_ONE = {"kind": "completion", "learner": "L0000001", "course": "do_1", "at": "2026-04-01T10:00:00+05:30", "key": "7f3a"}
_EVENT_SCHEMA = EVENT.json_schema(ref_template="#/components/schemas/{model}")
EVENT_DEFINITIONS: dict[str, Any] = _EVENT_SCHEMA.pop("$defs")
"""Schemas of the kinds of events, for the OpenAPI document."""

_BATCH_SCHEMA = {
    "type": "array",
    "minItems": 1,
    "maxItems": 1000,
    "items": {},
    "description": "Events; what is none is refused in its row, and the others are kept.",
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"anyOf": [_EVENT_SCHEMA, _BATCH_SCHEMA]},
                "examples": {"one": {"value": _ONE}, "batch": {"value": [_ONE, {**_ONE, "key": "7f3b"}]}},
            }
        },
    }
}


@router.post(
    "/events",
    response_model=EventsOutcome,
    openapi_extra=_BODY,
    responses={
        409: {"description": "A key of another event, a time to come, or a rating without an enrolment", **PROBLEM}
    },
)
async def events(request: Request) -> Response:
    """Take one event, or a batch; each is applied once by its key, and accepted only when it is on the disk.

    xAPI statements and the platform's telemetry are read too; what says nothing of a learner and a course is ignored.
    One event that is refused answers with a problem. In a batch each row has its own result; the good ones are kept.
    """
    service = service_of(request)
    document = unpacked(_json(await request.body()))
    if not isinstance(document, list):
        [result] = await _rows(service, [document])
        about(request, _learner(document), result.status)
        if result.error is not None:
            raise result.error
        return Answer(_outcome([result], service.metrics))
    if not 1 <= len(document) <= service.settings.batch_limit:
        raise EventError(
            f"{len(document)} events", f"1 to {service.settings.batch_limit} in a request", "send several requests"
        )
    results = await _rows(service, document)
    counts = Counter(result.status for result in results)
    about(request, None, ", ".join(f"{count} {status}" for status, count in sorted(counts.items())))
    return Answer(_outcome(results, service.metrics))


class Thumb(BaseModel):
    """A thumb for a course."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"learner": "L0000001", "course": "do_1", "rating": 0, "comments": "too basic"}},
    )

    learner: Id
    course: Id
    rating: Annotated[Literal[0, 1], NUMERIC] = Field(description="1 wanted, 0 not wanted")
    comments: Annotated[str, Field(max_length=4000)] = ""
    recommendation: Id | None = Field(None, description="id of the list it stood on")


@router.post("/feedback", status_code=201, response_model=FeedbackOutcome)
async def feedback(request: Request, thumb: Thumb) -> Response:
    """Write down a thumb; the next answer takes it into account."""
    service = service_of(request)
    about(request, f"learner:{thumb.learner}")
    require_learner(request, thumb.learner)
    if thumb.course not in service.engine.reference.courses:
        raise NotFoundError(f"course {thumb.course!r}", "a course of the catalogue", "check the id")
    given = Feedback(thumb.learner, thumb.course, thumb.rating, thumb.comments, service.clock(), thumb.recommendation)
    number = await service.write(service.store.add_feedback, given)
    return Answer({"id": number, "learner": given.learner, "course": given.course, "rating": given.rating}, 201)


@router.get("/shown/{recommendation}", response_model=ShownDocument)
async def shown(request: Request, recommendation: str) -> Response:
    """Return a list as it was shown, with the probability with which each course was put in its place."""
    service = service_of(request)
    found = await service.look_up(service.store.read_shown, recommendation)
    if found is None:
        raise NotFoundError(f"list {recommendation!r}", "the id of a list that was shown", "check the id")
    require_learner(request, found.learner)
    items = [
        {"course": i.course, "position": i.position, "score": i.score, "propensity": i.propensity} for i in found.items
    ]
    return Answer(
        {
            "id": found.id, "revision": found.revision, "learner": found.learner, "surface": found.surface,
            "model": found.model_version, "shown_at": stamp(found.shown_at), "items": items,
        }
    )  # fmt: skip


def _learner(document: object) -> str | None:
    named = document.get("learner") if isinstance(document, dict) else None
    return f"learner:{named}" if isinstance(named, str) else None


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise EventError(f"a body that is not JSON ({error})", "one event or a list of events", "correct it") from None


async def _rows(service: Service, documents: list[Any]) -> list[EventResult]:
    """Take what is an event; what is none is refused in its row."""
    results: list[EventResult | None] = []
    good: list[AnyEvent] = []
    for document in documents:
        try:
            own = native(document)
            if own is PASSED_OVER:
                results.append(EventResult(_key(document), "ignored"))
                continue
            good.append(parse_event(own))
            results.append(None)
        except KarmapathError as error:
            results.append(EventResult(_key(document), "refused", error))
    taken = iter(await _take(service, good) if good else [])
    return [result or next(taken) for result in results]


async def _take(service: Service, events: list[AnyEvent]) -> list[EventResult]:
    return await service.writer.append(events, service.courses(service.engine))


def _key(document: object) -> str:
    given = document if isinstance(document, dict) else {}
    keys = (given.get(name) for name in ("key", "mid", "id"))
    return next((key for key in keys if isinstance(key, str)), "")


def _outcome(results: list[EventResult], metrics: Metrics) -> dict[str, Any]:
    counts = Counter(result.status for result in results)
    for status, count in counts.items():
        metrics.events(status, count)
    rows = [
        {"row": row, "key": result.key or None, "status": result.status}
        | (describe(result.error) if result.error is not None else {})
        for row, result in enumerate(results)
    ]
    return {
        "accepted": counts["accepted"],
        "duplicate": counts["duplicate"],
        "refused": counts["refused"],
        "ignored": counts["ignored"],
        "results": rows,
    }
