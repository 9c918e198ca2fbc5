"""The learner's plans in the platform's form (plan dictionary, version 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.http.answers import Answer, stamp
from api.http.igot.caller import caller
from api.http.igot.profile import record_for
from api.http.service import Service, service_of
from features.records import Learner, PlannedCourse
from features.reference import Reference
from recommender.eligibility import is_entitled

PATHS = ("/cbplan/v4/user/dictionary", "/api/cbplan/v4/user/dictionary")
Caller = Annotated[str | None, Depends(caller)]


class PlanQuestion(BaseModel):
    """What stands under ``request``."""

    planYear: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$")]  # noqa: N815 - the platform's name


class PlanRequest(BaseModel):
    """What the portal sends."""

    model_config = ConfigDict(json_schema_extra={"example": {"request": {"planYear": "2026-27"}}})

    request: PlanQuestion


class PlanResponse(BaseModel):
    """The platform's envelope around a dictionary for the year."""

    id: str
    ver: str
    ts: str
    params: dict[str, str | None]
    responseCode: str  # noqa: N815 - the platform's name
    result: dict[str, dict[str, dict[str, Any]]]


async def dictionary(request: Request, body: PlanRequest, caller: Caller) -> Response:
    """Return the plans that hold for the caller and are due in the year, those of the appraisal apart.

    Restricted courses stand in them for those who may take them, as on the platform.
    """
    service, year = service_of(request), body.request.planYear
    record = await record_for(service, caller or "")
    at, number = service.clock(), str(uuid4())
    reference = service.engine.reference
    of_year = (plan for plan in record.plans if plan.due_on is None or plan_year(plan.due_on) == year)
    due = [plan for plan in of_year if _may_take(record.learner, plan.course, reference)]
    known = await _known(service, due, reference)
    lists = {
        "aparPlanList": _plans((plan for plan in due if plan.apar), known, reference),
        "nonAparPlanList": _plans((plan for plan in due if not plan.apar), known, reference),
    }
    return Answer(
        {
            "id": "api.cbplan.v4.user.dictionary",
            "ver": "v4",
            "ts": stamp(at),
            "params": {"resmsgid": number, "msgid": number, "err": None, "status": "SUCCESS", "errmsg": None},
            "responseCode": "OK",
            "result": {year: lists},
        }
    )


def plan_year(day: datetime) -> str:
    """Return the financial year of a day, April to March.

    >>> plan_year(datetime(2027, 3, 31)), plan_year(datetime(2027, 4, 1))
    ('2026-27', '2027-28')
    """
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def _may_take(learner: Learner, course: str, reference: Reference) -> bool:
    known = reference.courses.get(course)
    return known is None or is_entitled(learner, known)


async def _known(service: Service, due: Iterable[PlannedCourse], reference: Reference) -> dict[str, tuple[str, str]]:
    """Return name and organisation of each plan: of the imported ones, and of those that were approved here."""
    wanted = {plan.plan for plan in due}
    found = {item.plan: (item.name or item.plan, item.organisation) for item in reference.plans if item.plan in wanted}
    for plan in wanted - found.keys():
        draft = await service.look_up(service.store.workbench.draft, plan)
        if draft is not None:
            found[plan] = draft.name, draft.organisation
    return found


def _plans(
    planned: Iterable[PlannedCourse], known: Mapping[str, tuple[str, str]], reference: Reference
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for course in planned:
        plan = found.setdefault(course.plan, _plan(course, known.get(course.plan, (course.plan, "")), reference))
        plan["contentList"].append({"identifier": course.course, "mandatory": course.mandatory})
    return found


def _plan(course: PlannedCourse, known: tuple[str, str], reference: Reference) -> dict[str, Any]:
    name, place = known
    organisation = reference.organisations.get(place)
    return {
        "name": name,
        "endDate": "" if course.due_on is None else f"{course.due_on:%Y-%m-%d}",
        "planType": "CBP",
        "contentList": [],
        "comprehensiveAssessment": "",
        "createdByOrgId": place,
        "createdByOrgName": organisation.name if organisation is not None else "",
        "createdByOrgLogo": "",
    }


router = APIRouter(tags=["iGOT"])
for path in PATHS:
    router.post(path, response_model=PlanResponse)(dictionary)
