"""The lines of a path as they are written: courses in their order, what each closes, and why it is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from recommender.paths.assemble import INTERESTING
from recommender.paths.path import Path
from recommender.paths.population.mix import Mix
from recommender.paths.population.own import Own
from recommender.paths.population.solved import Piece, Ready
from recommender.paths.schedule import Urgency, inherited, rate

Step = tuple[str, int]
_PLACE = itemgetter(0, 1, 2)
_URGENCY = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Line:
    """A course at its place in a path."""

    course: str
    hours: float
    due_on: datetime | None
    mandatory: bool
    closes: tuple[Step, ...]
    reasons: tuple[str, ...]
    """Codes."""


def lines_of_path(path: Path) -> tuple[Line, ...]:
    """Return the lines of a path that was planned whole."""
    return tuple(
        Line(
            item.course, item.hours, item.due_on, item.mandatory,
            tuple((step.competency, step.level) for step in item.closes),
            tuple(reason.code for reason in item.reasons),
        )
        for item in path.items
    )  # fmt: skip


def lines_of_mix(mix: Mix, own: Own, most: float, *, chose: bool) -> tuple[Line, ...]:
    """Return the lines of a plan that was put together.

    ``most`` is the highest interest in any course that the learner could take for it; ``chose``: whether the learner
    ever chose a course, so that interest is known from that.
    """
    counts = [due.left for due in own.dues]
    lines = []
    for piece, ready, chosen in _in_order(mix, own):
        course = ready.course.id
        asked = list(own.kind.asked.get(course, ()))
        dates = [mandate.due_on for mandate in asked]
        for number, due in enumerate(own.dues):
            if counts[number] > 0 and course in due.owed.one_of:
                counts[number] -= ready.course.hours if due.owed.hours else 1
                asked.append(due.mandate)
                dates.append(due.due_on)
        codes = [mandate.reason.code for mandate in asked]
        codes += [_step_code(step, own) for step in ready.closes]
        codes += ["prerequisite" for one in piece.required_by.get(course, ()) if one in chosen]
        if course in own.begun:
            codes.append("started")
        if not codes or (most > 0 and own.likes(course) >= INTERESTING * most):
            codes.append("interest" if chose else "suits_profile")
        due_on = min((day for day in dates if day is not None), default=None)
        lines.append(Line(course, ready.course.hours, due_on, bool(asked), ready.closes, tuple(codes)))
    return tuple(lines)


def _step_code(step: Step, own: Own) -> str:
    code = "closes_critical_step" if own.worth[step][1] else "closes_step"
    return code if step[0] in own.known else f"{code}_unknown"


def _in_order(mix: Mix, own: Own) -> Iterator[tuple[Piece, Ready, tuple[str, ...]]]:
    """Yield the courses of all pieces as if they had been put in order together.

    Whatever comes next in the whole is the most urgent of what comes next in each piece; so a course waits for whatever
    is more urgent than the least urgent course up to it in its piece.
    """
    waiting: list[tuple[tuple[Urgency, str], int, int, Piece, Ready, tuple[str, ...]]] = []
    for number, (piece, _, plan) in enumerate(mix.plans):
        least: tuple[Urgency, str] | None = None
        for place, (urgency, ready) in enumerate(_queue(piece, plan.chosen, own)):
            turn = urgency, ready.course.id
            least = turn if least is None or turn > least else least
            waiting.append((least, number, place, piece, ready, plan.chosen))
    waiting.sort(key=_PLACE)
    for _, _, _, piece, ready, chosen in waiting:
        yield piece, ready, chosen


def _queue(piece: Piece, chosen: tuple[str, ...], own: Own) -> Iterator[tuple[Urgency, Ready]]:
    """Yield the courses of a piece in their order, each with how urgent it is when it comes."""
    due = {one: day for one in chosen if (day := own.deadline(one)) is not None}
    if due and len(chosen) > 1:
        due = inherited(piece.problem, chosen, due)
    taken: frozenset[str] = frozenset()
    for _ in chosen:
        turns = [(_urgency(ready, due, own), ready) for ready in piece.ready(chosen, taken)]
        turn = turns[0] if len(turns) == 1 else min(turns, key=_URGENCY)
        taken |= {turn[1].course.id}
        yield turn


def _urgency(ready: Ready, due: Mapping[str, datetime], own: Own) -> Urgency:
    course = ready.course
    return (
        due.get(course.id, datetime.max),
        ready.early,
        not ready.critical,
        -rate(course, [own.worth[step][0] for step in ready.closes]),
        -own.likes(course.id),
    )
