"""Models of histories whose memory grows with the catalogue and not with its square: what ``models.wide`` blends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.histories import Histories
from models.base import LearnerBatch, Scores, TrainingData
from models.history_rows import recency
from models.item_item import Ease, ItemItem, sum_of_rows
from models.nearest import cosine_neighbours, strongest, sums
from models.transition import FADE, NEAR, shifted

CORE = 6000
"""Courses, the most taken ones, among which item-item is dense: 36 million weights, a gigabyte to fit."""
STEPS = 6
"""How many courses back a step to a course counts."""
OVER, POWER_STEPS = 16, 6
"""Directions beyond those wanted, and rounds, with which the main directions are found."""


class Part(Protocol):
    """Fits and scores."""

    decay: float
    """Weight of a course, when scoring, relative to the one taken after it; 1 where order says nothing."""

    def fit(self, data: TrainingData) -> Self:
        """Learn from the data."""
        ...

    def score(self, batch: LearnerBatch) -> Scores:
        """Return scores, shape (len(batch), n_courses)."""
        ...


class Counts:
    """Log of how many took each course: the same for every learner."""

    decay = 1.0

    def fit(self, data: TrainingData) -> Self:
        """Count."""
        self.level = np.log1p(data.support()).astype(np.float32)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return the logs."""
        return np.repeat(self.level[None], len(batch), axis=0)


@dataclass
class Neighbours:
    """Sum of the cosines to the courses taken; see ``models.knn``."""

    neighbours: int = 200
    shrink: float = 0.0
    power: float = 0.5
    decay: float = 1.0

    def fit(self, data: TrainingData) -> Self:
        """Find each course's nearest."""
        self.weights = cosine_neighbours(data.histories, self.neighbours, self.shrink, self.power)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return the sums."""
        return sums(batch.histories, self.weights, recency(batch.histories.ages(), self.decay))


@dataclass
class Steps:
    """What came soon after what: counts of steps over the root of both courses' counts."""

    neighbours: int = 200
    decay: float = 0.7

    def fit(self, data: TrainingData) -> Self:
        """Count the steps, near ones most."""
        inputs, targets = _moments(data.histories, self.decay)
        scale = sparse.diags_array(np.maximum(data.support(), 1.0) ** -0.5).astype(np.float32)
        self.weights = strongest(sparse.csr_matrix(inputs @ scale), sparse.csr_matrix(targets @ scale), self.neighbours)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return where the newest courses lead."""
        return sums(batch.histories, self.weights, recency(batch.histories.ages(), self.decay))


@dataclass
class LowPass:
    """``models.spectral`` without its matrix: the main directions are found by products with the histories alone."""

    factors: int = 128
    power: float = 0.5
    decay: float = 1.0

    def fit(self, data: TrainingData) -> Self:
        """Find the directions."""
        lengths = np.maximum(data.histories.lengths, 1).astype(np.float64)
        values = np.repeat(lengths**-self.power, data.histories.lengths).astype(np.float32)
        scale = np.maximum(data.support(), 1.0).astype(np.float64) ** self.power
        taken = sparse.csr_matrix(data.histories.matrix(values) @ sparse.diags_array(1.0 / scale), dtype=np.float64)
        most = max(1, min(self.factors, data.n_courses // 4, len(lengths) // 4))
        vectors = main_directions(taken, most)
        self.inward = (vectors / scale[:, None]).astype(np.float32)
        self.outward = (vectors * scale[:, None]).astype(np.float32)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return the history carried there and back."""
        values = recency(batch.histories.ages(), self.decay)
        return np.asarray((batch.histories.matrix(values) @ self.inward) @ self.outward.T, dtype=np.float32)


@dataclass
class Core:
    """Item-item among the most taken courses; the others it leaves at the level of the core's mean."""

    size: int = CORE
    decay: float = 1.0
    ridge: float = 100.0

    def fit(self, data: TrainingData) -> Self:
        """Fit ``ItemItem`` on the core."""
        self.core = most_taken(data, self.size)
        self.model = self.fitted(among(data, self.core))
        return self

    def fitted(self, data: TrainingData) -> Ease:
        """Return the dense model of the core."""
        return ItemItem(ridge=self.ridge, side=0.0).fit(data)

    def score(self, batch: LearnerBatch) -> Scores:
        """Return the scores, 0 outside the core."""
        out = np.zeros((len(batch), batch.histories.n_courses), dtype=np.float32)
        own = of_core(batch.histories, self.core)
        values = recency(own.ages(), self.decay)
        out[:, self.core] = sum_of_rows(own, self.model.weights, values)
        return out


@dataclass
class CoreEase(Core):
    """EASE among the most taken courses."""

    def fitted(self, data: TrainingData) -> Ease:
        """Return plain EASE."""
        return Ease(self.ridge).fit(data)


def main_directions(taken: sparse.csr_matrix, most: int) -> NDArray[np.float64]:
    """Return the leading right singular vectors as columns, shape (n, most), by block power iteration.

    Halko, Martinsson and Tropp, Finding Structure with Randomness, SIAM Review 2011; the start is fixed.
    """
    back = taken.T.tocsr()
    found = np.random.default_rng(0).normal(size=(taken.shape[1], min(most + OVER, *taken.shape)))
    for _ in range(POWER_STEPS):
        found, _ = np.linalg.qr(back @ (taken @ found))
    small = taken @ found
    values, turned = np.linalg.eigh(small.T @ small)
    return np.asarray(found @ turned[:, np.argsort(-values, kind="stable")[:most]], dtype=np.float64)


def most_taken(data: TrainingData, most: int) -> NDArray[np.int64]:
    """Return the numbers of the most taken courses, in order of number."""
    return np.sort(np.argsort(-data.support(), kind="stable")[:most])


def among(data: TrainingData, courses: NDArray[np.int64]) -> TrainingData:
    """Return the data with these courses alone."""
    kept = np.isin(data.histories.courses, courses)
    some = data.keep(kept)
    return TrainingData(
        histories=of_core(data.histories, courses),
        learner_features=some.learner_features,
        course_features=some.course_features[courses],
        course_vectors=None if some.course_vectors is None else some.course_vectors[courses],
        learner_vocabulary=some.learner_vocabulary,
        course_vocabulary=some.course_vocabulary,
        course_ids=tuple(some.course_ids[course] for course in courses),
    )


def of_core(histories: Histories, courses: NDArray[np.int64]) -> Histories:
    """Return the histories with these courses alone, numbered as they stand there."""
    numbers = np.full(histories.n_courses, -1, dtype=np.int32)
    numbers[courses] = np.arange(len(courses), dtype=np.int32)
    kept = histories.keep(numbers[histories.courses] >= 0)
    return Histories(kept.indptr, numbers[kept.courses], len(courses), kept.days)


def _moments(histories: Histories, decay: float) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Return inputs and targets, a row for each interaction: the courses before it, and it and the next few."""
    lengths = np.repeat(histories.lengths, histories.lengths)
    place = np.arange(len(histories.courses)) - np.repeat(histories.indptr[:-1], histories.lengths)
    left = lengths - 1 - place
    inputs = shifted(histories, [(-back, decay ** (back - 1), place >= back) for back in range(1, STEPS + 1)])
    targets = shifted(histories, [(ahead, FADE**ahead, (left >= ahead) & (place > 0)) for ahead in range(NEAR)])
    return inputs, targets
