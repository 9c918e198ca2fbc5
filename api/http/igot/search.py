"""The platform's content search: its request, its answer, over the catalogue of the bundle that serves.

What its clients rely on, and so is kept here: everything stands under ``request`` (a ``query`` beside it is ignored);
without ``limit`` a hundred are answered, with 0 only facets; ``fields`` narrows what each object has; texts in filters
are compared without regard to case; the answer always has ``count``, ``content`` and ``facets``. ``multiFilters`` are
wanted and not demanded, as on the platform: where a query orders, what passes more of them comes first, nothing is left
out.

Found are live courses, restricted ones only by learners who are entitled to them, in whatever language is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.responses import Response

from api.http.access.gate import principal_of
from api.http.access.principal import Role
from api.http.answers import Answer, stamp
from api.http.igot.caller import caller
from api.http.igot.narrowing import boost, facet, has, ordered, passes, understood
from api.http.igot.profile import record_for
from api.http.searcher import NOBODY
from api.http.service import Service, service_of
from features.records import Learner
from recommender.engine import Engine

_NAMES = (
    "/sunbirdigot/search",
    "/sunbirdigot/v4/search",
    "/composite/v1/search",
    "/composite/v4/search",
    "/composite/v5/search",
    "/content/v1/search",
)
PATHS = (*_NAMES, *(f"/api{name}" for name in _NAMES), "/v4/search", "/v5/search")
"""The same route as the web client, the gateway and the service behind it call it."""

DEFAULT_LIMIT = 100
_ALL = 1_000_000
_SPEAK_FOR_LEARNERS = frozenset({Role.LEARNER, Role.SERVICE, Role.ADMIN})
_IDENTIFIER = "identifier"

Caller = Annotated[str | None, Depends(caller)]
Name = Annotated[str, Field(max_length=200)]
Names = Annotated[list[Name], Field(max_length=100)]


def _whole(value: object) -> object:
    """Let numbers written as text through, as the platform does; a truth value is none."""
    if isinstance(value, bool):
        raise ValueError("a whole number")  # noqa: TRY004 - pydantic tells a ValueError as a mistake of the sender
    return int(value) if isinstance(value, str) and value.strip().isdecimal() else value


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else [] if value is None else value


def _text(value: object) -> object:
    return "" if value is None else value


Number = Annotated[int, Field(ge=0, le=1_000_000)]
Written = Annotated[str, Field(pattern=r"^[0-9]{1,6}$")]
Whole = Annotated[Number, BeforeValidator(_whole, json_schema_input_type=Number | Written)]
Listed = Annotated[Names, BeforeValidator(_list, json_schema_input_type=Names | Name | None)]


Words = Annotated[str, Field(max_length=20_000)]
Operator = Literal[
    ">=", "<=", ">", "<", "min", "max", "startsWith", "endsWith", "contains", "value", "!=", "ne", "NE", "notEquals",
    "notIn", "and", "AND", "&",
]  # fmt: skip
Wanted = bool | int | float | str | list[Any] | dict[Operator, Any] | None
"""A value, values of which one is enough, or bounds."""
Nothing = Annotated[list[Any], Field(max_length=0)]
"""A list of no filters, as some clients send where they have none."""


class SearchQuestion(BaseModel):
    """What stands under ``request``; what a client adds to it is passed over."""

    query: Annotated[Words, BeforeValidator(_text, json_schema_input_type=Words | None)] = ""
    filters: Annotated[dict[Name, Wanted], Field(max_length=100)] = {}
    sort_by: Annotated[dict[Name, Literal["asc", "desc"]], Field(max_length=10)] = {}
    facets: Listed = []
    fields_: Annotated[Listed, Field(alias="fields")] = []
    limit: Whole = DEFAULT_LIMIT
    offset: Whole = 0
    exists: Listed = []
    not_exists: Listed = []
    mode: Annotated[str, Field(max_length=40)] | None = None
    softConstraints: Annotated[dict[Name, float], Field(max_length=50)] = {}  # noqa: N815 - the platform's name
    multiFilters: Annotated[dict[Name, Wanted], Field(max_length=100)] | Nothing | None = None  # noqa: N815 - as above


class SearchRequest(BaseModel):
    """What the portal sends."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "request": {
                    "query": "noting",
                    "filters": {"courseCategory": ["Course"], "status": ["Live"]},
                    "facets": ["language"],
                    "sort_by": {"lastUpdatedOn": "desc"},
                    "limit": 20,
                    "offset": 0,
                },
                "query": "",
            }
        }
    )

    request: SearchQuestion
    query: Annotated[str, Field(max_length=20_000)] | None = None


class FacetValue(BaseModel):
    """A value and how many courses have it."""

    name: str
    count: int


class FacetCounts(BaseModel):
    """The values of one field, most first."""

    name: str
    values: list[FacetValue]


class SearchResult(BaseModel):
    """What was found."""

    count: int
    content: list[dict[str, Any]]
    facets: list[FacetCounts]


class SearchResponse(BaseModel):
    """The platform's envelope."""

    id: str
    ver: str
    ts: str
    params: dict[str, str | None]
    responseCode: str  # noqa: N815 - the platform's name
    result: SearchResult


@dataclass(frozen=True, slots=True)
class _Found:
    documents: Sequence[Mapping[str, Any]]
    facets: list[dict[str, Any]]


async def search(request: Request, body: SearchRequest, caller: Caller) -> Response:
    """Return the live courses that fit, as content objects, with facets."""
    service, question = service_of(request), body.request
    speaks_for_learners = principal_of(request).role in _SPEAK_FOR_LEARNERS
    learner = (await record_for(service, caller)).learner if caller and speaks_for_learners else NOBODY
    found = await service.solve(_find, service, service.engine, question, learner)
    page = found.documents[question.offset : question.offset + question.limit]
    number = str(uuid4())
    return Answer(
        {
            "id": "api.search-service.search",
            "ver": "3.0",
            "ts": stamp(service.clock()),
            "params": {"resmsgid": number, "msgid": number, "status": "successful", "err": None, "errmsg": None},
            "responseCode": "OK",
            "result": {
                "count": len(found.documents),
                "content": [_projected(document, question.fields_) for document in page],
                "facets": found.facets,
            },
        }
    )


def _find(service: Service, engine: Engine, question: SearchQuestion, learner: Learner) -> _Found:
    documents = service.contents.of(engine)
    answer, _ = service.searcher.search(engine, question.query, service.clock(), _ALL, 0, {}, learner)
    soft = question.softConstraints if question.mode == "soft" else {}
    filters = understood(question.filters)
    demanded = {field: wanted for field, wanted in filters.items() if field not in soft}
    kept = [
        document
        for hit in answer.hits
        if passes(document := documents[hit.course], demanded)
        and has(document, question.exists)
        and not any(has(document, [field]) for field in question.not_exists)
    ]
    if soft:
        kept.sort(key=lambda document: -boost(document, filters, soft))
    if question.multiFilters and question.query.strip():
        any_of = understood(dict(question.multiFilters))
        kept.sort(key=lambda document: -boost(document, any_of, dict.fromkeys(any_of, 1.0)))
    if question.sort_by:
        kept = ordered(kept, question.sort_by)
    return _Found(kept, [facet(kept, field) for field in question.facets])


def _projected(document: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    if not fields:
        return dict(document)
    return {name: document[name] for name in dict.fromkeys((_IDENTIFIER, *fields)) if name in document}


router = APIRouter(tags=["iGOT"])
for path in PATHS:
    router.post(path, response_model=SearchResponse)(search)
