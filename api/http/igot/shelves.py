"""The home page's other strips: courses by designation, and what is trending."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.http.answers import Answer, stamp
from api.http.igot.caller import caller
from api.http.igot.content import content
from api.http.igot.profile import organisation_of, record_for
from api.http.service import Service, service_of
from features.numbers import NUMERIC
from features.records import Learner
from recommender.eligibility import PORTAL_CATEGORIES
from recommender.ranked import GUIDED
from recommender.trending import SHELVES, trending

DESIGNATION_PATHS = ("/courseRecommend/v1/courses", "/api/courseRecommend/v1/courses")
TRENDING_PATHS = ("/trending/content/search", "/trending/search", "/api/trending/search", "/v2/trending/search")
"""The same route as the web client, the gateway and the service behind it call it."""

ACROSS = "across"
"""Instead of an organisation: everybody."""

Caller = Annotated[str | None, Depends(caller)]


class Envelope(BaseModel):
    """The platform's envelope."""

    id: str
    ver: str
    ts: str
    params: dict[str, str | None]
    responseCode: str  # noqa: N815 - the platform's name
    result: dict[str, list[str]]


class TrendingFilters(BaseModel):
    """Which shelves, of whom."""

    contextType: Annotated[list[str], Field(max_length=20)]  # noqa: N815 - the platform's name
    organisation: Annotated[str, Field(max_length=200)] = ACROSS
    designation: Annotated[str | None, Field(max_length=500)] = None


class TrendingQuestion(BaseModel):
    """What stands under ``request``."""

    filters: TrendingFilters
    limit: Annotated[int, Field(ge=0, le=100), NUMERIC] = 0


class TrendingRequest(BaseModel):
    """What the portal sends for a shelf."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "request": {"filters": {"contextType": ["courses"], "organisation": "across"}, "limit": 12},
                "query": "",
            }
        }
    )

    request: TrendingQuestion
    query: Annotated[str, Field(max_length=1000)] | None = None


class TrendingResponse(BaseModel):
    """Shelf to content objects: a bare object."""

    response: dict[str, list[dict[str, Any]]]


async def by_designation(request: Request, caller: Caller) -> Response:
    """Return courses for the caller's designation: first what closes gaps of the post, then what suits."""
    service = service_of(request)
    engine, limit = service.engine, service.settings.igot_limit
    record = await record_for(service, caller or "")
    at = service.clock()
    first = engine.recommend(record, at, limit, track=GUIDED, categories=PORTAL_CATEGORIES)
    rest = engine.recommend(record, at, limit, categories=PORTAL_CATEGORIES) if len(first) < limit else ()
    courses = list(dict.fromkeys(item.course for item in (*first, *rest)))[:limit]
    number = str(uuid4())
    return Answer(
        {
            "id": "api.courseRecommend.v1.courses",
            "ver": "v1",
            "ts": stamp(at),
            "params": {"resmsgid": number, "msgid": number, "err": None, "status": "SUCCESS", "errmsg": None},
            "responseCode": "OK",
            "result": {"courseList": courses},
        }
    )


async def trending_search(request: Request, body: TrendingRequest) -> Response:
    """Return what is chosen most, a list a shelf; a shelf that is unknown is empty."""
    service, filters = service_of(request), body.request.filters
    organisation = (
        None if filters.organisation == ACROSS else organisation_of(service.engine.reference, filters.organisation)
    )
    shelves = {}
    for kind in dict.fromkeys(filters.contextType):
        if kind == "acbp":
            shelves[kind] = await _planned(service, organisation, filters.designation, body.request.limit)
        else:
            shelves[kind] = _shelf(service, kind, organisation, body.request.limit)
    return Answer({"response": shelves})


def _shelf(service: Service, kind: str, organisation: str | None, limit: int) -> list[dict[str, Any]]:
    if kind not in SHELVES or not limit:
        return []
    found = trending(service.engine, service.clock(), organisation, SHELVES[kind], limit)
    return [content(course) for course in found]


async def _planned(
    service: Service, organisation: str | None, designation: str | None, limit: int
) -> list[dict[str, Any]]:
    """Return what the organisation's plans ask of a designation, the nearest due first; nothing that is restricted."""
    somebody = Learner("", organisation, designation=designation)
    plans = await service.look_up(service.store.plans_of, somebody, service.clock())
    courses, at = service.engine.reference.courses, service.clock()
    known = ((courses[plan.course], plan.due_on) for plan in plans if plan.course in courses)
    shown = [(course, due_on) for course, due_on in known if course.is_live(at) and not course.restricted]
    return [content(course, due_on) for course, due_on in shown[:limit]]


router = APIRouter(tags=["iGOT"])
for path in DESIGNATION_PATHS:
    router.get(path, response_model=Envelope)(by_designation)
for path in TRENDING_PATHS:
    router.post(path, response_model=TrendingResponse)(trending_search)
