"""What the simulator assumes about people, each a number that can be halved and doubled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Behaviour of the simulated world."""

    gain: float = 0.6
    """P(a learner who is ready rises to the course's level) for a course that is one step above."""
    distance: float = 0.7
    """By how much the log of that falls for each step further away."""
    unprepared: float = 0.5
    """Share of the gain that is left where prerequisites were not mastered."""
    forgetting: float = 0.012
    """P(losing a level in a month) in what the post does not use; a third of it in what it does."""
    practice: float = 0.008
    """P(gaining a level in a month by doing the job), up to the level required."""
    skimmers: float = 0.15
    """Share of people who click through courses without learning."""
    discrimination: float = 1.6
    """Slope of the item response of assessments in the level."""
    guessing: float = 0.12
    """P(passing) far below the item's level."""
    leniency: float = 0.6
    """Standard deviation of raters' leniency, in levels."""
    boasting: float = 0.7
    """By how many levels people rate themselves too high."""
    mandates: float = 0.3
    """Share of courses that were asked for without regard to need."""
    haste: float = 0.5
    """Standard deviation of the log of time spent."""

    def halved_and_doubled(self) -> Iterator[tuple[str, float, Assumptions]]:
        """Yield every assumption's name, factor and the world in which it is halved or doubled."""
        for field in fields(self):
            for factor in (0.5, 2.0):
                value = factor * getattr(self, field.name)
                if field.name in _SHARES:
                    value = min(value, 0.95)
                yield field.name, factor, replace(self, **{field.name: value})


_SHARES = frozenset({"gain", "unprepared", "forgetting", "practice", "skimmers", "guessing", "mandates"})
