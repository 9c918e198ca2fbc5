"""A competency state of which only the levels that are held for sure are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SureLevel:
    """Stands for a belief: a level is held or not."""

    level: int

    def p_at_least(self, level: int) -> float:
        """Return 1 where the level is held for sure, else 0."""
        return float(level <= self.level)

    def held(self, sure: float = 0.9) -> int:
        """Return the level; ``sure`` has been decided already."""
        assert 0 < sure <= 1  # noqa: S101 - the same question as a belief is asked
        return self.level


@dataclass(frozen=True, slots=True)
class Levels:
    """Stands for a competency state: the level held in each competency, 0 where it does not say."""

    held: Mapping[str, int]

    def belief(self, competency: str) -> SureLevel:
        """Return the level held in a competency."""
        return SureLevel(self.held.get(competency, 0))
