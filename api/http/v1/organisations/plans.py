"""Plans over HTTP: propose, change, send, judge, compare, hand out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.access.gate import principal_of
from api.http.access.organisations import Own
from api.http.answers import Answer, stamp
from api.http.v1.organisations.plan_documents import (
    Comparison,
    HistoryDocument,
    NewPlan,
    OnePlan,
    PlanChange,
    PlanList,
    Said,
    Signed,
    Verdicts,
    WhatIf,
    WhatIfAnswer,
)
from api.pages.planning.plans import printed
from api.pages.words import words
from api.workbench.approval import Signature, comment, history, judge, submit, withdraw
from api.workbench.desk import Desk, desk_of
from api.workbench.drafting import change_plan, draft_of, draft_plan, wish_of
from api.workbench.exports import FORMATS
from api.workbench.exports.plan_file import file_name, plan_file
from api.workbench.scenarios import FIGURES, Scenario, compare, scenarios
from api.workbench.what_if import Question, Scheme, what_if
from api.workbench.wish import PlanWish
from features.reference import Reference
from features.store.drafts import DraftConflictError, DraftItem, PlanDraft, Verdict

router = APIRouter(prefix="/v1/organisations/{organisation}/plans", tags=["plans"])

PlanId = Annotated[str, Query(min_length=1, max_length=200, description="the plan's id")]
_EDITS = ("include", "exclude", "mandatory", "elective")


@router.get("", response_model=PlanList)
async def plans(request: Request, organisation: Own) -> Response:
    """Return the plans of an organisation and all below it, the last changed first."""
    desk = desk_of(request)
    within = [one for one in desk.reference.organisations if organisation.id in desk.reference.lineage(one)]
    found = scenarios(await desk.ask(desk.service.store.workbench.drafts_of, within))
    return Answer({"organisation": organisation.id, "items": [_head(one) for one in found]})


@router.post("", response_model=OnePlan, status_code=201)
async def new_plan(request: Request, organisation: Own, body: NewPlan) -> Response:
    """Propose the plan that closes the most critical gaps under the settings, and keep it as a draft."""
    desk = desk_of(request)
    draft = await desk.think(draft_plan, desk, organisation.id, body.settings, body.name, body.by, "proposed")
    return Answer(await desk.ask(_plan, desk, draft), 201)


@router.get("/comparison", response_model=Comparison)
async def comparison(request: Request, organisation: Own, first: PlanId, second: PlanId) -> Response:
    """Return two plans beside each other, and where they differ."""
    desk = desk_of(request)
    one = await desk.ask(draft_of, desk, organisation.id, first)
    other = await desk.ask(draft_of, desk, organisation.id, second)
    both, difference = scenarios([one, other]), compare(one, other)
    return Answer(
        {
            "plans": [_head(one) for one in both],
            "figures": {name: [one.figure(name) for one in both] for name in ("needed", "closed", *FIGURES)},
            "only_first": [item.id for item in difference.only_first],
            "only_second": [item.id for item in difference.only_second],
            "common": difference.common,
        }
    )


@router.get("/{plan}", response_model=OnePlan)
async def one_plan(
    request: Request,
    organisation: Own,
    plan: str,
    version: Annotated[int | None, Query(ge=1, le=1_000_000, description="by default the newest")] = None,
) -> Response:
    """Return a plan with its items and effect."""
    desk = desk_of(request)
    draft = await desk.ask(draft_of, desk, organisation.id, plan, version)
    return Answer(await desk.ask(_plan, desk, draft))


@router.post("/{plan}/changes", response_model=OnePlan)
async def change(request: Request, organisation: Own, plan: str, body: PlanChange) -> Response:
    """Change a plan's settings or courses and return it with its new effect."""
    desk = desk_of(request)
    draft = await desk.ask(_newest, desk, organisation.id, plan, body.version)
    wish = _edited(body.settings or wish_of(draft), body)
    anew = body.anew or body.settings is not None
    changed = await desk.think(change_plan, desk, draft, wish, body.by, body.note or "changed", anew=anew)
    return Answer(await desk.ask(_plan, desk, changed))


@router.post("/{plan}/submission", response_model=OnePlan)
async def submission(request: Request, organisation: Own, plan: str, body: Signed) -> Response:
    """Send a plan for approval."""
    desk = desk_of(request)
    draft = await desk.ask(_newest, desk, organisation.id, plan, body.version)
    moved = await desk.service.write(submit, desk, draft, _signature(request, desk, body.by, body.reason))
    return Answer(await desk.ask(_plan, desk, moved))


@router.post("/{plan}/withdrawal", response_model=OnePlan)
async def withdrawal(request: Request, organisation: Own, plan: str, body: Signed) -> Response:
    """Give up a plan that is not approved."""
    desk = desk_of(request)
    draft = await desk.ask(_newest, desk, organisation.id, plan, body.version)
    moved = await desk.service.write(withdraw, desk, draft, _signature(request, desk, body.by, body.reason))
    return Answer(await desk.ask(_plan, desk, moved))


@router.post("/{plan}/verdicts", response_model=OnePlan)
async def verdicts(request: Request, organisation: Own, plan: str, body: Verdicts) -> Response:
    """Approve a submitted plan but for what is rejected; what is approved holds for its learners at once."""
    desk = desk_of(request)
    draft = await desk.ask(_newest, desk, organisation.id, plan, body.version)
    signed = _signature(request, desk, body.by, body.reason)
    moved = await desk.service.write(judge, desk, draft, body.rejected, signed)
    return Answer(await desk.ask(_plan, desk, moved))


