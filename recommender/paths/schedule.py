"""Order and dates: list scheduling by due date, prerequisites and step order, at so many hours a month."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from recommender.paths.closing import closed_steps, satisfied
from recommender.paths.problem import Candidate, Problem

DAYS_A_MONTH = 365.25 / 12
SOME_DAY = datetime(9998, 12, 31)
"""Due date of a duty without one: after all dated ones, before everything else."""

Urgency = tuple[datetime, bool, bool, float, float]
"""What decides which course comes next, the smallest first: its date, whether lower steps are open, whether it closes
nothing critical, its worth an hour and its interest, both negative."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A course at its place, with what it closes there."""

    course: str
    starts_on: datetime
    ends_on: datetime
    closes: tuple[tuple[str, int], ...]


def ordered(
    problem: Problem, chosen: tuple[str, ...], due: Mapping[str, datetime] | None = None
) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    """Return the courses in the order to take them, each with the needed steps that it closes there.

    Prerequisites come first; then what is due first, critical steps, most value an hour, most interest. A course whose
    lower steps are still open waits for the one that closes them, where any order allows it.
    """
    asked = set(problem.stand_ins(tuple(one for duty in problem.duties for one in duty.courses)))
    own = {one: (due or {}).get(one, SOME_DAY) for one in chosen if one in (due or {}) or one in asked}
    deadlines = inherited(problem, chosen, own)
    worth = _weights(problem)
    taken: list[str] = []
    closed: frozenset[tuple[str, int]] = frozenset()
    placed = []
    waiting = list(chosen)
    while waiting:
        ready = [one for one in waiting if satisfied(problem, problem.by_id[one], taken)]
        after = {one: closed_steps(problem, [*taken, one]) for one in ready}
        best = min(ready, key=lambda one: _urgency(problem.by_id[one], after[one] - closed, deadlines, worth))
        taken.append(best)
        waiting.remove(best)
        new = after[best] - closed
        placed.append((best, tuple(step for step in problem.steps if step in new and step in worth)))
        closed = after[best]
    return tuple(placed)


def calendar(
    problem: Problem,
    order: tuple[tuple[str, tuple[tuple[str, int], ...]], ...],
    at: datetime,
    hours_a_month: float,
    sessions: Mapping[str, tuple[datetime, ...]] | None = None,
) -> tuple[Placed, ...]:
    """Return the courses with their dates when they are taken one after the other at that pace, earliest first.

    A course with sessions begins on the first of these days once its prerequisites are done; what is taken in one's
    own time goes on meanwhile. Where no session is late enough, the last one is taken.
    """
    done = 0.0
    ends: dict[str, datetime] = {}
    placed = []
    for course, closes in order:
        hours = problem.by_id[course].hours
        ready = max([_after(at, done, hours_a_month), *_prerequisite_ends(problem, course, ends)])
        days = (sessions or {}).get(course, ())
        starts = next((day for day in sorted(days) if day >= ready), max(days, default=ready))
        done += hours
        ends[course] = starts + timedelta(days=hours / hours_a_month * DAYS_A_MONTH)
        placed.append(Placed(course, _day(starts), _day(ends[course]), closes))
    return tuple(sorted(placed, key=lambda place: place.starts_on)) if sessions else tuple(placed)


def _day(moment: datetime) -> datetime:
    """Return the day's beginning: a pace of hours a month knows no time of the day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _after(at: datetime, hours: float, hours_a_month: float) -> datetime:
    return at + timedelta(days=hours / hours_a_month * DAYS_A_MONTH)


def _prerequisite_ends(problem: Problem, course: str, ends: Mapping[str, datetime]) -> list[datetime]:
    """Return when the prerequisites end, of each group the one that ends first."""
    groups = problem.by_id[course].requires
    taken = ([ends[one] for one in problem.stand_ins(group) if one in ends] for group in groups)
    return [min(days) for days in taken if days]


def _urgency(
    course: Candidate,
    new: frozenset[tuple[str, int]],
    deadlines: Mapping[str, datetime],
    worth: Mapping[tuple[str, int], tuple[float, bool]],
) -> Urgency:
    """Return the sort key of a course that could come next: the smallest comes first."""
    counted = [worth[step] for step in new if step in worth]
    return (
        deadlines.get(course.id, datetime.max),
        reaches_ahead(course, new),
        not any(critical for _, critical in counted),
        -rate(course, (weight for weight, _ in counted)),
        -course.interest,
    )


def rate(course: Candidate, weights: Iterable[float]) -> float:
    """Return what a course that closes steps of those weights is worth an hour, whatever order they come in."""
    return round(sum(weights), 9) / max(course.hours, 0.1)


def reaches_ahead(course: Candidate, new: frozenset[tuple[str, int]]) -> bool:
    """Whether the course starts in some competency above what would then be closed."""
    reached = {competency for competency, _ in new}
    return any(teach.start > 0 and teach.competency not in reached for teach in course.teaches)


def inherited(problem: Problem, chosen: Collection[str], due: Mapping[str, datetime]) -> dict[str, datetime]:
    """Return due dates of chosen courses, with those that they pass on to their prerequisites."""
    deadlines = dict(due)
    waiting = list(deadlines)
    while waiting:
        course = problem.by_id[waiting.pop()]
        for group in course.requires:
            if any(one in problem.held for one in group):
                continue
            for one in problem.stand_ins(group):
                if one in chosen and deadlines.get(one, datetime.max) > deadlines[course.id]:
                    deadlines[one] = deadlines[course.id]
                    waiting.append(one)
    return deadlines


def _weights(problem: Problem) -> dict[tuple[str, int], tuple[float, bool]]:
    found: dict[tuple[str, int], tuple[float, bool]] = {}
    for need in problem.needs:
        weight, critical = found.get((need.competency, need.level), (0.0, False))
        found[need.competency, need.level] = weight + need.weight, critical or need.critical
    return found
