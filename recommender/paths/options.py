"""All plans for a small problem that can be worth choosing: for each set of steps closed the thriftiest ones.

Which of them is best depends on what the steps are worth to a learner, on the hours left and on interest; the plans
themselves do not. So they are found once, by looking at every set of courses, and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.paths.closing import closed_steps
from recommender.paths.problem import Problem
from recommender.paths.solve import INTEREST, thrift_of

MOST = 18
"""Problems with at most so many courses are looked at set by set: 262,144 sets, a tenth of a second at worst."""
MOST_TIES = 1024
"""So many equally thrifty plans for the same steps are kept at most."""

Masks = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plan:
    """Courses that can be taken together."""

    chosen: tuple[str, ...]
    """In the problem's order."""
    thrift: float
    """Fewest hours, then fewest courses, as the solver weighs them, without interest; higher is better."""


@dataclass(frozen=True, slots=True)
class Option:
    """Steps that can be closed in so many hours, where no other plan closes all of them for less."""

    closed: tuple[tuple[str, int], ...]
    hours: float
    plans: tuple[Plan, ...]
    """The thriftiest first, then those that interest may prefer to it."""

    @property
    def thrift(self) -> float:
        """Of the thriftiest plan."""
        return self.plans[0].thrift


def options(problem: Problem) -> tuple[Option, ...] | None:
    """Return what can be worth choosing, what closes most first; nothing where the duties cannot be met.

    Hours, fees and due dates are not looked at. ``None``: too many courses, or prerequisites that run in a circle.
    """
    n = len(problem.courses)
    if n > MOST or _runs_in_circles(problem):
        return None
    masks = np.arange(1 << n, dtype=np.int64)
    masks = masks[_allowed(problem, masks)]
    if not len(masks):
        return ()
    reached = _reached(problem, masks)
    thrift = _sums(thrift_of(problem), masks)
    code = reached @ 6 ** np.arange(reached.shape[1])
    order = np.lexsort((-thrift, code))
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    ends = np.append(starts[1:], len(order))
    groups = {int(order[a]): order[a:b] for a, b in zip(starts, ends, strict=True)}
    kept = _unbeaten(np.array(list(groups)), reached, thrift)
    return tuple(_option(problem, _ties(groups[one], masks, thrift), masks, thrift) for one in kept)


def _option(problem: Problem, tied: Sequence[int], masks: Masks, thrift: NDArray[np.float64]) -> Option:
    plans = tuple(Plan(_names(problem, int(masks[one])), float(thrift[one])) for one in tied)
    closed = closed_steps(problem, plans[0].chosen)
    hours = sum(problem.by_id[one].hours for one in plans[0].chosen)
    return Option(tuple(step for step in problem.steps if step in closed), hours, plans)


def _ties(group: NDArray[np.int64], masks: Masks, thrift: NDArray[np.float64]) -> list[int]:
    """Return the sets that could be thriftier than the first if they were as interesting as can be."""
    hope = thrift[group] + INTEREST * np.bitwise_count(masks[group])
    tied = group[hope >= thrift[group[0]] - 1e-9]
    return [int(one) for one in tied[:MOST_TIES]]


def _names(problem: Problem, mask: int) -> tuple[str, ...]:
    return tuple(course.id for n, course in enumerate(problem.courses) if mask >> n & 1)


def _bits(problem: Problem, ids: Sequence[str]) -> int:
    wanted = set(ids)
    return sum(1 << n for n, course in enumerate(problem.courses) if course.id in wanted)


def _allowed(problem: Problem, masks: Masks) -> NDArray[np.bool_]:
    """Return which sets hold their prerequisites, meet the duties, and have one course of a kind."""
    allowed = np.ones(len(masks), dtype=bool)
    for n, course in enumerate(problem.courses):
        for group in course.requires:
            if not any(one in problem.held for one in group):
                allowed &= (masks >> n & 1 == 0) | (masks & _bits(problem, problem.stand_ins(group)) != 0)
    for family in set(problem.alike.values()):
        if len(family) > 1:
            bits = masks & _bits(problem, family)
            allowed &= bits & (bits - 1) == 0
    for duty in problem.duties:
        counted = _bits(problem, problem.stand_ins(duty.courses))
        if duty.hours > 0:
            hours = np.array([course.hours for course in problem.courses])
            allowed &= _sums(hours, masks & counted) >= duty.hours - 1e-9
        else:
            allowed &= np.bitwise_count(masks & counted) >= duty.count
    return allowed


def _reached(problem: Problem, masks: Masks) -> NDArray[np.int64]:
    """Return how many steps above the base each set closes, shape (n_sets, n_competencies)."""
    columns = np.zeros((len(masks), len(problem.top)), dtype=np.int64)
    for column, (competency, top) in enumerate(problem.top.items()):
        open_ = np.ones(len(masks), dtype=bool)
        for step in range(problem.base.get(competency, 0) + 1, top + 1):
            open_ &= masks & _teaching(problem, competency, step) != 0
            columns[:, column] += open_
    return columns


def _teaching(problem: Problem, competency: str, step: int) -> int:
    return sum(
        1 << n
        for n, course in enumerate(problem.courses)
        if any(t.competency == competency and t.start < step <= t.end for t in course.teaches)
    )


def _sums(values: NDArray[np.float64], masks: Masks) -> NDArray[np.float64]:
    total = np.zeros(len(masks))
    for n, value in enumerate(values.tolist()):
        total += np.where(masks >> n & 1 == 1, value, 0.0)
    return total


def _unbeaten(sets: NDArray[np.int64], reached: NDArray[np.int64], thrift: NDArray[np.float64]) -> list[int]:
    """Return the sets that no other one beats in both steps and thrift, the most steps first."""
    kept: list[int] = []
    for n in sets[np.lexsort((-thrift[sets], -reached[sets].sum(axis=1)))].tolist():
        if not any((reached[other] >= reached[n]).all() and thrift[other] >= thrift[n] for other in kept):
            kept.append(n)
    return kept


def _runs_in_circles(problem: Problem) -> bool:
    """Whether courses may require each other, so that a set that has what it requires may have no first course."""
    free = (course for course in problem.courses if any(_open_groups(problem, course.requires)))
    after = {course.id: {one for g in _open_groups(problem, course.requires) for one in g} for course in free}
    while after:
        first = [one for one, others in after.items() if others.isdisjoint(after)]
        if not first:
            return True
        for one in first:
            del after[one]
    return False


def _open_groups(problem: Problem, groups: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [problem.stand_ins(group) for group in groups if not any(one in problem.held for one in group)]
