"""Courses that nobody has taken yet: scored from what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.base import Arrays, Scores

NEIGHBOURS = 20
"""How many known courses lend a new one their scores."""


@dataclass(frozen=True)
class NewCourses:
    """Which courses are new, what lends them scores, and where they stand among the known ones.

    A new course has no past, but it has neighbours: known courses with similar texts and features. What the blend
    says of those carries over, each in proportion to its similarity.
    """

    columns: NDArray[np.int64]
    """The new courses that have a text or features."""
    silent: NDArray[np.int64]
    """The new courses of which nothing is known; they come last."""
    lent: Scores = field(repr=False)
    """Shape (n_courses, len(columns)); columns sum to 1 over known courses, or to 0."""

    @classmethod
    def of(cls, new: NDArray[np.bool_], similarity: Scores) -> Self:
        """Return the new courses with the shares of their nearest known courses."""
        columns = np.flatnonzero(new)
        nearness = np.where(new[:, None], 0.0, similarity[:, columns]).clip(0.0)
        if len(columns) and len(nearness) > NEIGHBOURS:
            least = np.partition(nearness, -NEIGHBOURS, axis=0)[-NEIGHBOURS]
            nearness = np.where(nearness >= np.maximum(least, 1e-9), nearness, 0.0)
        total = nearness.sum(axis=0)
        told = total > 0
        lent = (nearness[:, told] / total[told]).astype(np.float32)
        return cls(columns[told], columns[~told], lent)

    def known(self, n_courses: int) -> NDArray[np.bool_]:
        """Return which courses are not new, shape (n_courses,)."""
        mask = np.ones(n_courses, dtype=bool)
        mask[self.columns] = mask[self.silent] = False
        return mask

    def arrays(self) -> Arrays:
        """Return the fields."""
        return {"columns": self.columns, "silent": self.silent, "lent": self.lent}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return what ``arrays`` came from."""
        return cls(
            np.asarray(arrays["columns"], dtype=np.int64),
            np.asarray(arrays["silent"], dtype=np.int64),
            np.asarray(arrays["lent"], dtype=np.float32),
        )
