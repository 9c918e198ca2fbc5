"""Repair of a plan after missed weeks, a retired course or a transfer: as few changes as the value allows.

The best new plan is found first. Then, among the plans worth at least 97 % of it, the one that keeps the most of
what was planned and not begun is taken.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from recommender.paths.problem import Problem
from recommender.paths.solution import Solution
from recommender.paths.solve import solve

ACCEPTED_LOSS = 0.03


@dataclass(frozen=True, slots=True)
class Repair:
    """The repaired plan and what it cost to change little."""

    solution: Solution
    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    added: tuple[str, ...]
    best_value: float
    """Value of the best plan from scratch."""

    @property
    def kept_share(self) -> float:
        """Share of the earlier courses that stay; 1 where there were none."""
        before = len(self.kept) + len(self.dropped)
        return len(self.kept) / before if before else 1.0


def repair(problem: Problem, before: Collection[str], time_limit: float = 10.0, loss: float = ACCEPTED_LOSS) -> Repair:
    """Return a plan for the changed problem that keeps as much of the earlier one as ``loss`` of its value allows.

    ``before`` are the courses of the earlier plan that are not begun; those that are no candidates any more drop out.
    """
    best = solve(problem, time_limit)
    solution = solve(problem, time_limit, keep=tuple(before), keep_loss=loss) if before else best
    chosen = set(solution.chosen)
    return Repair(
        solution,
        kept=tuple(one for one in before if one in chosen),
        dropped=tuple(one for one in before if one not in chosen),
        added=tuple(one for one in solution.chosen if one not in set(before)),
        best_value=best.value,
    )
