"""Linear item-item models in closed form: what goes together with what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from features.histories import Histories
from models.base import Arrays, LearnerBatch, Scores, TrainingData
from models.catalogue import nearness
from models.history_rows import FadingRows


class Ease:
    """EASE: a linear autoencoder without self-weights, in closed form.

    Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019. Holds n x n float32 weights and needs about
    24 n^2 bytes to fit: 400 MB for 4,000 courses, 2.4 GB for 10,000.
    """

    name = "ease"

    def __init__(self, ridge: float = 200.0) -> None:
        self.ridge = ridge
        self.weights: Scores = np.zeros((0, 0), dtype=np.float32)

    def fit(self, data: TrainingData) -> Self:
        """Invert the regularised Gram matrix."""
        gram = co_occurrence(data.histories)
        self.weights = zero_diagonal_weights(gram, np.full(len(gram), self.ridge))
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return the sum of the history's rows."""
        return sum_of_rows(batch.histories, self.weights)

    def arrays(self) -> Arrays:
        """Return the weights, shape (n, n): row = course taken, column = course scored."""
        return {"weights": self.weights}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the model that ``arrays`` came from."""
        model = cls()
        model.weights = np.asarray(arrays["weights"], dtype=np.float32)
        return model


class ItemItem(FadingRows, Ease):
    """EDLAE: EASE with the regularisation that dropout of the input amounts to, and course features as extra rows.

    The dropout probability ``p`` adds ``p / (1 - p)`` times the course's own count to the ridge, so that a popular
    course cannot explain itself away: Steck, Autoencoders that don't overfit towards the Identity, NeurIPS 2020.
    Course features and text vectors enter as extra rows, as if each feature were a learner who took the courses
    that have it: Jeunen, Van Balen and Goethals, Closed-Form Models for Collaborative Filtering with Side-Information,
    RecSys 2020. With them a course that nobody has taken yet has weights too.
    """

    name = "item_item"

    def __init__(
        self,
        ridge: float = 50.0,
        dropout: float = 0.3,
        side: float = 1.0,
        series: float = 0.0,
        length_power: float = 0.5,
        decay: float = 0.8,
    ) -> None:
        super().__init__(ridge)
        self.dropout = dropout
        self.side = side
        self.series = series
        """Weight of standing next to each other in the catalogue, as further side information."""
        self.length_power = length_power
        """Learners weigh their number of courses to minus this power: 0 counts all interactions alike."""
        self.decay = decay
        """Weight of a course, when scoring, relative to the one taken after it; 1 where order says nothing."""

    def fit(self, data: TrainingData) -> Self:
        """Invert the regularised Gram matrix of histories and features."""
        gram = co_occurrence(data.histories, self.length_power)
        ridge = self.ridge + self.dropout / (1.0 - self.dropout) * np.diag(gram)
        if self.side:
            gram += self.side * side_gram(data)
        if self.series:
            gram += self.series * nearness(data)
        self.weights = zero_diagonal_weights(gram, ridge)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return the sum of the history's rows, newer courses counting more."""
        return sum_of_rows(batch.histories, self.weights, decayed(batch.histories.ages(), self.decay))


def decayed(ages: NDArray[np.int64], decay: float) -> NDArray[np.float32]:
    """Return ``decay ** age``: 1 for the newest course of a history."""
    return np.power(decay, ages).astype(np.float32)


def co_occurrence(histories: Histories, length_power: float = 0.0) -> NDArray[np.float64]:
    """Return how often each two courses were taken by the same learner, shape (n, n), float64."""
    lengths = np.maximum(histories.lengths, 1).astype(np.float64)
    root = np.repeat(lengths ** (-length_power / 2.0), histories.lengths).astype(np.float32)
    taken = histories.matrix(root)
    return np.asarray((taken.T @ taken).toarray(), dtype=np.float64)


def side_gram(data: TrainingData, text: float = 1.0) -> NDArray[np.float64]:
    """Return how alike the courses' features and texts are, shape (n, n), each source with unit diagonal or zero.

    ``text`` is the weight of the texts.
    """
    gram = np.zeros((data.n_courses, data.n_courses))
    if data.course_features.shape[1]:
        rows = sparse.csr_matrix(data.course_features, dtype=np.float64)
        rarity = np.log(data.n_courses / np.maximum(np.asarray((rows > 0).sum(axis=0)).ravel(), 1.0))
        gram += _cosines(np.asarray((rows @ sparse.diags_array(np.sqrt(rarity))).toarray()))
    if data.course_vectors is not None:
        gram += text * _cosines(centred(data.course_vectors, data.course_languages).astype(np.float64))
    return gram


def _cosines(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return np.asarray(unit @ unit.T, dtype=np.float64)


def centred(vectors: Scores, languages: tuple[str, ...] | None = None) -> Scores:
    """Return unit vectors after taking away the mean of their language; zero rows stay zero.

    Sentence vectors share a large common part, different from language to language, that hides what a text is about
    (Mu and Viswanath, All-but-the-Top, ICLR 2018).
    """
    out = np.array(vectors, dtype=np.float32)
    present = np.linalg.norm(out, axis=1) > 0
    groups = np.array(languages if languages is not None else [""] * len(out))
    for language in np.unique(groups):
        rows = (groups == language) & present
        if rows.sum() > 1:
            out[rows] -= out[rows].mean(axis=0)
    norms = np.linalg.norm(out, axis=1, keepdims=True)
    return np.where(norms > 1e-9, out / np.maximum(norms, 1e-9), 0.0).astype(np.float32)


def zero_diagonal_weights(gram: NDArray[np.float64], ridge: NDArray[np.float64]) -> Scores:
    """Return the weights B with zero diagonal that minimise ``tr (I - B)' G (I - B) + sum_i ridge_i |B_i|^2``.

    ``gram`` is overwritten. Courses that never occur have ridge only: their weights are zero.
    """
    gram[np.diag_indices_from(gram)] += np.maximum(ridge, 1e-3)
    factor = linalg.cholesky(gram.T, lower=True, overwrite_a=True, check_finite=False)
    inverse, _ = linalg.lapack.dpotri(factor, lower=True, overwrite_c=True)  # half the work of solving for it
    diagonal = np.diag(inverse).copy()
    inverse = np.tril(inverse, -1)
    inverse += inverse.T
    inverse /= -diagonal[None, :]
    return np.asarray(inverse, dtype=np.float32)


def sum_of_rows(histories: Histories, weights: Scores, values: NDArray[np.float32] | None = None) -> Scores:
    """Return for each learner the weighted sum of the rows of the courses taken, shape (n_learners, n_courses)."""
    return np.asarray(histories.matrix(values) @ weights, dtype=np.float32)
