"""Plans: the list, a new one, the editor, the approval, scenarios beside each other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.responses import Response

from api.http.access.organisations import Own
from api.pages.forms import Form, read_form
from api.pages.planning.scene import go, place_of, show, signature
from api.pages.render import InWords, PageRoute, render
from api.pages.words import Words
from api.workbench.approval import Signature, comment, history, judge, submit, withdraw
from api.workbench.desk import Desk, desk_of
from api.workbench.drafting import additions, change_plan, draft_of, draft_plan, wish_of
from api.workbench.exports import FORMATS
from api.workbench.exports.plan_file import file_name, plan_file
from api.workbench.plan_view import plan_view
from api.workbench.scenarios import FIGURES, compare, scenarios
from api.workbench.wish import PlanWish, default_dates
from features.errors import KarmapathError
from features.store.drafts import DraftConflictError, PlanDraft

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_EDITS = {"take_out": "exclude", "add": "include", "mandatory": "mandatory", "elective": "elective"}
"""What a button on an item does to the wish."""


@router.get("/planning/{organisation}/plans")
async def plans(request: Request, organisation: Own, w: InWords) -> Response:
    """List the plans of the organisation and below, and offer a new one."""
    desk = desk_of(request)
    place = place_of(request, organisation, w)
    found = scenarios(await desk.ask(desk.service.store.workbench.drafts_of, place.within))
    begin, end = default_dates(desk.at)
    wish = PlanWish.model_validate({"begin": begin, "end": end})
    return show(request, organisation, w, "plans", plans=found, wish=wish)


@router.post("/planning/{organisation}/plans")
async def new_plan(request: Request, organisation: Own, w: InWords) -> Response:
    """Propose a plan under the budget of the form, and open it."""
    desk, form = desk_of(request), await read_form(request)
    signed, wish = signature(request, form), _wish(form)
    name = form.text("name", 0, 200)
    draft = await desk.think(draft_plan, desk, organisation.id, wish, name, signed.by, w("plan_note_proposed"))
    return go(place_of(request, organisation, w).address("plans", draft.id), signed.by)


@router.get("/planning/{organisation}/plans/compare")
async def comparison(
    request: Request,
    organisation: Own,
    w: InWords,
    first: Annotated[str, Query(max_length=200)],
    second: Annotated[str, Query(max_length=200)],
) -> Response:
    """Show two plans beside each other."""
    desk = desk_of(request)
    one = await desk.ask(draft_of, desk, organisation.id, first)
    other = await desk.ask(draft_of, desk, organisation.id, second)
    both = scenarios([one, other])
    return show(
        request, organisation, w, "plans", "compare", both=both, difference=compare(one, other), figures=FIGURES
    )


@router.get("/planning/{organisation}/plans/{plan}")
async def plan(
    request: Request, organisation: Own, plan: str, w: InWords, post: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Show a plan: to edit, to approve, or to read."""
    desk = desk_of(request)
    draft = await desk.ask(draft_of, desk, organisation.id, plan)
    last = draft.version - 1
    before = await desk.ask(draft_of, desk, organisation.id, plan, last) if last else None
    more = await desk.work(additions, desk, draft, post) if post and draft.is_editable else ()
    drafts = await desk.ask(desk.service.store.workbench.drafts_of, [draft.organisation])
    others, told = [one for one in drafts if one.id != draft.id], await desk.ask(history, desk, draft)
    return show(
        request, organisation, w, "plans", "plan", draft=draft, view=plan_view(draft, before, desk.reference),
        history=told, more=more, post=post, others=others, wish=wish_of(draft), formats=FORMATS,
    )  # fmt: skip


@router.get("/planning/{organisation}/plans/{plan}/export/{format}")
async def export(request: Request, organisation: Own, plan: str, format: str, w: InWords) -> Response:  # noqa: A002
    """Hand the plan out as a file."""
    desk = desk_of(request)
    draft = await desk.ask(draft_of, desk, organisation.id, plan)
    html = await desk.ask(printed, request, draft, w) if format == "pdf" else ""
    content = await desk.work(plan_file, desk, draft, format, html)
    name = {"Content-Disposition": f'attachment; filename="{file_name(draft, format)}"'}
    return Response(content, media_type=FORMATS[format][0], headers=name)


