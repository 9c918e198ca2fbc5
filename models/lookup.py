"""The rule that the platform follows today: look the designation up, shuffle, add a few fixed courses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.base import Arrays, LearnerBatch, Scores, TrainingData, top_k
from models.sparse_arrays import csr_arrays, csr_from

LOOKED_UP = 20
FIXED = 4


class DesignationLookup:
    """Up to 20 courses that go with the designation, in shuffled order, then the same four for everybody.

    A baseline to beat. What goes with a designation is what most of its holders took; on the platform it is what a text
    look-up of designation and department finds, which is no more personal. Everything else scores 0.
    """

    name = "designation look-up"

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.by_designation = sparse.csr_matrix(np.zeros((0, 0), dtype=np.float32))
        self.fixed: Scores = np.zeros(0, dtype=np.float32)

    def fit(self, data: TrainingData) -> Self:
        """Count what the holders of each designation took."""
        names = data.learner_vocabulary.names
        is_designation = np.array([name.startswith("designation=") for name in names], dtype=bool)
        counts = (data.learner_features.T @ data.histories.matrix()).toarray() * is_designation[:, None]
        looked_up = np.zeros(counts.shape, dtype=np.float32)
        rows = np.flatnonzero(counts.sum(axis=1) > 0)
        best = top_k(counts[rows].astype(np.float32), LOOKED_UP)
        shuffled = 1.0 + np.random.default_rng(self.seed).random((len(rows), best.shape[1]), dtype=np.float32)
        looked_up[rows[:, None], best] = np.where(np.take_along_axis(counts[rows], best, axis=1) > 0, shuffled, 0.0)
        self.by_designation = sparse.csr_matrix(looked_up)
        self.fixed = np.zeros(data.n_courses, dtype=np.float32)
        self.fixed[top_k(data.support()[None, :].astype(np.float32), FIXED)[0]] = 0.5
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return 1 to 2 for what was looked up, .5 for the fixed courses, else 0; shape (n, n_courses)."""
        found = (batch.features @ self.by_designation).toarray()
        return np.asarray(np.maximum(found, self.fixed), dtype=np.float32)

    def arrays(self) -> Arrays:
        """Return the look-up table and the fixed courses."""
        return {"fixed": self.fixed, **csr_arrays("by_designation", self.by_designation)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the model that ``arrays`` came from."""
        model = cls()
        model.fixed = np.asarray(arrays["fixed"], dtype=np.float32)
        model.by_designation = csr_from(arrays, "by_designation")
        return model
