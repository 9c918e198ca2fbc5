"""Plans of organisations and designations, kept in memory for as long as the store says that no plan has changed.

A thousand learners in one office have the same plans. The database counts every change of a plan, and of the tree of
organisations (triggers, so that no writer can forget it), and each look-up of a learner reads the count along. What was
kept under another count is thrown away; so what one process writes, every process reads. Plans of single learners are
not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

from features.records import PlannedCourse

Post = tuple[str | None, str | None]
"""Organisation and designation: what decides which plans are for somebody, while the tree of organisations stands."""
Dated = tuple[PlannedCourse, datetime | None]
"""A plan, and since when it holds; ``None``: always."""

_MOST_POSTS = 20_000


class HeldPlans:
    """The plans of one post, as of any moment."""

    def __init__(self, plans: Iterable[Dated] = ()) -> None:
        self._plans = tuple(plans)
        self._starts = sorted({since for _, since in self._plans if since is not None})
        self._known: tuple[datetime, datetime, tuple[PlannedCourse, ...]] = datetime.max, datetime.min, ()

    def at(self, moment: datetime) -> tuple[PlannedCourse, ...]:
        """Return the plans that hold at a moment, one a course, the strongest first."""
        begin, end, found = self._known
        if begin <= moment < end:
            return found
        begin = max((start for start in self._starts if start <= moment), default=datetime.min)
        end = min((start for start in self._starts if start > moment), default=datetime.max)
        found = strongest_plans(self._holding(moment))
        self._known = begin, end, found
        return found

    def with_own(self, own: Iterable[Dated], moment: datetime) -> tuple[PlannedCourse, ...]:
        """Return the same with the plans that are for one learner of the post."""
        return strongest_plans(chain(self._holding(moment), HeldPlans(own)._holding(moment)))

    def _holding(self, moment: datetime) -> Iterator[PlannedCourse]:
        return (plan for plan, since in self._plans if since is None or since <= moment)


class SharedPlans:
    """The plans of many posts."""

    def __init__(self) -> None:
        self._count: str | None = None
        self._held: dict[Post, HeldPlans] = {}

    def of(self, post: Post, count: str | None) -> HeldPlans | None:
        """Return a post's plans; ``None`` if they must be read, because the store has counted on since."""
        return self._held.get(post) if count == self._count else None

    def keep(self, post: Post, count: str | None, held: HeldPlans) -> HeldPlans:
        """Keep what was read after the store had counted so far."""
        if count != self._count or len(self._held) >= _MOST_POSTS:
            self._count, self._held = count, {}
        self._held[post] = held
        return held


def strongest_plans(found: Iterable[PlannedCourse]) -> tuple[PlannedCourse, ...]:
    """Return one plan a course: the mandatory one, then the one due first; sorted likewise."""
    ordered = sorted(found, key=lambda p: (not p.mandatory, p.due_on or datetime.max, p.plan, p.course))
    strongest: dict[str, PlannedCourse] = {}
    for item in ordered:
        strongest.setdefault(item.course, item)
    return tuple(strongest.values())
