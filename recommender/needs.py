"""Needs: how far each course closes a learner's gaps, per hour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.reference import Reference
from features.schema import MAX_LEVEL
from recommender.gaps import Gap
from recommender.state import CompetencyState

_SHORTEST = 0.25
"""Hours a course is counted with at least, so that a five-minute clip does not win by its shortness alone."""


@dataclass(frozen=True)
class TeachingTable:
    """What the courses of a catalogue teach, as flat arrays: one entry a (course, competency)."""

    courses: NDArray[np.int64]
    competencies: NDArray[np.int64]
    first_step: NDArray[np.int64]
    """The lowest step the course leads up, ``from_level + 1``."""
    last_step: NDArray[np.int64]
    confidence: NDArray[np.float64]
    hours: NDArray[np.float64]
    """Shape (n_courses,)."""
    competency_index: dict[str, int]

    @classmethod
    def of(cls, reference: Reference, course_ids: Sequence[str]) -> TeachingTable:
        """Read what each course teaches; the numbers of ``courses`` follow ``course_ids``."""
        index: dict[str, int] = {}
        rows: list[tuple[int, int, int, int, float]] = []
        for number, course_id in enumerate(course_ids):
            for taught in reference.courses[course_id].teaches if course_id in reference.courses else ():
                competency = index.setdefault(taught.competency, len(index))
                rows.append((number, competency, taught.from_level + 1, taught.to_level, taught.confidence))
        columns = np.array(rows, dtype=np.float64).reshape(len(rows), 5)
        hours = [reference.courses[c].hours if c in reference.courses else 1.0 for c in course_ids]
        whole = columns[:, :4].astype(np.int64)
        return cls(
            whole[:, 0], whole[:, 1], whole[:, 2], whole[:, 3], columns[:, 4],
            np.maximum(np.array(hours, dtype=np.float64), _SHORTEST), index,
        )  # fmt: skip

    def needs(self, gaps: Iterable[Gap], state: CompetencyState) -> NDArray[np.float32]:
        """Return for each course the weighted missing steps it is expected to close, per hour, shape (n_courses,).

        A step counts with P(not yet held) times the requirement's weight (twice, where it is critical) times the
        confidence that the course teaches it.
        """
        worth = np.zeros((len(self.competency_index) + 1, MAX_LEVEL + 1))
        for gap in gaps:
            row = self.competency_index.get(gap.competency)
            if row is not None:
                belief = state.belief(gap.competency)
                missing = [1.0 - belief.p_at_least(step) for step in range(1, gap.required + 1)]
                worth[row, 1 : gap.required + 1] = np.array(missing) * gap.weight * (2.0 if gap.critical else 1.0)
        upto = np.cumsum(worth, axis=1)
        closed = upto[self.competencies, self.last_step] - upto[self.competencies, self.first_step - 1]
        total = np.bincount(self.courses, np.maximum(closed, 0.0) * self.confidence, minlength=len(self.hours))
        return (total / self.hours).astype(np.float32)
