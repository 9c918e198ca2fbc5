"""How ready people are for a post: chance, shortfall with interval, hours and months to get there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.reference import Reference, Requirement
from recommender.gaps import SURE
from recommender.planning.closing_price import ClosingPrices
from recommender.planning.shortfall import missing_levels
from recommender.planning.workforce import Workforce

Floats = NDArray[np.float64]

READY = 0.5
"""From this chance on of meeting every critical requirement a person counts as ready."""
Z80 = 1.2816
"""Normal quantile of an 80 % interval."""


@dataclass(frozen=True)
class Readiness:
    """Of each person for one position; arrays of shape (people,)."""

    needs: tuple[Requirement, ...]
    met: Floats
    """P(level >= required) for each requirement, shape (people, requirements)."""
    chance: Floats
    """P(every critical requirement is met), competencies taken as independent; of all where none is critical."""
    shortfall: Floats
    """Sum of weight times expected missing levels."""
    low: Floats
    high: Floats
    """80 % interval of the shortfall that the beliefs leave open."""
    known: Floats
    """Share of the requirements on which any evidence speaks."""
    hours: Floats
    """Hours of the cheapest courses for what is not held for sure, where courses lead there."""
    without_course: NDArray[np.int64]
    """Requirements not held for sure to which no course leads."""
    critical_hours: Floats
    """Hours for critical requirements alone; infinite where no course leads to one of them."""

    def months(self, hours_a_month: float) -> Floats:
        """Return the months of learning that the hours take."""
        return self.hours / hours_a_month


def readiness(
    workforce: Workforce, reference: Reference, position: str, prices: ClosingPrices | None = None
) -> Readiness:
    """Return how ready everybody is for a position; without prices no course leads anywhere."""
    column = {competency: n for n, competency in enumerate(workforce.competencies)}
    needs = tuple(n for n in reference.requirements_of_position(position) if n.competency in column)
    people = len(workforce)
    met = np.ones((people, len(needs)))
    known = np.zeros((people, len(needs)))
    shortfall, variance = np.zeros(people), np.zeros(people)
    hours = np.zeros((people, len(needs)))
    base = workforce.base()
    for place, need in enumerate(needs):
        held = workforce.held[:, column[need.competency]]
        met[:, place] = held[:, need.level - 1]
        known[:, place] = workforce.known[:, column[need.competency]]
        mean, spread = missing_levels(held, need.level)
        shortfall += need.weight * mean
        variance += need.weight**2 * spread
        hours[:, place] = _hours(prices, need, base[:, column[need.competency]])
    critical = np.array([need.critical for need in needs], dtype=np.bool_)
    decisive = critical if critical.any() else np.ones(len(needs), dtype=np.bool_)
    spread = Z80 * np.sqrt(variance)
    return Readiness(
        needs=needs,
        met=met,
        chance=met[:, decisive].prod(axis=1),
        shortfall=shortfall,
        low=np.maximum(shortfall - spread, 0.0),
        high=shortfall + spread,
        known=known.mean(axis=1) if needs else np.ones(people),
        hours=np.where(np.isfinite(hours), hours, 0.0).sum(axis=1),
        without_course=np.isinf(hours).sum(axis=1),
        critical_hours=hours[:, decisive].sum(axis=1),
    )


def _hours(prices: ClosingPrices | None, need: Requirement, base: NDArray[np.int8]) -> Floats:
    row = None if prices is None else prices.row(need.competency)
    if prices is None or row is None:
        return np.where(base >= need.level, 0.0, np.inf)
    return np.asarray(prices.hours[row, np.minimum(base, need.level), need.level], dtype=np.float64)


def is_met(chance: float) -> bool:
    """Whether a requirement counts as held for sure."""
    return chance >= SURE
