"""Plans beside each other: what each does, and where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from features.store.drafts import DraftItem, PlanDraft

FIGURES = (
    "hours", "hours_a_head", "most_hours", "money", "courses", "enrolments", "mandatory_hours", "elective_hours",
    "untouched",
)  # fmt: skip
"""Figures of the effect that are compared beside what is closed."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A plan and its figures."""

    draft: PlanDraft

    def figure(self, name: str) -> float:
        """Return a figure of the effect, 0 where there is none."""
        value = self.draft.effect.get(name)
        return float(value) if isinstance(value, int | float) else 0.0

    @property
    def share(self) -> float:
        """Share of the weighted steps that it closes."""
        return self.figure("closed") / max(self.figure("needed"), 1e-9)

    @property
    def critical_share(self) -> float:
        """Share of the critical weighted steps that it closes."""
        return self.figure("critical_closed") / max(self.figure("critical_needed"), 1e-9)

    @property
    def bound_share(self) -> float:
        """Share that the best plan under its budget closes at most."""
        return self.figure("bound") / max(self.figure("needed"), 1e-9)


@dataclass(frozen=True, slots=True)
class Difference:
    """What two plans do not have in common."""

    only_first: tuple[DraftItem, ...]
    only_second: tuple[DraftItem, ...]
    common: int


def compare(first: PlanDraft, second: PlanDraft) -> Difference:
    """Return what is in one plan only."""
    ones, others = {item.id for item in first.items}, {item.id for item in second.items}
    return Difference(
        tuple(item for item in first.items if item.id not in others),
        tuple(item for item in second.items if item.id not in ones),
        len(ones & others),
    )


def scenarios(drafts: Sequence[PlanDraft]) -> tuple[Scenario, ...]:
    """Return plans with their figures."""
    return tuple(Scenario(draft) for draft in drafts)