@router.post("/{plan}/comments", status_code=204, response_class=Response)
async def say(request: Request, organisation: Own, plan: str, body: Said) -> Response:
    """Comment on a plan, or on one item of it."""
    desk = desk_of(request)
    draft = await desk.ask(draft_of, desk, organisation.id, plan)
    await desk.service.write(comment, desk, draft, _signature(request, desk, body.by, body.text), body.item)
    return Response(status_code=204)


@router.get("/{plan}/history", response_model=HistoryDocument)
async def plan_history(request: Request, organisation: Own, plan: str) -> Response:
    """Return who changed, said and decided what, the newest first."""
    desk = desk_of(request)
    draft = await desk.ask(draft_of, desk, organisation.id, plan)
    told = await desk.ask(history, desk, draft)
    return Answer(
        {
            "plan": plan,
            "versions": [
                {"version": one.version, "by": one.author, "at": stamp(one.made_at), "note": one.note}
                for one in told.versions
            ],
            "comments": [
                {"by": one.author, "at": stamp(one.written_at), "text": one.text, "item": one.item}
                for one in told.comments
            ],
            "decisions": [
                {
                    "number": one.number, "outcome": one.outcome, "by": one.decided_by, "principal": one.principal,
                    "at": stamp(one.decided_at), "reason": one.reason, "facts": one.facts,
                }
                for one in told.decisions
            ],
        }
    )  # fmt: skip


@router.post("/{plan}/scenarios", response_model=WhatIfAnswer)
async def scenarios_of_plan(request: Request, organisation: Own, plan: str, body: WhatIf) -> Response:
    """Return what the best plan under the same settings would do if one thing were different; nothing is kept."""
    desk = desk_of(request)
    draft = await desk.ask(draft_of, desk, organisation.id, plan)
    scheme = None if body.scheme is None else Scheme(**body.scheme.model_dump())
    asked = Question(tuple(body.hours), body.retire_after_years, scheme, tuple(body.transfers.items()))
    return Answer({"plan": plan, "items": await desk.think(what_if, desk, draft, asked)})


@router.get("/{plan}/export", response_class=Response)
async def export(
    request: Request,
    organisation: Own,
    plan: str,
    format: Annotated[Literal["v4", "csv", "xlsx", "pdf"], Query(description="the kind of file")] = "v4",  # noqa: A002
    lang: Annotated[Literal["en", "hi"], Query(description="language of the document to print")] = "en",
) -> Response:
    """Return the plan as a file: for the platform's plan API (version 4), for spreadsheets, or to print."""
    desk = desk_of(request)
    draft = await desk.ask(draft_of, desk, organisation.id, plan)
    html = await desk.ask(printed, request, draft, words(lang)) if format == "pdf" else ""
    content = await desk.work(plan_file, desk, draft, format, html)
    name = {"Content-Disposition": f'attachment; filename="{file_name(draft, format)}"'}
    return Response(content, media_type=FORMATS[format][0], headers=name)


def _signature(request: Request, desk: Desk, by: str, reason: str) -> Signature:
    return Signature(by, principal_of(request).name, reason, desk.at)


def _newest(desk: Desk, organisation: str, plan: str, version: int) -> PlanDraft:
    draft = draft_of(desk, organisation, plan)
    if draft.version != version:
        raise DraftConflictError(f"version {version}", f"version {draft.version}, the newest", "read the plan again")
    return draft


def _edited(wish: PlanWish, body: PlanChange) -> PlanWish:
    for kind in _EDITS:
        for group, course in getattr(body, kind):
            wish = wish.with_edit(kind, group, course)
    return wish


def _head(one: Scenario) -> dict[str, Any]:
    draft = one.draft
    return {
        "plan": draft.id,
        "organisation": draft.organisation,
        "name": draft.name,
        "plan_year": draft.plan_year,
        "status": draft.status,
        "version": draft.version,
        "author": draft.author,
        "made_at": stamp(draft.made_at),
        "changed_at": stamp(draft.changed_at),
        "share_closed": round(one.share, 4),
        "items": len(draft.items),
    }


def _plan(desk: Desk, draft: PlanDraft) -> dict[str, Any]:
    judged = desk.service.store.workbench.verdicts(draft.id)
    return {
        **_head(Scenario(draft)),
        "items": [_item(item, draft, judged, desk.reference) for item in draft.items],
        "settings": draft.settings,
        "effect": draft.effect,
    }


def _item(item: DraftItem, draft: PlanDraft, judged: Mapping[str, Verdict], reference: Reference) -> dict[str, Any]:
    verdict, course = judged.get(item.id), reference.courses.get(item.course)
    return {
        "item": item.id,
        "position": item.group,
        "designation": item.scope_value,
        "organisation": item.organisation or draft.organisation,
        "course": item.course,
        "name": course.name.strip() if course else item.course,
        "mandatory": item.mandatory,
        "due_on": stamp(item.due_on),
        "people": item.people,
        "hours": float(item.facts.get("hours", 0.0)),
        "cost": float(item.facts.get("cost", 0.0)),
        "closes": round(item.closes, 3),
        "competencies": list(item.facts.get("competencies", ())),
        "approved": None if verdict is None else verdict.approved,
        "comment": "" if verdict is None else verdict.comment,
    }
