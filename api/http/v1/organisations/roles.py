"""Roles over HTTP: read with prices, propose a version, send, judge."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from api.http.access.gate import principal_of
from api.http.access.organisations import Own
from api.http.access.principal import Role as Caller
from api.http.answers import Answer, stamp
from api.http.shapes import competency_name
from api.http.v1.organisations.documents import Document
from api.http.v1.organisations.plan_documents import By
from api.workbench.approval import Signature
from api.workbench.desk import Desk, desk_of
from api.workbench.roles import RoleView, judge_role, propose_role, role_view, roles_within, submit_role
from features.numbers import NUMERIC
from features.reference import Requirement
from features.store.drafts import DraftConflictError

router = APIRouter(prefix="/v1/organisations/{organisation}/roles", tags=["organisations"])

_NEED: dict[str, Any] = {"competency": "COMSUBTHEME-900084", "level": 3, "weight": 2.0, "critical": True}
_VERSION: dict[str, Any] = {"by": "A. Rao, US", "version": 0, "note": "level 3 is enough", "requirements": [_NEED]}
_Id = Annotated[str, Field(min_length=1, max_length=200)]


class RoleHead(Document):
    """A role in short."""

    role: str
    name: str
    requirements: int


class RoleList(Document):
    """Roles of the posts of an organisation, by name."""

    organisation: str
    items: list[RoleHead]


class PricedRequirement(Document):
    """A requirement with what its levels cost."""

    competency: str
    name: str
    activity: str | None
    level: int
    weight: float
    critical: bool
    hours: list[float | None] = Field(description="from nothing to level 1, 2, ... 5; null where no courses lead there")
    people_hours: float | None = Field(description="of all holders here, from where they are")


class RoleVersionDocument(Document):
    """A role in a version, with prices and who holds it."""

    role: str
    name: str
    description: str | None
    version: int = Field(description="0 is the imported one")
    status: Literal["imported", "draft", "submitted", "approved", "returned"]
    activities: dict[str, str]
    requirements: list[PricedRequirement]
    hours: float
    people_hours: float
    holders: int
    positions: list[str]
    versions: list[dict[str, Any]]


class NeedAsked(Document):
    """A requirement."""

    competency: _Id
    level: Annotated[int, Field(ge=1, le=5), NUMERIC]
    weight: Annotated[float, Field(ge=0, le=100), NUMERIC] = 1.0
    critical: bool = Field(False, strict=True)
    activity: _Id | None = None


class NewVersion(Document):
    """A role as somebody wants it to be."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _VERSION})

    by: By
    version: Annotated[int, Field(ge=0), NUMERIC] = Field(description="the version that it begins from")
    note: str = Field("", max_length=500, description="what is changed, and why")
    name: Annotated[str, Field(min_length=1, max_length=300, pattern=r"[^\s]")] | None = None
    description: str | None = Field(None, max_length=5_000)
    activities: dict[str, Annotated[str, Field(min_length=1, max_length=1_000)]] | None = Field(None, max_length=500)
    requirements: list[NeedAsked] = Field(max_length=500)


class RoleStep(Document):
    """A version that is sent for approval, or judged."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"by": "B. Sen, JS", "version": 1, "reason": "agreed"}}
    )

    by: By
    version: Annotated[int, Field(ge=1), NUMERIC]
    reason: str = Field("", max_length=2_000)


class RoleVerdict(RoleStep):
    """Approved, or sent back."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"by": "B. Sen, JS", "version": 1, "reason": "agreed", "approved": True}},
    )

    reason: str = Field(min_length=3, max_length=2_000)
    approved: bool


@router.get("", response_model=RoleList)
async def roles(request: Request, organisation: Own) -> Response:
    """Return the roles of the posts of an organisation and all below it."""
    desk = desk_of(request)
    found = await desk.work(roles_within, desk, organisation.id)
    items = [{"role": one.id, "name": one.name, "requirements": len(one.requirements)} for one in found]
    return Answer({"organisation": organisation.id, "items": items})


