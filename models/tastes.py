"""Tastes: what lasts of a history, without what everybody takes."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.histories import Histories
from models.base import LearnerBatch, Scores, TrainingData
from models.history_rows import FadingRows

MOST_INTERACTIONS = 1_000_000
"""Course factors are learned from the histories of random learners with so many choices together at most."""
ITERATIONS = 60


class Tastes(FadingRows):
    """BPR course factors, with learners told by their history instead of by a factor of their own.

    BPR by ``implicit`` draws the courses that a choice is held against as often as they are taken, so popularity
    cancels out and what remains is taste: Rendle et al., BPR: Bayesian Personalized Ranking from Implicit Feedback,
    UAI 2009. The learners' factors are then regressed on the sums of the factors of what they took, and thrown away:
    what remains is the matrix ``Q M Q'``, a sum of rows like every other model of histories. It is for interest alone,
    so it does not fade.
    """

    name = "tastes"

    def __init__(
        self, factors: int = 64, learning_rate: float = 0.05, regularisation: float = 0.01, seed: int = 0
    ) -> None:
        self.factors = factors
        self.learning_rate = learning_rate
        self.regularisation = regularisation
        self.seed = seed
        self.weights: Scores = np.zeros((0, 0), dtype=np.float32)
        self.decay = 1.0

    def fit(self, data: TrainingData) -> Self:
        """Learn factors on one thread with a fixed seed, so the result is always the same; then regress."""
        self.weights = np.zeros((data.n_courses, data.n_courses), dtype=np.float32)
        histories = _some(data.histories, self.seed)
        if not len(histories.courses):
            return self
        learners, courses = self._factors(histories)
        lengths = np.sqrt(np.maximum(histories.lengths, 1))[:, None]
        told = np.asarray(histories.matrix() @ courses, dtype=np.float64) / lengths
        gram = told.T @ told
        gram[np.diag_indices_from(gram)] += 0.01 * max(float(np.trace(gram)) / len(gram), 1e-9)
        fold_in = np.linalg.solve(gram, told.T @ learners)
        self.weights = (courses @ fold_in @ courses.T).astype(np.float32)
        self.weights[np.diag_indices_from(self.weights)] = 0.0
        return self

    def _factors(self, histories: Histories) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        from implicit.cpu.bpr import BayesianPersonalizedRanking  # noqa: PLC0415 - serving does without these
        from threadpoolctl import threadpool_limits  # noqa: PLC0415

        with threadpool_limits(1, "blas"):
            net = BayesianPersonalizedRanking(
                factors=self.factors,
                learning_rate=self.learning_rate,
                regularization=self.regularisation,
                iterations=ITERATIONS,
                num_threads=1,
                random_state=self.seed,
            )
            net.fit(histories.matrix(), show_progress=False)
        # The last factor of a course is its bias: how popular it is.
        learners, courses = np.asarray(net.user_factors)[:, :-1], np.asarray(net.item_factors)[:, :-1]
        return learners.astype(np.float64), courses.astype(np.float64)

    def score(self, batch: LearnerBatch) -> Scores:
        """Return the sum of the history's rows, shape (n, n_courses)."""
        return np.asarray(batch.histories.matrix() @ self.weights, dtype=np.float32)


def _some(histories: Histories, seed: int) -> Histories:
    """Return all learners, or random ones who made ``MOST_INTERACTIONS`` choices together."""
    if len(histories.courses) <= MOST_INTERACTIONS:
        return histories
    drawn = np.random.default_rng(seed).permutation(len(histories))
    enough = int(np.searchsorted(np.cumsum(histories.lengths[drawn]), MOST_INTERACTIONS))
    return histories.rows(np.sort(drawn[:enough]))
