"""What is a learner's own in a kind's problem: levels, worth of steps, courses done and begun, dates, interest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.paths.duties import Mandate, hours_until
from recommender.paths.population.kinds import Kind
from recommender.paths.population.owed import Owed
from recommender.paths.population.people import Taken
from recommender.paths.population.solved import COMPLETED, State
from recommender.paths.population.standing import Standing
from recommender.paths.schedule import SOME_DAY

MOST_DONE = 0.95
"""Of a course that is begun at least a twentieth is left."""


@dataclass(frozen=True)
class Due:
    """A rule's duty that is open for a learner."""

    owed: Owed
    left: float
    """Courses, or hours, still to be completed."""
    due_on: datetime | None

    @property
    def mandate(self) -> Mandate:
        """The duty with its reason."""
        return self.owed.mandate


class Own:
    """One learner of a kind."""

    def __init__(
        self,
        kind: Kind,
        stand: Standing,
        row: int,
        taken: Sequence[Taken],
        interest: NDArray[np.float32] | None,
        index: Mapping[str, int],
        joined: datetime | None,
    ) -> None:
        self.kind, self.joined = kind, joined
        self.interest, self.index = interest, index
        first, last = stand.start[row], stand.start[row + 1]
        self.levels, self._weights = stand.level[first:last], stand.weight[first:last]
        self._known = stand.known[first:last]
        self.done = {course: day for course, completed, _, day in taken if completed}
        self.begun = {course: share for course, completed, share, _ in taken if share and not completed}
        self.states = self._states(taken)
        self.dues = [
            Due(one, left, one.mandate.due_on if one.within is None or joined is None else joined + one.within)
            for one in kind.owed
            if (left := one.left(self.done)) is not None
        ]

    def _states(self, taken: Sequence[Taken]) -> list[State]:
        sections, levels = self.kind.sections, self.levels
        held = [
            tuple([min(levels[slot], cap) for slot, cap in zip(slots, section.caps, strict=True)])
            for section, slots in zip(sections, self.kind.slots, strict=True)
        ]
        touched: list[list[tuple[str, float]]] = [[] for _ in sections]
        for course, completed, share, _ in taken:
            if completed or share:
                for number in self.kind.where.get(course, ()):
                    if sections[number].matters(course, held[number], completed=completed):
                        touched[number].append((course, COMPLETED if completed else min(share, MOST_DONE)))
        return [(section, own, tuple(there)) for section, own, there in zip(sections, held, touched, strict=True)]

    @property
    def turned(self) -> bool:
        """Whether what was done makes other duties of the kind's."""
        return any(due.owed.turned(self.done.keys(), due.left) for due in self.dues)

    @cached_property
    def worth(self) -> Mapping[tuple[str, int], tuple[float, bool]]:
        """What each missing step is worth, and whether it is critical."""
        return {
            (need.competency, step): (weights[step - 1], need.critical)
            for need, level, weights in zip(self.kind.requirements, self.levels, self._weights, strict=False)
            for step in range(level + 1, need.level + 1)
        }

    @cached_property
    def known(self) -> frozenset[str]:
        """The competencies of which any evidence speaks."""
        return frozenset(one for one, known in zip(self.kind.competencies, self._known, strict=True) if known)

    def likes(self, course: str) -> float:
        """Return the interest in a course, 0 to 1; 0 where nothing is known of it."""
        if self.interest is None or course not in self.index:
            return 0.0
        return float(self.interest[self.index[course]])

    def most(self, courses: Sequence[str]) -> float:
        """Return the highest interest in any of the courses."""
        return 0.0 if self.interest is None else max(map(self.likes, courses), default=0.0)

    def deadline(self, course: str) -> datetime | None:
        """Return the date by which a duty asks for the course, a far one where it names none; ``None``: no duty."""
        found = self.kind.due.get(course, SOME_DAY if course in self.kind.asked else None)
        for due in self.dues:
            if course in due.owed.one_of:
                found = due.due_on or found or SOME_DAY
        return found

    def keeps_dates(self, hours: Mapping[str, float], at: datetime, hours_a_month: float) -> bool:
        """Whether chosen courses, with their hours, can be learned by the dates by which duties ask for them."""
        dated: list[tuple[float, float]] = []
        for course, needed in hours.items():
            limits = [self.kind.due_in_hours[course]] if course in self.kind.due_in_hours else []
            for due in self.dues:
                if course in due.owed.one_of and due.mandate.duty.due_in_hours is not None:
                    limit = hours_until(due.due_on, at, hours_a_month)
                    limits += [] if limit is None else [limit]
            if limits:
                dated.append((min(limits), needed))
        total = 0.0
        for limit, needed in sorted(dated):
            total += needed
            if total > limit + 1e-9:
                return False
        return True

    def meets_rules(self, chosen: Mapping[str, float]) -> bool:
        """Whether enough courses, or hours, are chosen for every duty of a rule."""
        for due in self.dues:
            counted = [hours if due.owed.hours else 1.0 for one, hours in chosen.items() if one in due.owed.one_of]
            if sum(counted) < due.left - 1e-9:
                return False
        return True
