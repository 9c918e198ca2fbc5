"""The audit log, for the administrator."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from starlette.responses import Response

from api.http.answers import Answer, stamp
from api.http.service import service_of
from features.store import AuditEntry, AuditFilter
from features.times import platform_time

router = APIRouter(prefix="/v1", tags=["models"])

Text = Annotated[str | None, Query(min_length=1, max_length=200)]


def _written(value: object) -> object:
    """Let through what ISO 8601 writes: a number would be read as seconds since 1970."""
    if isinstance(value, str) and "-" not in value[1:]:
        raise ValueError("a moment as ISO 8601 writes it")
    return value


Moment = Annotated[
    Annotated[datetime, BeforeValidator(_written), AfterValidator(platform_time)] | None,
    Query(description="a moment; without a zone it is in India Standard Time"),
]


class AuditItem(BaseModel):
    """One thing that somebody did."""

    model_config = ConfigDict(extra="forbid")

    number: int
    at: datetime
    principal: str = Field(description="a key's name, a token's subject, or who gave a command")
    role: str
    organisation: str | None
    action: str = Field(description="read, export, erase, events, change, refused, or a command")
    route: str
    object: str | None = Field(description="pseudonymous id of what it was about")
    detail: str | None
    origin: str | None = Field(description="the address the request came from")
    request: str | None = Field(description="the request's X-Request-ID")
    status: int = Field(description="HTTP status; 0 for a command")
    times: int = Field(description="equal refusals of one minute are one row")


class AuditPage(BaseModel):
    """A page of the audit log, the newest entry first."""

    model_config = ConfigDict(extra="forbid")

    items: list[AuditItem]
    next: int | None = Field(description="give this as before for the next page; null: there is none")


@router.get("/audit", response_model=AuditPage)
async def audit(
    request: Request,
    since: Moment = None,
    until: Moment = None,
    principal: Text = None,
    action: Text = None,
    object: Text = None,  # noqa: A002 - the name in the log
    limit: Annotated[int, Query(ge=1, le=1000, description="how many at most")] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="the next of the page before")] = None,
) -> Response:
    """Return who saw, changed, erased or was refused what, the newest first."""
    service = service_of(request)
    wanted = AuditFilter(since, until, principal, action, object)
    await service.auditor.written()
    found = await service.write(service.auditor.sink.read, wanted, limit, before)
    following = found[-1].number if len(found) == limit else None
    return Answer({"items": [item(entry) for entry in found], "next": following})


def item(entry: AuditEntry) -> dict[str, object]:
    """Return an entry as a document."""
    return {
        "number": entry.number, "at": stamp(entry.at), "principal": entry.principal, "role": entry.role,
        "organisation": entry.organisation_id, "action": entry.action, "route": entry.route, "object": entry.object,
        "detail": entry.detail, "origin": entry.origin, "request": entry.request_id, "status": entry.status,
        "times": entry.times,
    }  # fmt: skip