@router.post("/planning/{organisation}/plans/{plan}")
async def change(request: Request, organisation: Own, plan: str, w: InWords) -> Response:
    """Do what a button of the plan's page says."""
    desk, form = desk_of(request), await read_form(request)
    draft = await desk.ask(draft_of, desk, organisation.id, plan)
    if form.get("version") != str(draft.version):
        raise DraftConflictError(
            f"a change of version {form.get('version', '?')[:10]}",
            f"one of version {draft.version}",
            "open the plan again",
        )
    action, _, what = form.get("do", "").partition("|")
    signed = signature(request, form)
    place = place_of(request, organisation, w)
    if action in _EDITS:
        post = await _edit(desk, draft, form, action, what, signed, w)
        return go(place.address("plans", draft.id, post=post) + "#items", signed.by)
    if action == "budget":
        await desk.think(
            change_plan, desk, draft, _wish(form, wish_of(draft)), signed.by, w("plan_note_budget"), anew=True,
            name=form.text("name", 1, 200),
        )  # fmt: skip
    elif action == "copy":
        name = w("plan_copy_of", name=draft.name)[:200]
        made = await desk.think(
            draft_plan,
            desk,
            draft.organisation,
            wish_of(draft),
            name,
            signed.by,
            w("plan_note_copied", name=draft.name),
        )
        return go(place.address("plans", made.id), signed.by)
    else:
        await desk.service.write(_move, desk, draft, form, action, signed)
    return go(place.address("plans", draft.id), signed.by)


def printed(request: Request, draft: PlanDraft, w: Words) -> str:
    """Return the plan as a page to print."""
    desk = desk_of(request)
    told = history(desk, draft)
    return render(
        request, w, "planning/print.html", draft=draft, view=plan_view(draft, None, desk.reference),
        reference=desk.reference, organisation=desk.reference.organisations[draft.organisation],
        verdicts=told.verdicts, decisions=told.decisions,
    )  # fmt: skip


def _move(desk: Desk, draft: PlanDraft, form: Form, action: str, signed: Signature) -> None:
    """Move a plan along its way, or say something of it."""
    if action == "submit":
        submit(desk, draft, signed)
    elif action == "withdraw":
        withdraw(desk, draft, signed)
    elif action == "judge":
        form.text("reason", 3, 2_000)
        rejected = {one: form.get(f"why|{one}", "").strip()[:500] for one in form.all("reject")}
        judge(desk, draft, rejected, signed)
    elif action == "comment":
        form.text("reason", 1, 2_000)
        comment(desk, draft, signed)
    else:
        raise KarmapathError(f"action {action[:40]!r}", "a button of the page", "open the page again")


async def _edit(desk: Desk, draft: PlanDraft, form: Form, action: str, what: str, signed: Signature, w: Words) -> str:
    """Change one course of one post; return the post."""
    group, _, course = what.partition("|")
    if action == "add" and not course:
        course = form.text("course", 1, 200)
    if course not in desk.reference.courses:
        raise KarmapathError(f"course {course[:80]!r}", "the id of a course of the catalogue", "copy it from a list")
    name = desk.reference.courses[course].name.strip()
    post = desk.reference.positions[group].designation if group in desk.reference.positions else group
    note = w("plan_note_" + action, course=name, post=post)
    wish = wish_of(draft).with_edit(_EDITS[action], group, course)
    await desk.think(change_plan, desk, draft, wish, signed.by, note, anew=False)
    return group


def _number(written: str | None) -> float | str | None:
    """Return the number that was typed; what is none is told by whoever wants one."""
    try:
        return None if written is None else float(written)
    except ValueError:
        return written


def _wish(form: Form, before: PlanWish | None = None) -> PlanWish:
    """Return what the form asks for; edits by hand stay."""
    given = {
        "hours": _number(form.get("hours")),
        "most": _number(form.get("most") or None),
        "money": _number(form.get("money") or None),
        "begin": form.get("begin"),
        "end": form.get("end"),
        "elective_share": form.number("elective_percent", 0, 100, 100.0) / 100,
        "apar": form.get("apar") == "yes",
    }
    kept = {} if before is None else before.document()
    try:
        return PlanWish.model_validate({**kept, **given})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the dates"
        raise KarmapathError(f"{where} = {str(first['input'])[:60]}", first["msg"], "go back and correct it") from None
