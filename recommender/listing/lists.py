"""Lists in columns: what a block of learners is shown."""

from __future__ import annotations

from collections.abc import Sequence
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
    def joined(cls, parts: Sequence[Lists]) -> Lists:
        """Return the lists of several blocks one after the other; one at least, of the same k."""
        if len(parts) == 1:
            return parts[0]
        return cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)))

    def placed(self, rows: NDArray[np.int64]) -> Lists:
        """Return the lists so that list ``n`` stands in row ``rows[n]``."""
        if (rows[1:] > rows[:-1]).all():
            return self
        place = np.empty(len(rows), dtype=np.int64)
        place[rows] = np.arange(len(rows))
        return Lists(*(getattr(self, one.name)[place] for one in fields(self)))

    def __len__(self) -> int:
        return len(self.courses)
