"""The pages' addresses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from api.http.access.gate import may_see, principal_of
from api.http.access.principal import Role
from api.http.access.records import record_of
from api.http.service import Service, service_of
from api.pages.render import CSS, InWords, page, problem_page
from api.pages.view import Wishes, learner_view
from features.errors import KarmapathError
from features.records import Learner

router = APIRouter(include_in_schema=False)

_SEARCHED = 400
"""Learners among whom the start page looks for one of each designation."""

_EXAMPLES = 12


@router.get("/")
async def start(request: Request, w: InWords, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Find a learner: by id, or among examples."""
    service, query = service_of(request), q.strip()
    principal = principal_of(request)
    if principal.role is Role.LEARNER:
        return RedirectResponse(f"/learners/{quote(principal.learner or '', safe='')}?lang={w.language}", 303)
    try:
        if query and await service.look_up(service.store.version, query) is not None:
            return RedirectResponse(f"/learners/{quote(query, safe='')}?lang={w.language}", 303)
        found = await _visible(request, query)
        examples = found[:_EXAMPLES] if query else _one_each(found)
        if query and not found:
            examples = _one_each(await _visible(request, ""))
        facts: dict[str, Any] = {
            "query": query,
            "found": bool(found),
            "learners": examples,
            "names": _organisation_names(service),
        }
    except KarmapathError as error:
        return problem_page(request, w, error)
    base = str(request.base_url).rstrip("/")
    return page(request, w, "start.html", base=base, **facts)


@router.get("/learners/{learner}")
async def learner_page(
    request: Request,
    learner: str,
    w: InWords,
    hours: Annotated[float, Query(ge=0.25, le=2000)] = 40.0,
    hours_a_month: Annotated[float, Query(ge=0.5, le=300)] = 8.0,
    role: Annotated[str, Query(max_length=200)] = "",
    course: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show a learner's two paths with their reasons, gaps and recommendations."""
    service = service_of(request)
    try:
        engine = service.engine
        record = await record_of(request, learner)
        wishes = Wishes(hours, hours_a_month, role or None, course or None)
        limit = service.settings.deadline / 4
        view = await service.solve(learner_view, engine, record, service.clock(), wishes, limit)
    except KarmapathError as error:
        return problem_page(request, w, error)
    service.writer.note_shown(service.shown(learner, "page", engine, view.ranked))
    roles = sorted(engine.reference.roles.values(), key=lambda role: role.name)
    return page(request, w, "learner.html", view=view, engine=engine, reference=engine.reference, roles=roles)


@router.get("/docs")
async def docs(request: Request, w: InWords) -> Response:
    """Show the routes of the API."""
    return page(request, w, "docs.html", document=request.app.openapi())


@router.get("/static/style.css")
async def style() -> Response:
    """Return the style sheet."""
    return Response(CSS, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


async def _visible(request: Request, prefix: str) -> list[Learner]:
    """Return learners that the caller may see, of the first whose id begins so."""
    service, principal = service_of(request), principal_of(request)
    found = await service.look_up(service.store.learners, prefix, _SEARCHED)
    if principal.role is not Role.PLANNER:
        return list(found)
    return [one for one in found if may_see(principal, one.organisation, service.engine.reference)]


def _one_each(found: Sequence[Learner]) -> list[Learner]:
    """Return one learner for each designation, so that the examples differ."""
    each: dict[str | None, Learner] = {}
    for learner in found:
        each.setdefault(learner.designation, learner)
    return list(each.values())[:_EXAMPLES]


def _organisation_names(service: Service) -> dict[str, str]:
    try:
        organisations = service.engine.reference.organisations
    except KarmapathError:
        return {}  # no model yet: the list is shown with the organisations' ids
    return {organisation.id: organisation.name for organisation in organisations.values()}
