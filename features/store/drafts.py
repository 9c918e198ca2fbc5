"""Plans on their way: drafts with versions that never change, verdicts by item, and what an approval publishes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from features.errors import KarmapathError, NotFoundError
from features.store.apply import touch, upserting
from features.store.holders import plan_holder
from features.store.tables import learners, organisations, plan_drafts, plan_verdicts, plan_versions, plans

DRAFT, SUBMITTED, APPROVED, RETURNED, WITHDRAWN = "draft", "submitted", "approved", "returned", "withdrawn"
EDITABLE = frozenset({DRAFT, RETURNED})


class DraftConflictError(KarmapathError):
    """Somebody else changed it first, or its state does not allow this."""

    code = "conflict"


@dataclass(frozen=True, slots=True)
class DraftItem:
    """One course of a plan for one group of people."""

    group: str
    """Whose it is: the id of a position."""
    scope: str
    """A value of ``features.schema.PLAN_SCOPES``."""
    scope_value: str
    course: str
    mandatory: bool
    due_on: datetime
    people: int
    """How many are expected to take it."""
    organisation: str = ""
    """Where the people are, with all below it; empty: in the plan's organisation."""
    closes: float = 0.0
    """Weighted steps that the plan would lose without it, over all of them."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Why it is there."""

    @property
    def id(self) -> str:
        """What verdicts and comments call it."""
        return f"{self.group}:{self.course}"


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A plan as it stands in one version."""

    id: str
    organisation: str
    name: str
    plan_year: str
    """April to March, as 2026-27."""
    status: str
    version: int
    author: str
    """Who began it."""
    made_at: datetime
    changed_at: datetime
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What was asked for: hours a head, money, dates."""
    items: tuple[DraftItem, ...] = ()
    effect: Mapping[str, Any] = field(default_factory=dict)
    """What the items are expected to do together."""

    @property
    def is_editable(self) -> bool:
        """Whether it may be changed."""
        return self.status in EDITABLE


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """Who changed what, when."""

    version: int
    author: str
    made_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the approver says of one item."""

    item: str
    approved: bool
    comment: str = ""


def add_draft(connection: Connection, draft: PlanDraft, note: str) -> None:
    """Write a new draft with its first version."""
    connection.execute(insert(plan_drafts).values(**_head(draft)))
    _add_version(connection, draft, draft.author, note)


def change_draft(connection: Connection, draft: PlanDraft, author: str, note: str, at: datetime) -> PlanDraft:
    """Write the draft as its next version.

    Raises
    ------
    DraftConflictError
        If it may not be changed, or another version than the one the change began from is the newest.
    """
    if not draft.is_editable:
        raise DraftConflictError(f"plan {draft.id}, {draft.status}", "a plan that is being drafted", "begin a new plan")
    changed = replace(draft, version=draft.version + 1, status=DRAFT, changed_at=at)
    _move(connection, draft, changed)
    _add_version(connection, changed, author, note)
    return changed


def move_draft(connection: Connection, draft: PlanDraft, status: str, at: datetime) -> PlanDraft:
    """Put the draft into another state; what it says stays."""
    moved = replace(draft, status=status, changed_at=at)
    _move(connection, draft, moved)
    return moved


def judge_draft(connection: Connection, draft: PlanDraft, verdicts: Sequence[Verdict], at: datetime) -> PlanDraft:
    """Write a verdict on every item; what is approved holds at once. With nothing approved the draft goes back.

    Raises
    ------
    DraftConflictError
        If it was not submitted, or a verdict is missing or names no item of it.
    """
    if draft.status != SUBMITTED:
        raise DraftConflictError(f"plan {draft.id}, {draft.status}", "a submitted plan", "submit it first")
    judged, items = {one.item for one in verdicts}, {item.id for item in draft.items}
    if judged != items or len(verdicts) != len(items):
        raise DraftConflictError(
            f"verdicts on {len(judged & items)} of {len(items)} items, and {len(judged - items)} on others",
            "one verdict on each item",
            "approve or reject every item",
        )
    rows = [
        {"draft_id": draft.id, "version": draft.version, "item": v.item, "approved": v.approved, "comment": v.comment}
        for v in verdicts
    ]
    connection.execute(insert(plan_verdicts), rows)
    any_approved = any(verdict.approved for verdict in verdicts)
    moved = move_draft(connection, draft, APPROVED if any_approved else RETURNED, at)
    publish_drafts(connection, draft.id)
    return moved


def read_draft(connection: Connection, draft_id: str, version: int | None = None) -> PlanDraft | None:
    """Return a draft in a version, by default the newest; ``None`` if there is none."""
    head = connection.execute(select(plan_drafts).where(plan_drafts.c.draft_id == draft_id)).one_or_none()
    if head is None:
        return None
    wanted = plan_versions.c.version == (version or head.version)
    row = connection.execute(select(plan_versions).where(plan_versions.c.draft_id == draft_id, wanted)).one_or_none()
    if row is None:
        raise NotFoundError(f"version {version} of plan {draft_id}", f"1 to {head.version}", "see the plan's history")
    return _draft(head, row)


def find_drafts(connection: Connection, organisations_asked: Sequence[str], limit: int) -> Sequence[PlanDraft]:
    """Return the newest versions of the drafts of these organisations, the last changed first."""
    query = (
        select(plan_drafts)
        .where(plan_drafts.c.organisation_id.in_(organisations_asked))
        .order_by(plan_drafts.c.changed_at.desc(), plan_drafts.c.draft_id)
        .limit(limit)
    )
    heads = connection.execute(query).all()
    ids = [head.draft_id for head in heads]
    rows = connection.execute(select(plan_versions).where(plan_versions.c.draft_id.in_(ids)))
    bodies = {(row.draft_id, row.version): row for row in rows}
    return [_draft(head, bodies[head.draft_id, head.version]) for head in heads]


def read_versions(connection: Connection, draft_id: str) -> Sequence[PlanVersion]:
    """Return the history of a draft, the newest first."""
    columns = (plan_versions.c.version, plan_versions.c.author, plan_versions.c.made_at, plan_versions.c.note)
    query = select(*columns).where(plan_versions.c.draft_id == draft_id).order_by(plan_versions.c.version.desc())
    return [PlanVersion(row.version, row.author, row.made_at, row.note) for row in connection.execute(query)]


def read_verdicts(connection: Connection, draft_id: str) -> Mapping[str, Verdict]:
    """Return the last verdict on each item."""
    query = select(plan_verdicts).where(plan_verdicts.c.draft_id == draft_id).order_by(plan_verdicts.c.version)
    return {row.item: Verdict(row.item, row.approved, row.comment) for row in connection.execute(query)}


def publish_drafts(connection: Connection, draft_id: str | None = None) -> None:
    """Put what was approved among the plans that hold, so that learners see it: of one draft, or of all.

    An import replaces the plans of the platform; these are put back after it.
    """
    approved = plan_drafts.c.status == APPROVED
    query = select(plan_drafts.c.draft_id).where(approved if draft_id is None else (plan_drafts.c.draft_id == draft_id))
    for one in connection.execute(query.where(approved)).scalars().all():
        draft, verdicts = read_draft(connection, one), read_verdicts(connection, one)
        if draft is not None:
            _publish(connection, draft, [i for i in draft.items if i.id in verdicts and verdicts[i.id].approved])


def _publish(connection: Connection, draft: PlanDraft, items: Sequence[DraftItem]) -> None:
    rows = [
        {
            "holder": plan_holder(item.scope, item.scope_value, item.organisation or draft.organisation),
            "plan_id": draft.id,
            "course_id": item.course,
            "mandatory": item.mandatory,
            "allocated_on": draft.changed_at,
            "due_on": item.due_on,
            "apar": bool(draft.settings.get("apar", False)),
        }
        for item in items
    ]
    if rows:
        statement = upserting(connection, plans).on_conflict_do_nothing()
        connection.execute(statement, rows)
    touch(connection, {item.scope_value for item in items if item.scope == "learner"})
    _touch_tree(connection, draft.organisation)


def _touch_tree(connection: Connection, organisation: str) -> None:
    """Raise the version of every learner below, so that no answer from before is taken for fresh."""
    line = organisations.c.lineage
    below = select(organisations.c.organisation_id).where(
        or_(
            line == organisation,
            line.startswith(f"{organisation}\n", autoescape=True),
            line.endswith(f"\n{organisation}", autoescape=True),
            line.contains(f"\n{organisation}\n", autoescape=True),
        )
    )
    held = or_(learners.c.organisation_id == organisation, learners.c.organisation_id.in_(below))
    raised = {column: column + 1 for column in (learners.c.version, learners.c.packed_version)}
    connection.execute(update(learners).where(held).values(raised))  # plans of posts are not packed: packs stay good


def _move(connection: Connection, old: PlanDraft, new: PlanDraft) -> None:
    own = (
        (plan_drafts.c.draft_id == old.id)
        & (plan_drafts.c.version == old.version)
        & (plan_drafts.c.status == old.status)
    )
    if connection.execute(update(plan_drafts).where(own).values(**_head(new))).rowcount != 1:
        raise DraftConflictError(
            f"plan {old.id} as it was in version {old.version}, {old.status}",
            "the newest version",
            "open the plan again: somebody else has changed it",
        )


def _add_version(connection: Connection, draft: PlanDraft, author: str, note: str) -> None:
    body = {
        "settings": dict(draft.settings),
        "items": [asdict(item) for item in draft.items],
        "effect": dict(draft.effect),
    }
    values = {"draft_id": draft.id, "version": draft.version, "author": author, "made_at": draft.changed_at}
    text = json.dumps(body, default=_written, ensure_ascii=False)
    connection.execute(insert(plan_versions).values(**values, note=note, body=text))


def _head(draft: PlanDraft) -> dict[str, Any]:
    return {
        "draft_id": draft.id,
        "organisation_id": draft.organisation,
        "name": draft.name,
        "plan_year": draft.plan_year,
        "status": draft.status,
        "version": draft.version,
        "author": draft.author,
        "made_at": draft.made_at,
        "changed_at": draft.changed_at,
    }


def _draft(head: Any, row: Any) -> PlanDraft:
    body = json.loads(row.body)
    items = tuple(DraftItem(**{**item, "due_on": datetime.fromisoformat(item["due_on"])}) for item in body["items"])
    return PlanDraft(
        head.draft_id, head.organisation_id, head.name, head.plan_year, head.status, row.version,
        head.author, head.made_at, head.changed_at, body["settings"], items, body["effect"],
    )  # fmt: skip


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")
