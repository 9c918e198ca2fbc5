"""A plan as its page shows it: post by post, with what the last change did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api.workbench.scenarios import Scenario
from features.reference import Reference
from features.store.drafts import DraftItem, PlanDraft


@dataclass(frozen=True, slots=True)
class PostPlan:
    """What the people of one post are to take."""

    group: str
    name: str
    place: str
    """Name of the organisation that the post is in."""
    people: int
    items: tuple[DraftItem, ...]
    """In the order of their due dates."""

    @property
    def hours(self) -> float:
        """Hours of somebody who takes everything."""
        return sum(float(item.facts.get("hours", 0.0)) for item in self.items)

    @property
    def closes(self) -> float:
        """What its courses close, each beside the others."""
        return sum(item.closes for item in self.items)


@dataclass(frozen=True, slots=True)
class Change:
    """What the last version did to the effect."""

    closed: float
    hours: float
    courses: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """The whole page."""

    scenario: Scenario
    posts: tuple[PostPlan, ...]
    """The one that closes most first."""
    change: Change | None


def plan_view(draft: PlanDraft, before: PlanDraft | None, reference: Reference) -> PlanView:
    """Return a plan post by post; ``before`` is its version before this one."""
    now = Scenario(draft)
    change = None
    if before is not None:
        old = Scenario(before)
        change = Change(
            now.figure("closed") - old.figure("closed"),
            now.figure("hours") - old.figure("hours"),
            round(now.figure("courses") - old.figure("courses")),
        )
    return PlanView(now, posts_of_plan(draft, reference), change)


def posts_of_plan(draft: PlanDraft, reference: Reference) -> tuple[PostPlan, ...]:
    """Return the items of a plan by post, the one that closes most first."""
    groups: dict[str, list[DraftItem]] = {}
    for item in draft.items:
        groups.setdefault(item.group, []).append(item)
    people = draft.effect.get("groups", {})
    found = [_post(group, items, int(people.get(group, 0)), reference) for group, items in groups.items()]
    return tuple(sorted(found, key=lambda post: (-post.closes, post.group)))


def _post(group: str, items: Iterable[DraftItem], people: int, reference: Reference) -> PostPlan:
    ordered = tuple(sorted(items, key=lambda item: (item.due_on, not item.mandatory, item.course)))
    place = ordered[0].organisation
    known = reference.organisations.get(place)
    return PostPlan(group, ordered[0].scope_value, known.name if known else place, people, ordered)
