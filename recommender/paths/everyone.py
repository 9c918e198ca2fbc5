"""Guided paths for a whole population: each distinct problem is solved once.

Interest is left aside, so that people in the same situation pose the same problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from features.records import LearnerRecord
from features.reference import Reference
from recommender.paths.guided import guided_path
from recommender.paths.path import Path, PathSettings
from recommender.paths.problem import Problem
from recommender.paths.solution import Solution
from recommender.paths.solve import solve
from recommender.state import DEFAULT_EVIDENCE, EvidenceTable, competency_state


class Solved:
    """Solves problems and remembers them."""

    def __init__(self) -> None:
        self.known: dict[object, Solution] = {}
        self.asked = 0

    def __call__(self, problem: Problem, time_limit: float) -> Solution:
        """Return the best path for the problem, solved now or before."""
        self.asked += 1
        key = _key(problem)
        if key not in self.known:
            self.known[key] = solve(problem, time_limit)
        return self.known[key]


def guided_paths(
    records: Iterable[LearnerRecord],
    reference: Reference,
    at: datetime,
    settings: PathSettings,
    *,
    solved: Solved | None = None,
    table: EvidenceTable = DEFAULT_EVIDENCE,
) -> Iterator[tuple[str, Path]]:
    """Yield each learner's id and guided path; give ``solved`` to go on with what was solved before."""
    remembered = solved or Solved()
    for record in records:
        state = competency_state(record, reference, at, table)
        yield record.learner.id, guided_path(record, reference, state, {}, at, settings, remembered)


def _key(problem: Problem) -> object:
    base = tuple(sorted((c, s) for c, s in problem.base.items()))
    return (
        problem.courses, problem.needs, problem.hours, problem.duties, problem.cost, problem.outside_share,
        problem.held, base,
    )  # fmt: skip
