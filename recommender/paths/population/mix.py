"""A plan put together from the pieces of a learner's problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from recommender.paths.joining import Choice, join
from recommender.paths.options import Option, Plan
from recommender.paths.path import PathSettings
from recommender.paths.population.own import Own
from recommender.paths.population.solved import Piece
from recommender.paths.solve import INTEREST

_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Mix:
    """A plan of each piece."""

    plans: tuple[tuple[Piece, Option, Plan], ...]
    value: float
    """Weight of the steps closed; no plan that meets the duties and closes as many critical steps is worth more."""
    tight: bool
    """Whether the hours did not reach for the best of every piece."""


def best_mix(pieces: Sequence[Piece], own: Own, settings: PathSettings, at: datetime) -> Mix | None:
    """Return the best plan; ``None`` where only the whole problem can tell."""
    top = _top(pieces, own)
    first = [piece.options[0] if piece.sure else _best(piece, own, top) for piece in pieces]
    if sum(option.hours for option in first) <= settings.hours + _EQUAL:
        return _checked(pieces, first, own, top, settings, at, tight=False)
    joined = _joined(pieces, own, settings.hours, top)
    return None if joined is None else _checked(pieces, joined, own, top, settings, at, tight=True)


def _joined(pieces: Sequence[Piece], own: Own, hours: float, top: float) -> list[Option] | None:
    """Return the option of each piece that are best together within the hours."""
    open_ = [n for n, piece in enumerate(pieces) if len(piece.options) > 1]
    left = hours - sum(piece.options[0].hours for piece in pieces if len(piece.options) == 1)
    numbers = join([[_choice(option, own, top) for option in pieces[n].options] for n in open_], left)
    if numbers is None:
        return None
    taken = dict(zip(open_, numbers, strict=True))
    return [piece.options[taken.get(n, 0)] for n, piece in enumerate(pieces)]


def _checked(
    pieces: Sequence[Piece], chosen: Sequence[Option], own: Own, top: float, settings: PathSettings, at: datetime,
    *, tight: bool,
) -> Mix | None:  # fmt: skip
    """Return the plan, unless a date or a duty that holds pieces together does not allow it."""
    plans = tuple((piece, option, liked_plan(option, own, top)) for piece, option in zip(pieces, chosen, strict=True))
    hours = {one: piece.problem.by_id[one].hours for piece, _, plan in plans for one in plan.chosen}
    if not own.meets_rules(hours) or not own.keeps_dates(hours, at, settings.hours_a_month):
        return None
    return Mix(plans, sum(own.worth[step][0] for option in chosen for step in option.closed), tight)


def liked_plan(option: Option, own: Own, top: float) -> Plan:
    """Return of equally thrifty plans the one of most interest."""
    if len(option.plans) == 1 or top <= 0:
        return option.plans[0]
    return max(option.plans, key=lambda plan: _liked_thrift(plan, own, top))


def _liked_thrift(plan: Plan, own: Own, top: float) -> float:
    liked = sum(map(own.likes, plan.chosen)) / top if top > 0 else 0.0
    return plan.thrift + INTEREST * liked


def _top(pieces: Sequence[Piece], own: Own) -> float:
    """Return the highest interest in any course, where there may be a choice."""
    if own.interest is None or all(len(piece.options) == len(piece.options[0].plans) == 1 for piece in pieces):
        return 0.0
    return max(own.likes(course.id) for piece in pieces for course in piece.problem.courses)


def _best(piece: Piece, own: Own, top: float) -> Option:
    def worth(option: Option) -> tuple[float, float, float]:
        choice = _choice(option, own, top)
        return round(choice.critical, 9), round(choice.value, 9), choice.thrift

    return max(piece.options, key=worth)


def _choice(option: Option, own: Own, top: float) -> Choice:
    worths = [own.worth[step] for step in option.closed]
    return Choice(
        option.hours,
        sum(weight for weight, critical in worths if critical),
        sum(weight for weight, _ in worths),
        _liked_thrift(liked_plan(option, own, top), own, top),
    )
