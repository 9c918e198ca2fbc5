"""Roles: the list, and one to read, compare, edit, send and approve."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.access.gate import principal_of
from api.http.access.organisations import Own
from api.http.access.principal import Role as Caller
from api.http.problems import OverdueError
from api.pages.forms import Form, read_form
from api.pages.planning.scene import go, place_of, show, signature
from api.pages.render import InWords, PageRoute
from api.workbench.desk import Desk, desk_of
from api.workbench.roles import (
    LEVELS,
    RoleView,
    frac_file,
    judge_role,
    level_changes,
    propose_role,
    read_frac,
    role_view,
    roles_within,
    submit_role,
)
from features.errors import KarmapathError
from features.reference import Requirement, Role
from recommender.matching.role_mapping import SuggestedRequirement

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_SUGGESTED = 12


@router.get("/planning/{organisation}/roles")
async def roles(request: Request, organisation: Own, w: InWords) -> Response:
    """List the roles of the organisation's posts."""
    desk = desk_of(request)
    found = await desk.work(roles_within, desk, organisation.id)
    return show(request, organisation, w, "roles", roles=found)


@router.get("/planning/{organisation}/roles/{role}")
async def role(
    request: Request,
    organisation: Own,
    role: str,
    w: InWords,
    version: Annotated[int | None, Query(ge=0, le=1_000_000)] = None,
    beside: Annotated[str, Query(max_length=200)] = "",
    suggest: Annotated[bool, Query()] = False,
) -> Response:
    """Show a role with the hours of each level; to compare, edit, send and approve."""
    desk = desk_of(request)
    view = await desk.work(role_view, desk, organisation.id, role, version)
    imported = desk.reference.roles.get(role)
    other = desk.reference.roles.get(beside) if beside else imported if view.version else None
    suggested: tuple[SuggestedRequirement, ...] = ()
    waiting = False
    if suggest:
        try:
            await desk.service.learned(desk.engine, "roles")
            suggested = await desk.work(_suggested, desk, view)
        except OverdueError:  # texts are read once; the work goes on, and the next question finds it done
            waiting = True
    names = sorted(desk.reference.competencies.values(), key=lambda one: one.name)
    return show(
        request, organisation, w, "roles", "role", view=view, other=other, levels=LEVELS, suggested=suggested,
        changes=level_changes(other, view.role) if other is not None else (), names=names, beside=beside,
        all_roles=sorted(desk.reference.roles.values(), key=lambda one: one.name), suggest=suggest, waiting=waiting,
        columns=("competency", "activity", "level", "weight", "critical"),
    )  # fmt: skip


@router.get("/planning/{organisation}/roles/{role}/frac")
async def frac(
    request: Request, organisation: Own, role: str, version: Annotated[int | None, Query(ge=0, le=1_000_000)] = None
) -> Response:
    """Hand the role out as a FRAC table that the import takes."""
    desk = desk_of(request)
    view = await desk.work(role_view, desk, organisation.id, role, version)
    name = {"Content-Disposition": f'attachment; filename="frac-v{view.version}.csv"'}
    return Response(frac_file(view.role), media_type="text/csv; charset=utf-8", headers=name)


@router.post("/planning/{organisation}/roles/{role}")
async def change(request: Request, organisation: Own, role: str, w: InWords) -> Response:
    """Do what a button of the role's page says."""
    desk, form = desk_of(request), await read_form(request)
    signed = signature(request, form)
    view = await desk.work(role_view, desk, organisation.id, role)
    if form.get("version") != str(view.version):
        raise KarmapathError(
            f"a change of version {form.get('version', '')[:10]!r}", f"version {view.version}", "open the role again"
        )
    action = form.get("do", "")
    if action in ("save", "import"):
        table = form.text("table", 1, 100_000) if action == "import" else ""
        changed = read_frac(table, view.role, desk.reference) if table else _edited(form, view)
        await desk.service.write(propose_role, desk, organisation.id, changed, view.version, signed)
    elif action == "submit":
        await desk.service.write(submit_role, desk, view.versions[0])
    elif action in ("approve", "return"):
        principal = principal_of(request)
        top = principal.organisation if principal.role is Caller.PLANNER else None
        form.text("reason", 3, 2_000)
        approved = action == "approve"
        await desk.service.write(
            lambda: judge_role(desk, organisation.id, view.versions[0], signed, approved=approved, top=top)
        )
    else:
        raise KarmapathError(f"action {action[:40]!r}", "a button of the page", "open the page again")
    return go(place_of(request, organisation, w).address("roles", role), signed.by)


def _suggested(desk: Desk, view: RoleView) -> tuple[SuggestedRequirement, ...]:
    """Return competencies that the role's text speaks of and that it does not require yet."""
    role, held = view.role, {need.competency for need in view.role.requirements}
    found = desk.service.matcher.roles(desk.engine).map(
        role.name, role.description, list(role.activities.values()), _SUGGESTED + len(held)
    )
    return tuple(one for one in found if one.competency not in held)[:_SUGGESTED]


def _edited(form: Form, view: RoleView) -> Role:
    """Return the role as the form has it: rows changed, left out and added."""
    gone, needs = set(form.all("leave_out")), []
    for number, need in enumerate(view.role.requirements):
        if str(number) not in gone:
            needs.append(
                replace(
                    need,
                    level=int(form.number(f"level-{number}", 1, 5, need.level)),
                    weight=form.number(f"weight-{number}", 0, 100, need.weight),
                    critical=f"critical-{number}" in form,
                )
            )
    added = [*form.all("add"), form.get("new_competency", "").partition(" | ")[0].strip()]
    for one in dict.fromkeys(name for name in added if name):
        level = int(form.number(f"add-level-{one}", 1, 5, form.number("new_level", 1, 5, 3)))
        activity = form.get("new_activity") or None
        needs.append(Requirement(view.role.id, activity, one, level, 1.0, critical=False))
    return replace(
        view.role,
        name=form.text("role_name", 1, 300),
        description=form.text("description", 0, 5_000) or None,
        requirements=tuple(needs),
    )
