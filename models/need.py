"""Need: how far a course closes the learner's competency gaps, per hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.base import Arrays, LearnerBatch, Scores, TrainingData


class Need:
    """The needs of the batch, scaled so that the best course of each learner scores 1; 0 where no needs are known.

    Needs are computed where the competency state is (P(gap) x what the course teaches, per hour); this model learns
    nothing and gives them a place in the blend.
    """

    name = "need"

    def __init__(self) -> None:
        self.n_courses = 0

    def fit(self, data: TrainingData) -> Self:
        """Note the size of the catalogue."""
        self.n_courses = data.n_courses
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return scores from 0 to 1, shape (n, n_courses)."""
        if batch.needs is None:
            return np.zeros((len(batch), self.n_courses), dtype=np.float32)
        best = np.maximum(batch.needs.max(axis=1, keepdims=True, initial=0.0), 1e-9)
        return np.asarray(batch.needs / best, dtype=np.float32)

    def arrays(self) -> Arrays:
        """Return the size of the catalogue."""
        return {"n_courses": np.array([self.n_courses])}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the model that ``arrays`` came from."""
        model = cls()
        model.n_courses = int(arrays["n_courses"].item())
        return model
