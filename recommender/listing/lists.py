"""Lists in columns: what a block of learners is shown."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

NOTHING = -1
"""Stands where a list has no more courses, and where a reason has no subject."""


@dataclass(frozen=True)
class Lists:
    """The best courses of each learner, best first; of equal scores the course with the lower number comes first."""

    courses: NDArray[np.int32]
    """Shape (n, k), numbers in the bundle's ``course_ids``; ``NOTHING`` where a list is shorter."""
    scores: NDArray[np.float32]
    """Shape (n, k), comparable within one learner only; ``-inf`` where a list is shorter."""
    guided: NDArray[np.bool_]
    """Shape (n, k), whether the course closes a gap of the learner's post."""
    reasons: NDArray[np.uint8]
    """Shape (n, k, 2), keys of ``REASON_CODES``, the strongest first; 0 where there is none."""
    subjects: NDArray[np.int32]
    """Shape (n, k, 2), what each reason is about, as its code says: a competency or a course, else ``NOTHING``."""

    @classmethod
    def empty(cls, n: int, k: int) -> Lists:
        """Return lists without courses."""
        return cls(
            np.full((n, k), NOTHING, dtype=np.int32),
            np.full((n, k), -np.inf, dtype=np.float32),
            np.zeros((n, k), dtype=np.bool_),
            np.zeros((n, k, 2), dtype=np.uint8),
            np.full((n, k, 2), NOTHING, dtype=np.int32),
        )

    def put(self, rows: NDArray[np.int64], lists: Lists) -> None:
        """Put lists into the given rows, in place of what is there."""
        for one in fields(self):
            getattr(self, one.name)[rows] = getattr(lists, one.name)

    def __len__(self) -> int:
        return len(self.courses)


@dataclass(slots=True)
class FewLists:
    """Lists of a few learners in two arrays, so that each is read at once."""

    numbers: NDArray[np.int64]
    """Shape (n, 6, k): course, 1 where it is guided, code and subject of the first reason, and of the second."""
    values: NDArray[np.float64]
    """Shape (n, 2, k): the score; P(held) of the step that the first reason is about, 0 where it is about none."""

    @classmethod
    def of(cls, lists: Lists, held: NDArray[np.float64]) -> FewLists:
        """Put lists together; ``held`` has shape (n, k)."""
        told = [column[:, :, place] for place in (0, 1) for column in (lists.reasons, lists.subjects)]
        numbers = np.stack([lists.courses, lists.guided, *told], axis=1).astype(np.int64)
        return cls(numbers, np.stack([lists.scores, held], axis=1).astype(np.float64))
