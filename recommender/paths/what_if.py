"""What another choice would change: one path beside another."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.paths.path import Path, StepClosed


@dataclass(frozen=True, slots=True)
class Difference:
    """What the second path has that the first one has not, and the other way round."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    gained: tuple[StepClosed, ...]
    """Steps that only the second one closes."""
    lost: tuple[StepClosed, ...]
    hours: float
    """How many more hours it takes."""
    value: float
    """How much more it is worth."""


def difference(before: Path, after: Path) -> Difference:
    """Return what changes from one path to the other."""
    old, new = before.courses(), after.courses()
    closed = {step for item in before.items for step in item.closes}
    closes = {step for item in after.items for step in item.closes}
    return Difference(
        tuple(course for course in new if course not in old),
        tuple(course for course in old if course not in new),
        _sorted(closes - closed),
        _sorted(closed - closes),
        after.hours - before.hours,
        after.value - before.value,
    )


def _sorted(steps: set[StepClosed]) -> tuple[StepClosed, ...]:
    return tuple(sorted(steps, key=lambda step: (step.competency, step.level)))
