"""Item-kNN: the classic neighbourhood model, a baseline to beat."""

from __future__ import annotations

from typing import Self

import numpy as np

from features.histories import Histories
from models.base import Scores, TrainingData
from models.item_item import Ease, co_occurrence


class ItemKnn(Ease):
    """Sum of cosines to the courses taken, each course keeping its nearest ``neighbours``.

    Sarwar et al., Item-based collaborative filtering recommendation algorithms, WWW 2001; ``shrink`` damps the cosine
    of courses that few took together: Bell and Koren, ICDM 2007.
    """

    name = "item-knn"

    def __init__(self, neighbours: int = 100, shrink: float = 10.0) -> None:
        super().__init__()
        self.neighbours = neighbours
        self.shrink = shrink

    def fit(self, data: TrainingData) -> Self:
        """Compare every two courses."""
        weights = cosines(data.histories, self.shrink)
        if self.neighbours < len(weights):
            least = np.partition(weights, -self.neighbours, axis=0)[-self.neighbours]
            weights[weights < least] = 0.0
        self.weights = weights
        return self


def cosines(histories: Histories, shrink: float = 0.0) -> Scores:
    """Return the cosine of every two courses' learners, 0 on the diagonal, shape (n, n)."""
    gram = co_occurrence(histories)
    norm = np.sqrt(np.diag(gram))
    gram /= np.maximum(np.outer(norm, norm) + shrink, 1e-9)
    gram[np.diag_indices_from(gram)] = 0.0
    return gram.astype(np.float32)
