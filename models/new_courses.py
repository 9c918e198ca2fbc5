"""Courses that nobody has taken yet: scored from what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from models.base import Arrays, Scores


@dataclass(frozen=True)
class Lending:
    """How known courses lend their scores to new ones."""

    ridge: float = 1.0
    """How little a single known course is trusted to speak for a new one."""
    taken: float = 10.0
    """Spreads that a course counts more for having been taken."""
    decay: float = 0.8
    """Weight of a course taken relative to the one taken after it; 1: what was taken long ago speaks as loud."""
    series: float = 0.0
    """Weight of standing next to each other in the catalogue, relative to being alike in all features."""
    text: float = 1.0
    """Weight of texts relative to features."""


@dataclass(frozen=True)
class NewCourses:
    """Which courses are new, what lends them scores, and where they stand among the known ones.

    A new course has no past, but it has neighbours: known courses with similar texts and features. What the blend says
    of those, and that the learner took some, carries over by kernel ridge regression from known to new courses
    (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, chapter 2): neighbours that say the same
    thing twice count once.
    """

    columns: NDArray[np.int64]
    """The new courses that have a text or features."""
    silent: NDArray[np.int64]
    """The new courses of which nothing is known; they come last."""
    lent: Scores = field(repr=False)
    """Shape (n_courses, len(columns)): what each known course's score adds to a new one's."""

    @classmethod
    def of(cls, new: NDArray[np.bool_], similarity: Scores, ridge: float) -> Self:
        """Return the new courses with what known courses lend them; ``similarity`` is a kernel, shape (n, n)."""
        told = new & (similarity[:, ~new].max(axis=1, initial=0.0) > 0)
        columns, old = np.flatnonzero(told), np.flatnonzero(~new)
        lent = np.zeros((len(new), len(columns)), dtype=np.float32)
        if len(columns) and len(old):
            kernel = similarity[np.ix_(old, old)].astype(np.float64)
            kernel[np.diag_indices_from(kernel)] += ridge
            lent[old] = linalg.solve(kernel, similarity[np.ix_(old, columns)].astype(np.float64))
        return cls(columns, np.flatnonzero(new & ~told), lent)

    def known(self, n_courses: int) -> NDArray[np.bool_]:
        """Return which courses are not new, shape (n_courses,)."""
        mask = np.ones(n_courses, dtype=bool)
        mask[self.columns] = mask[self.silent] = False
        return mask

    def lend(self, scores: Scores, taken: Scores) -> Scores:
        """Return the new courses' scores from those of the known ones, in their spreads, and from what was taken.

        ``taken``, shape (n, n_courses), is ``Lending.taken`` at what was taken just now, less at what was taken before.
        """
        return np.asarray((scores + taken) @ self.lent, dtype=np.float32)

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
