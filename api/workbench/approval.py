"""From draft to approved: a named human submits, a named human judges item by item, and the log keeps both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.workbench.desk import Desk
from features.store.decisions import Comment, Decision
from features.store.drafts import (
    APPROVED,
    EDITABLE,
    RETURNED,
    SUBMITTED,
    WITHDRAWN,
    DraftConflictError,
    PlanDraft,
    PlanVersion,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who acts."""

    by: str
    """The named human."""
    principal: str
    """Whose key or token it is."""
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """All that happened to a plan."""

    versions: Sequence[PlanVersion]
    comments: Sequence[Comment]
    verdicts: Mapping[str, Verdict]
    decisions: Sequence[Decision]


def submit(desk: Desk, draft: PlanDraft, signed: Signature) -> PlanDraft:
    """Send a draft for approval."""
    if draft.status not in EDITABLE:
        raise DraftConflictError(f"plan {draft.id}, {draft.status}", "a plan that is being drafted", "begin a new plan")
    if not draft.items:
        raise DraftConflictError(f"plan {draft.id} without a course", "at least one course", "propose or add courses")
    decision = _decision(draft, "submitted", signed)
    return desk.service.store.workbench.move_draft(draft, SUBMITTED, decision, signed.at)


def withdraw(desk: Desk, draft: PlanDraft, signed: Signature) -> PlanDraft:
    """Give a draft up; what was approved stays."""
    if draft.status == APPROVED:
        raise DraftConflictError(f"plan {draft.id}, approved", "a plan that is not", "it holds until its end")
    return desk.service.store.workbench.move_draft(draft, WITHDRAWN, _decision(draft, WITHDRAWN, signed), signed.at)


def judge(desk: Desk, draft: PlanDraft, rejected: Mapping[str, str], signed: Signature) -> PlanDraft:
    """Approve a submitted draft but for the rejected items (id to comment); what is approved holds at once.

    A plan that its own author approves is approved; the log says so.
    """
    unknown = rejected.keys() - {item.id for item in draft.items}
    if unknown:
        raise DraftConflictError(f"a verdict on {min(unknown)!r}", "items of the plan", "read the plan again")
    verdicts = [Verdict(item.id, item.id not in rejected, rejected.get(item.id, "")) for item in draft.items]
    outcome = RETURNED if len(rejected) == len(draft.items) else APPROVED
    decision = _decision(draft, outcome, signed, rejected=len(rejected), own=_same(signed.by, draft.author))
    return desk.service.store.workbench.judge_draft(draft, verdicts, decision, signed.at)


def comment(desk: Desk, draft: PlanDraft, signed: Signature, item: str | None = None) -> None:
    """Write what somebody says of a plan or one of its items."""
    desk.service.store.workbench.add_comment(Comment(f"plan:{draft.id}", signed.by, signed.at, signed.reason, item))


def history(desk: Desk, draft: PlanDraft) -> History:
    """Return all that happened to a plan."""
    bench = desk.service.store.workbench
    return History(
        bench.versions(draft.id),
        bench.comments(f"plan:{draft.id}"),
        bench.verdicts(draft.id),
        bench.decisions([draft.organisation], subject=draft.id),
    )


def _decision(draft: PlanDraft, outcome: str, signed: Signature, **facts: object) -> Decision:
    effect = draft.effect
    return Decision(
        kind="plan",
        organisation=draft.organisation,
        subject=draft.id,
        outcome=outcome,
        decided_by=signed.by,
        principal=signed.principal,
        decided_at=signed.at,
        reason=signed.reason,
        facts={
            "name": draft.name, "version": draft.version, "items": len(draft.items), "people": effect.get("people"),
            "hours": effect.get("hours"), "closed": effect.get("closed"), "needed": effect.get("needed"), **facts,
        },
    )  # fmt: skip


def _same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()
