"""What rules ask of a kind, and what of it a learner has left."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from features.reference import Course, Reference
from recommender.paths.duties import Mandate
from recommender.rules import Obligation


@dataclass(frozen=True)
class Owed:
    """A rule's duty, to see whether it is met and to tell it as a reason."""

    obligation: Obligation
    mandate: Mandate
    within: timedelta | None
    """From joining on, where its date depends on that."""
    one_of: Mapping[str, str]
    """What may be completed instead of each of its courses, and which one that is."""
    able: Mapping[str, int]
    """For each of its courses how many versions the kind may take."""
    open: bool
    """Whether it can be met by who has done nothing yet."""
    each: bool
    """Whether who has done nothing yet must complete all that can be taken."""
    hours: Mapping[str, float]
    """Of each of its courses, where it asks for hours; empty where it asks for courses."""

    def turned(self, done: Collection[str], left: float | None) -> bool:
        """Whether what the learner has done makes another duty of it: courses were completed that cannot be taken."""
        if left is None:
            return False
        completed = {self.one_of[one] for one in done if one in self.one_of}
        families = sum(n > 0 for one, n in self.able.items() if one not in completed)
        return not self.open or (self.each and families != left)

    def left(self, done: Mapping[str, datetime | None]) -> float | None:
        """Return how many courses, or hours, are still to be completed; ``None`` where it is met or cannot be.

        ``done`` holds the courses completed, and when.
        """
        since = self.since
        completed = {
            self.one_of[one]
            for one, day in done.items()
            if one in self.one_of and (since is None or (day is not None and day >= since))
        }
        versions = sum(n for one, n in self.able.items() if one not in completed)
        if self.hours:
            hours = self.obligation.hours - sum(self.hours.get(one, 0.0) for one in completed)
            return hours if hours > 0 and versions else None
        count = self.obligation.count - len(completed)
        return count if count > 0 and versions and versions >= count else None

    @cached_property
    def since(self) -> datetime | None:
        """From when on completions count; ``None``: always."""
        begin = self.obligation.rule.parameters.get("from") if self.hours else None
        return None if begin is None else datetime.fromisoformat(str(begin))


def countable(rule: Obligation, reference: Reference) -> bool:
    """Whether the rule asks for hours, or for a number of courses of which no two are versions of one."""
    families = [reference.alike.get(one, (one,)) for one in rule.courses]
    return rule.hours > 0 or len(set(itertools.chain(*families))) == sum(map(len, families))


def owed_of(
    rule: Obligation, mandate: Mandate, usable: Mapping[str, Course], reference: Reference, *, is_open: bool
) -> Owed:
    """Return a rule's duty for a kind that may take the usable courses."""
    days = rule.rule.parameters.get("within_days", 365) if rule.rule.kind == "induction" else None
    able = {one: sum(other in usable for other in reference.alike.get(one, (one,))) for one in rule.courses}
    return Owed(
        rule,
        mandate,
        None if days is None else timedelta(days=int(days)),
        {other: one for one in rule.courses for other in reference.alike.get(one, (one,))},
        able,
        is_open,
        sum(n > 0 for n in able.values()) == rule.count,
        {one: reference.courses[one].hours for one in rule.courses if one in reference.courses} if rule.hours else {},
    )
