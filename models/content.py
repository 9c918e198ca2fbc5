"""Content: texts of courses taken, and features of the learner, against texts and features of courses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.base import Arrays, LearnerBatch, Scores, TrainingData
from models.history_rows import HistoryRows
from models.item_item import centred, decayed, side_gram


class Content:
    """Mean similarity of a course to what the learner took, newer courses counting more.

    Courses are compared by text vectors (centred per language) and by features weighted by rarity; neither needs
    anybody to have taken the course. The weights are a full n x n matrix, so the model serves like the linear ones.
    """

    name = "content"

    def __init__(self, decay: float = 0.8) -> None:
        self.decay = decay
        """Weight of a course relative to the one taken after it."""
        self.similarity: Scores = np.zeros((0, 0), dtype=np.float32)
        self.vectors: Scores = np.zeros((0, 0), dtype=np.float32)

    def fit(self, data: TrainingData) -> Self:
        """Compare every two courses."""
        self.similarity = side_gram(data).astype(np.float32)
        self.similarity[np.diag_indices_from(self.similarity)] = 0.0
        if data.course_vectors is not None:
            self.vectors = centred(data.course_vectors, data.course_languages)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return the mean similarities, 0 for a learner without history; shape (n, n_courses)."""
        matrix = batch.histories.matrix(decayed(batch.histories.ages(), self.decay))
        total = np.maximum(np.asarray(matrix.sum(axis=1)), 1e-9)
        return np.asarray((matrix @ self.similarity) / total, dtype=np.float32)

    def history_rows(self) -> HistoryRows:
        """Return what each course taken adds."""
        return HistoryRows(self.similarity, self.decay)

    def arrays(self) -> Arrays:
        """Return the similarities and the centred text vectors."""
        return {"similarity": self.similarity, "vectors": self.vectors, "decay": np.array([self.decay])}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the model that ``arrays`` came from."""
        model = cls(float(arrays["decay"].item()))
        model.similarity = np.asarray(arrays["similarity"], dtype=np.float32)
        model.vectors = np.asarray(arrays["vectors"], dtype=np.float32)
        return model
