"""Rows that a history is summed from: what each course taken adds to the score of every course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.histories import Histories
from models.base import Arrays, Scores

REACH = 30
"""Where the order of a history says something, courses further back than this add nothing."""


@dataclass(frozen=True)
class HistoryRows:
    """A linear model of histories: the score is the sum of the rows of the courses taken, newer ones weighing more."""

    weights: Scores | sparse.csr_matrix
    """Shape (n, n): row = course taken, column = course scored."""
    decay: float
    """Weight of a course relative to the one taken after it."""

    def sums(self, histories: Histories, even: NDArray[np.float32]) -> Scores:
        """Return the learners' sums, each row times the course's factor in ``even``; shape (n_learners, n)."""
        values = recency(histories.ages(), self.decay) * even[histories.courses]
        total = histories.matrix(values.astype(np.float32)) @ self.weights
        return np.asarray(total.toarray() if sparse.issparse(total) else total, dtype=np.float32)

    def dense(self) -> Scores:
        """Return the weights as a plain matrix."""
        return np.asarray(self.weights.toarray() if sparse.issparse(self.weights) else self.weights, dtype=np.float32)


@runtime_checkable
class ReadsHistory(Protocol):
    """A model whose score is a sum of rows."""

    def history_rows(self) -> HistoryRows:
        """Return the rows and how they fade with age."""
        ...


class FadingRows:
    """What models share that are one matrix and a decay: how they are asked for rows, kept and brought back."""

    weights: Scores
    """Shape (n, n): row = course taken, column = course scored."""
    decay: float
    """Weight of a course, when scoring, relative to the one taken after it; 1 where order says nothing."""

    def history_rows(self) -> HistoryRows:
        """Return what each course taken adds."""
        return HistoryRows(self.weights, self.decay)

    def arrays(self) -> Arrays:
        """Return the weights and the decay."""
        return {"weights": self.weights, "decay": np.array([self.decay])}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the model that ``arrays`` came from."""
        model = cls()
        model.weights = np.asarray(arrays["weights"], dtype=np.float32)
        model.decay = float(arrays["decay"].item())
        return model


def recency(ages: NDArray[np.int64], decay: float) -> NDArray[np.float32]:
    """Return ``decay ** age``, 0 from age ``REACH`` on; all 1 where the decay is 1 and the order says nothing.

    >>> recency(np.array([0, 1, 40]), 0.5).tolist(), recency(np.array([0, 40]), 1.0).tolist()
    ([1.0, 0.5, 0.0], [1.0, 1.0])
    """
    if decay == 1.0:
        return np.ones(len(ages), dtype=np.float32)
    return np.where(ages < REACH, np.power(decay, ages), 0.0).astype(np.float32)
