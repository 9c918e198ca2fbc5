"""Spectral: the few directions in which tastes differ most, as an item-item model."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import eigsh

from models.base import LearnerBatch, Scores, TrainingData
from models.history_rows import FadingRows
from models.item_item import decayed, sum_of_rows


class Spectral(FadingRows):
    """A low-pass filter on the graph of learners and courses: what is left of a history in its main directions.

    Interactions are divided by a power of the learner's and of the course's number of choices; the first eigenvectors
    V of the course Gram matrix span what many learners share, and ``D^-p V f V' D^p`` carries a history there and
    back. With ``soft`` the filter f fades out, eigenvalue over eigenvalue plus the middle one, else it cuts off.
    Shen et al., How Powerful is Graph Convolution for Recommendation?, CIKM 2021.
    """

    name = "spectral"

    def __init__(self, factors: int = 96, power: float = 0.5, soft: bool = False, decay: float = 1.0) -> None:
        self.factors = factors
        self.power = power
        self.soft = soft
        self.decay = decay
        """Weight of a course, when scoring, relative to the one taken after it; 1 where order says nothing."""
        self.weights: Scores = np.zeros((0, 0), dtype=np.float32)

    def fit(self, data: TrainingData) -> Self:
        """Decompose the Gram matrix; needs about 16 n^2 bytes for n courses."""
        scale = np.maximum(data.support(), 1.0).astype(np.float64) ** self.power
        # All directions together would give back the history itself and say nothing of other courses.
        most = max(1, min(self.factors, data.n_courses // 4))
        values, vectors = leading(normalised_gram(data, self.power), most)
        if self.soft:
            values = values / (values + np.median(values)) if len(values) else values
        else:
            values = np.ones_like(values)
        self.weights = (((vectors * values) @ vectors.T) / scale[:, None] * scale[None, :]).astype(np.float32)
        self.weights[np.diag_indices_from(self.weights)] = 0.0
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return the sum of the history's rows, newer courses counting more."""
        return sum_of_rows(batch.histories, self.weights, decayed(batch.histories.ages(), self.decay))


def normalised_gram(data: TrainingData, power: float) -> NDArray[np.float64]:
    """Return the course Gram matrix, shape (n, n), of interactions over powers of both sides' number of choices."""
    lengths = np.maximum(data.histories.lengths, 1).astype(np.float64)
    values = np.repeat(lengths**-power, data.histories.lengths).astype(np.float32)
    courses = np.maximum(data.support(), 1.0).astype(np.float64) ** -power
    scaled = data.histories.matrix(values) @ sparse.diags_array(courses)
    return np.asarray((scaled.T @ scaled).toarray(), dtype=np.float64)


def leading(gram: NDArray[np.float64], most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the largest positive eigenvalues, at most ``most``, and their eigenvectors as columns."""
    if len(gram) <= 2 * most or not gram.any():
        values, vectors = np.linalg.eigh(gram)
    else:
        # A fixed start, and fixed restarts, make the iteration give the same bytes every time.
        values, vectors = eigsh(gram, k=most, v0=np.ones(len(gram)), rng=np.random.default_rng(0))
    largest = np.argsort(-values, kind="stable")[:most]
    largest = largest[values[largest] > 1e-9 * max(float(values.max(initial=0.0)), 1e-300)]
    return values[largest], vectors[:, largest]
