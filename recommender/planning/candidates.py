"""People for a post, and posts for a person, with reasons and with what is uncertain: advice, never a decision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from features.errors import KarmapathError, NotFoundError
from features.reference import Reference, Requirement
from recommender.planning.closing_price import ClosingPrices
from recommender.planning.posts import Post, may_hold, requirements_of
from recommender.planning.readiness import Readiness, is_met, readiness
from recommender.planning.workforce import Workforce

HOURS_A_MONTH = 8.0
"""Learning hours a month that months are counted with."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A requirement that is not held for sure."""

    competency: str
    name: str
    required: int
    critical: bool
    expected_level: float
    chance: float
    """P(level >= required)."""
    known: bool
    """Whether any evidence speaks."""
    hours: float | None
    """Of the cheapest courses; ``None`` where none lead there."""
    courses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person beside one post."""

    learner: str
    position: str
    """The post's."""
    rank: int
    chance: float
    """P(every critical requirement is met)."""
    shortfall: float
    low: float
    high: float
    known: float
    """Share of the requirements on which evidence speaks: what is left is guessed from the prior."""
    hours: float
    """Of the cheapest courses for what is not held for sure."""
    months: float
    without_course: int
    """Requirements to which no course leads: hours and months do not count them."""
    strengths: tuple[str, ...]
    """Competencies held for sure at the required level."""
    lacks: tuple[Lack, ...]
    """Worst first."""

    def document(self) -> dict[str, Any]:
        """Return the candidate for JSON."""
        return asdict(self)


def candidates(
    workforce: Workforce,
    reference: Reference,
    post: Post,
    prices: ClosingPrices,
    *,
    limit: int = 20,
    hours_a_month: float = HOURS_A_MONTH,
    leave_out: Iterable[str] = (),
) -> tuple[Candidate, ...]:
    """Return the people whom the rules let hold the post, least shortfall first.

    ``workforce`` must hold the post's competencies. ``leave_out``: people who are not to be asked.
    """
    requirements_of(post, reference)
    found = readiness(workforce, reference, post.position, prices)
    allowed = may_hold(workforce, post.rules) & ~workforce.people["learner_id"].is_in(list(leave_out)).to_numpy()
    rows = np.flatnonzero(allowed)
    order = rows[np.lexsort((-found.chance[rows], found.shortfall[rows]))][:limit]
    return tuple(
        _candidate(workforce, reference, post.position, found, int(row), place, prices, hours_a_month)
        for place, row in enumerate(order, start=1)
    )


def within_reach(
    workforce: Workforce,
    reference: Reference,
    learner: str,
    posts: Sequence[Post],
    prices: ClosingPrices,
    *,
    limit: int = 10,
    hours_a_month: float = HOURS_A_MONTH,
) -> tuple[Candidate, ...]:
    """Return the posts that the rules let a person hold, least shortfall a requirement first.

    Raises
    ------
    NotFoundError
        If the learner is not among the people.
    """
    ids = workforce.people["learner_id"].to_list()
    if learner not in ids:
        raise NotFoundError(f"no learner {learner!r} here", "one of the people that were read", "check the id")
    own = workforce.only(np.array([ids.index(learner)]))
    found = []
    for post in posts:
        if may_hold(own, post.rules)[0] and requirements_of(post, reference):
            one = readiness(own, reference, post.position, prices)
            found.append(_candidate(own, reference, post.position, one, 0, 0, prices, hours_a_month))
    total = {p.position: sum(n.weight * n.level for n in requirements_of(p, reference)) for p in posts}
    ranked = sorted(found, key=lambda c: (c.shortfall / max(total[c.position], 1e-9), -c.chance, c.position))
    return tuple(_ranked(one, place) for place, one in enumerate(ranked[:limit], start=1))


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """Who decided on a post, and why: no post is filled without one."""

    post: str
    learner: str
    decided_by: str
    reason: str
    rank: int | None
    """Where the advice had the person; ``None`` where it did not name the person at all."""


def decide(post: Post, learner: str, decided_by: str, reason: str, advice: Sequence[Candidate]) -> DecisionRecord:
    """Return the record of a named human's decision, for or against the advice.

    Raises
    ------
    KarmapathError
        If nobody signs, or no reason is given.
    """
    who, why = decided_by.strip(), reason.strip()
    if not who or who.casefold() in _NOBODY:
        raise KarmapathError(
            f"a decision by {decided_by!r}", "the id of the human who decides", "sign with your own id"
        )
    if len(why) < _SHORTEST_REASON:
        raise KarmapathError(f"the reason {reason!r}", "a reason that others can check", "say why, in a sentence")
    rank = next((one.rank for one in advice if one.learner == learner), None)
    return DecisionRecord(post.id, learner, who, why, rank)


_NOBODY = frozenset({"system", "karmapath", "auto", "automatic", "service", "model", "admin", "anonymous", "none"})
_SHORTEST_REASON = 10


def _candidate(
    workforce: Workforce, reference: Reference, position: str, found: Readiness, row: int, rank: int,
    prices: ClosingPrices, hours_a_month: float,
) -> Candidate:  # fmt: skip
    hours = float(found.hours[row])
    open_needs = [(n, float(found.met[row, place])) for place, n in enumerate(found.needs)]
    lacks = [
        _lack(workforce, reference, row, need, chance, prices) for need, chance in open_needs if not is_met(chance)
    ]
    return Candidate(
        learner=workforce.people["learner_id"][row],
        position=position,
        rank=rank,
        chance=float(found.chance[row]),
        shortfall=float(found.shortfall[row]),
        low=float(found.low[row]),
        high=float(found.high[row]),
        known=float(found.known[row]),
        hours=hours,
        months=hours / hours_a_month,
        without_course=int(found.without_course[row]),
        strengths=tuple(need.competency for need, chance in open_needs if is_met(chance)),
        lacks=tuple(sorted(lacks, key=lambda one: (not one.critical, one.chance, one.competency))),
    )


def _lack(
    workforce: Workforce, reference: Reference, row: int, need: Requirement, chance: float, prices: ClosingPrices
) -> Lack:
    column = workforce.competencies.index(need.competency)
    held = workforce.held[row, column].astype(np.float64)
    base = int((held >= 0.9).sum())
    priced = prices.row(need.competency)
    hours = np.inf if priced is None else float(prices.hours[priced, min(base, need.level), need.level])
    competency = reference.competencies.get(need.competency)
    return Lack(
        competency=need.competency,
        name=competency.name if competency else need.competency,
        required=need.level,
        critical=need.critical,
        expected_level=float(held.sum()),
        chance=chance,
        known=bool(workforce.known[row, column]),
        hours=hours if np.isfinite(hours) else None,
        courses=prices.courses.get((need.competency, base, need.level), ()),
    )


def _ranked(candidate: Candidate, rank: int) -> Candidate:
    values = {name: getattr(candidate, name) for name in candidate.__dataclass_fields__}
    return Candidate(**{**values, "rank": rank})
