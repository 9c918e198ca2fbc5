"""Learners' course histories, in order, in compressed rows: what models fit on and score from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


@dataclass(frozen=True)
class Histories:
    """The courses of many learners, each learner's oldest first.

    Row ``r`` holds the courses ``courses[indptr[r]:indptr[r + 1]]``, as column numbers of a catalogue of
    ``n_courses``; a course stands at most once in a row.
    """

    indptr: NDArray[np.int64]
    """Shape (n_learners + 1,)."""
    courses: NDArray[np.int32]
    """Shape (n_interactions,), column numbers, oldest first within a row."""
    n_courses: int
    days: NDArray[np.float32] | None = None
    """Shape (n_interactions,), days since 1970-01-01; ``None`` where only the order is known."""

    def __post_init__(self) -> None:
        if len(self.indptr) == 0 or self.indptr[0] != 0 or self.indptr[-1] != len(self.courses):
            raise ValueError(f"indptr must run from 0 to {len(self.courses)}, the number of interactions")
        if len(self.courses) and not 0 <= self.courses.min() <= self.courses.max() < self.n_courses:
            raise ValueError(f"course numbers must lie in 0 to {self.n_courses - 1}")

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]], n_courses: int) -> Histories:
        """Build from lists of column numbers, oldest first.

        >>> Histories.of([[2, 0], [1]], n_courses=3).row(0).tolist()
        [2, 0]
        """
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        flat = np.array([course for row in rows for course in row], dtype=np.int32)
        return cls(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), flat, n_courses)

    @classmethod
    def known(cls, indptr: NDArray[np.int64], courses: NDArray[np.int32], n_courses: int) -> Histories:
        """Return histories of numbers that are known to be right: for few learners checking takes longest."""
        made = cls.__new__(cls)
        for name, value in (("indptr", indptr), ("courses", courses), ("n_courses", n_courses), ("days", None)):
            object.__setattr__(made, name, value)
        return made

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of courses of each learner."""
        return self.indptr[1:] - self.indptr[:-1]

    def row(self, learner: int) -> NDArray[np.int32]:
        """Return one learner's courses, oldest first."""
        return self.courses[self.indptr[learner] : self.indptr[learner + 1]]

    def rows(self, learners: NDArray[np.int64] | slice) -> Histories:
        """Return the histories of some learners, in that order."""
        numbers = np.arange(len(self), dtype=np.int64)[learners]
        picked = _ranges(self.indptr[numbers], self.lengths[numbers])
        indptr = np.concatenate([[0], np.cumsum(self.lengths[numbers])]).astype(np.int64)
        days = None if self.days is None else self.days[picked]
        return Histories(indptr, self.courses[picked], self.n_courses, days)

    def keep(self, mask: NDArray[np.bool_]) -> Histories:
        """Return the same learners with only the interactions where ``mask`` is true."""
        kept = np.concatenate([[0], np.cumsum(mask)]).astype(np.int64)
        days = None if self.days is None else self.days[mask]
        return Histories(kept[self.indptr], self.courses[mask], self.n_courses, days)

    def ages(self) -> NDArray[np.int64]:
        """Return each interaction's place from the end of its row: 0 is the newest."""
        ends = np.repeat(self.indptr[1:], self.lengths)
        return ends - 1 - np.arange(len(self.courses), dtype=np.int64)

    def matrix(self, weights: NDArray[np.float32] | None = None) -> sparse.csr_matrix:
        """Return learners x courses with the given weight of each interaction, by default 1.

        The column numbers are a copy: libraries sort those of a matrix in place, and the order here is that of time.
        """
        values = np.ones(len(self.courses), dtype=np.float32) if weights is None else weights
        return sparse.csr_matrix((values, self.courses.copy(), self.indptr), shape=(len(self), self.n_courses))


def _ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of all ranges [start, start + length) one after the other."""
    if not len(lengths) or not lengths.sum():
        return np.empty(0, dtype=np.int64)
    before = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum(), dtype=np.int64)
