"""What is believed of one learner's level in one competency, and which evidence says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class WeighedEvidence:
    """One item of evidence and its weight in today's answer."""

    id: str
    kind: str
    course: str | None
    level: int
    passed: bool
    observed_on: datetime
    weight: float
    """Bits by which it moves the odds of "at ``level`` or above" against "below" today; 0: it does not count."""


@dataclass(frozen=True)
class Belief:
    """A probability for each level 0 to 5."""

    competency: str
    probabilities: NDArray[np.float64]
    """Shape (6,), sums to 1."""
    known: bool
    """Whether any evidence speaks; where false the probabilities are the prior: unknown, which is not zero."""
    weigh: Callable[[], tuple[WeighedEvidence, ...]] = field(default=tuple, repr=False, compare=False)
    """Weighs the evidence; only called when it is asked for."""

    @cached_property
    def evidence(self) -> tuple[WeighedEvidence, ...]:
        """All evidence, each item with its weight: today's answer against the one without it."""
        return self.weigh()

    @property
    def expected(self) -> float:
        """Expected level, 0 to 5."""
        return float(self.probabilities @ np.arange(len(self.probabilities)))

    def p_at_least(self, level: int) -> float:
        """Probability that the level is held, 0 to 1."""
        return float(min(1.0, self.probabilities[level:].sum()))

    def interval(self, share: float = 0.8) -> tuple[int, int]:
        """Return the lowest and the highest level of the central interval that holds at least ``share``."""
        below = np.cumsum(self.probabilities)
        tail = (1 - share) / 2
        top = len(below) - 1
        low = int(np.searchsorted(below, tail, side="right"))
        high = int(np.searchsorted(below, 1 - tail - 1e-12, side="left"))
        return min(low, top), min(high, top)

    def held(self, sure: float = 0.9) -> int:
        """Return the highest level held with at least that probability; 0 where none is."""
        return max(level for level in range(len(self.probabilities)) if level == 0 or self.p_at_least(level) >= sure)