@router.get("/{role}", response_model=RoleVersionDocument)
async def one_role(
    request: Request,
    organisation: Own,
    role: str,
    version: Annotated[int | None, Query(ge=0, le=1_000_000, description="by default the newest; 0: imported")] = None,
) -> Response:
    """Return a role with what each required level costs in hours."""
    desk = desk_of(request)
    return Answer(_document(await desk.work(role_view, desk, organisation.id, role, version), desk))


@router.post("/{role}/versions", response_model=RoleVersionDocument, status_code=201)
async def new_version(request: Request, organisation: Own, role: str, body: NewVersion) -> Response:
    """Keep a new version of a role; it takes effect when it is approved and imported."""
    desk = desk_of(request)
    before = await desk.work(role_view, desk, organisation.id, role)
    needs = tuple(
        Requirement(role, one.activity, one.competency, one.level, one.weight, one.critical)
        for one in body.requirements
    )
    changed = replace(
        before.role,
        name=body.name or before.role.name,
        description=body.description if body.description is not None else before.role.description,
        activities=body.activities if body.activities is not None else before.role.activities,
        requirements=needs,
    )
    signed = Signature(body.by, principal_of(request).name, body.note, desk.at)
    await desk.service.write(propose_role, desk, organisation.id, changed, body.version, signed)
    return Answer(_document(await desk.work(role_view, desk, organisation.id, role), desk), 201)


@router.post("/{role}/submission", response_model=RoleVersionDocument)
async def submission(request: Request, organisation: Own, role: str, body: RoleStep) -> Response:
    """Send the newest version for approval."""
    desk = desk_of(request)
    view = await _newest(desk, organisation.id, role, body.version)
    await desk.service.write(submit_role, desk, view.versions[0])
    return Answer(_document(await desk.work(role_view, desk, organisation.id, role), desk))


@router.post("/{role}/verdict", response_model=RoleVersionDocument)
async def verdict(request: Request, organisation: Own, role: str, body: RoleVerdict) -> Response:
    """Approve the newest version, or send it back; above all posts that hold the role."""
    desk, principal = desk_of(request), principal_of(request)
    view = await _newest(desk, organisation.id, role, body.version)
    top = principal.organisation if principal.role is Caller.PLANNER else None
    signed = Signature(body.by, principal.name, body.reason, desk.at)
    await desk.service.write(
        judge_role, desk, organisation.id, view.versions[0], signed, approved=body.approved, top=top
    )
    return Answer(_document(await desk.work(role_view, desk, organisation.id, role), desk))


async def _newest(desk: Desk, organisation: str, role: str, version: int) -> RoleView:
    view = await desk.work(role_view, desk, organisation, role)
    if not view.versions or view.version != version:
        raise DraftConflictError(f"version {version}", f"version {view.version}, the newest", "read the role again")
    return view


def _document(view: RoleView, desk: Desk) -> dict[str, Any]:
    return {
        "role": view.role.id,
        "name": view.role.name,
        "description": view.role.description,
        "version": view.version,
        "status": view.status,
        "activities": view.role.activities,
        "requirements": [
            {
                "competency": one.need.competency,
                "name": competency_name(desk.reference, one.need.competency),
                "activity": one.need.activity,
                "level": one.need.level,
                "weight": one.need.weight,
                "critical": one.need.critical,
                "hours": one.hours,
                "people_hours": one.people_hours,
            }
            for one in view.needs
        ],
        "hours": view.hours,
        "people_hours": view.people_hours,
        "holders": view.holders,
        "positions": [one.id for one in view.positions],
        "versions": [
            {
                "version": one.version, "status": one.status, "by": one.author, "at": stamp(one.made_at),
                "note": one.note, "organisation": one.organisation,
            }
            for one in view.versions
        ],
    }  # fmt: skip
