"""Drafting a plan: proposed by the solver, edited by hand with the effect told at once, each step a version."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any
from uuid import uuid4

from api.workbench.desk import Desk
from api.workbench.wish import PlanWish
from features.errors import NotFoundError
from features.reference import Reference
from features.store.drafts import DRAFT, DraftItem, PlanDraft
from recommender.planning.annual_plan import AnnualPlan, PlannedItem, edited, over_booked, plan_year_of, propose
from recommender.planning.plan_effect import Effect, broken_limits, closed_by
from recommender.planning.plan_problem import PlanProblem, plan_problem

_SHARE_OF_DEADLINE = 0.9
_MOST_ADDITIONS = 8


@dataclass(frozen=True, slots=True)
class Addition:
    """A course that a post's plan does not have, and what it would bring."""

    course: str
    people: int
    hours: float
    closes: float
    """Weighted steps more."""


def problem_of(desk: Desk, organisation: str, wish: PlanWish) -> PlanProblem:
    """Return what the solver is told of an organisation under a wish."""
    people = desk.people(organisation)
    return plan_problem(people, desk.snapshot, desk.reference, organisation, wish.budget, wish.edits)


def draft_plan(desk: Desk, organisation: str, wish: PlanWish, name: str, author: str, note: str) -> PlanDraft:
    """Propose a plan, write it down as a draft, and return it."""
    problem = problem_of(desk, organisation, wish)
    plan = propose(problem, name=name, time_limit=_seconds(desk))
    at = desk.at
    draft = PlanDraft(
        id=_new_id(plan.name),
        organisation=organisation,
        name=plan.name,
        plan_year=plan_year_of(wish.end),
        status=DRAFT,
        version=1,
        author=author,
        made_at=at,
        changed_at=at,
    )
    made = _filled(draft, wish, plan, problem, desk.reference)
    desk.service.store.workbench.add_draft(made, note)
    return made


def change_plan(
    desk: Desk, draft: PlanDraft, wish: PlanWish, author: str, note: str, *, anew: bool, name: str | None = None
) -> PlanDraft:
    """Write the draft's next version and return it.

    ``anew``: solved again around the edits; else only what the edits name is changed.
    """
    problem = problem_of(desk, draft.organisation, wish)
    if anew:
        plan = propose(problem, name=draft.name, time_limit=_seconds(desk))
    else:
        plan = edited(problem, plan_of(draft, problem), wish.edits)
    changed = _filled(replace(draft, name=name or draft.name), wish, plan, problem, desk.reference)
    year = plan_year_of(wish.end)
    return desk.service.store.workbench.change_draft(replace(changed, plan_year=year), author, note, desk.at)


def draft_of(desk: Desk, organisation: str, draft_id: str, version: int | None = None) -> PlanDraft:
    """Return a draft of an organisation or one below it.

    Raises
    ------
    NotFoundError
        If there is none of that id there; one elsewhere is not told apart from none at all.
    """
    draft = desk.service.store.workbench.draft(draft_id, version)
    if draft is None or organisation not in desk.reference.lineage(draft.organisation):
        raise NotFoundError(
            f"plan {draft_id!r}", f"the id of a plan of organisation {organisation}", "list its plans first"
        )
    return draft


def wish_of(draft: PlanDraft) -> PlanWish:
    """Return what was asked of a draft."""
    return PlanWish.model_validate(draft.settings)


def plan_of(draft: PlanDraft, problem: PlanProblem) -> AnnualPlan:
    """Return a draft as the solver holds plans; what the catalogue or the posts have lost is left out."""
    groups = {group.id for group in problem.groups}
    items = tuple(
        _planned(item, problem) for item in draft.items if item.group in groups and item.course in problem.number
    )
    return AnnualPlan(
        draft.organisation, draft.name, draft.plan_year, items, _NO_EFFECT, "edited",
        float(draft.effect.get("bound", 0.0)), float(draft.effect.get("critical_bound", 0.0)), 0.0,
    )  # fmt: skip


def additions(desk: Desk, draft: PlanDraft, group: str) -> tuple[Addition, ...]:
    """Return courses that would close most for one post, on top of the draft, the best for its hours first."""
    problem = problem_of(desk, draft.organisation, wish_of(draft))
    number = {one.id: g for g, one in enumerate(problem.groups)}
    if group not in number:
        return ()
    g = number[group]
    pairs = {(g, problem.number[i.course]) for i in draft.items if i.group == group and i.course in problem.number}
    held = closed_by(problem, pairs, g)[0]
    found = [
        Addition(course.id, int(problem.takers[g, c]), course.hours, closed_by(problem, pairs | {(g, c)}, g)[0] - held)
        for c, course in enumerate(problem.courses)
        if problem.takers[g, c] and (g, c) not in pairs
    ]
    worth = [one for one in found if one.closes > 0]
    return tuple(sorted(worth, key=lambda one: (-one.closes / max(one.hours, 0.25), one.course))[:_MOST_ADDITIONS])


def _filled(
    draft: PlanDraft, wish: PlanWish, plan: AnnualPlan, problem: PlanProblem, reference: Reference
) -> PlanDraft:
    effect: dict[str, Any] = {
        **plan.effect.document(),
        "bound": plan.bound,
        "critical_bound": plan.critical_bound,
        "status": plan.status,
        "seconds": plan.seconds,
        "broken": list(broken_limits(problem, plan.effect)),
        "over_booked": dict(over_booked(problem, plan)),
        "groups": {group.id: len(group.learners) for group in problem.groups},
    }
    items = tuple(_item(one, draft.organisation, reference) for one in plan.items)
    return replace(draft, settings=wish.document(), items=items, effect=effect)


def _item(one: PlannedItem, organisation: str, reference: Reference) -> DraftItem:
    """Return an item for the people of its post: by designation, in the post's own organisation where it has one."""
    place = reference.positions[one.group].organisation if one.group in reference.positions else None
    inside = place is not None and organisation in reference.lineage(place)
    return DraftItem(
        group=one.group,
        scope="designation",
        scope_value=one.designation,
        course=one.course,
        mandatory=one.mandatory,
        due_on=datetime.combine(one.due_on, time()),
        people=one.people,
        organisation=place if inside and place is not None else organisation,
        closes=one.closes,
        facts={"hours": one.hours, "cost": one.cost, "competencies": list(one.competencies)},
    )


def _planned(item: DraftItem, problem: PlanProblem) -> PlannedItem:
    course = problem.courses[problem.number[item.course]]
    return PlannedItem(
        group=item.group,
        designation=item.scope_value,
        course=item.course,
        name=course.name,
        mandatory=item.mandatory,
        due_on=item.due_on.date(),
        people=item.people,
        hours=course.hours,
        cost=course.cost,
        closes=item.closes,
        competencies=tuple(item.facts.get("competencies", ())),
    )


def _new_id(name: str) -> str:
    """Return an id that says what it is of: learners read it where only the id is known."""
    words = re.findall(r"[a-z0-9]+", name.casefold())
    return "-".join(["kp", *words[:6], uuid4().hex[:10]])


def _seconds(desk: Desk) -> float:
    return _SHARE_OF_DEADLINE * desk.service.settings.deadline


_NO_EFFECT = Effect(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0, 0.0, 0.0, 0)
