"""Smoothed popularity: what people in the same post, the same organisation, and everyone chose, newest most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.histories import Histories
from models.base import Arrays, LearnerBatch, Scores, TrainingData
from models.sparse_arrays import csr_arrays, csr_from

DAYS_TO_HALF = 365.0
"""A choice this old counts half."""


class Popularity:
    """Log-probability of a course given the learner's groups, with Bayesian smoothing towards everyone.

    Everyone's share of a course is ``p = (count + 1) / (total + n)``. A group (a position, an organisation, ...) with
    ``c`` choices of the course moves it by ``log(1 + c / (smoothing * p))``: the log ratio of the Dirichlet-smoothed
    share in the group to everyone's, but for a term that is the same for all courses. The mean over the learner's
    groups is added to ``log p``. A learner whose groups nobody has seen gets everyone's popularity.

    Dirichlet smoothing: Zhai and Lafferty, A study of smoothing methods for language models, TOIS 2004.
    """

    name = "popularity"

    def __init__(self, smoothing: float = 30.0, days_to_half: float = DAYS_TO_HALF, by_group: bool = True) -> None:
        self.smoothing = smoothing
        self.days_to_half = days_to_half
        self.by_group = by_group
        self.everyone: Scores = np.zeros(0, dtype=np.float32)
        self.groups = sparse.csr_matrix(np.zeros((0, 0), dtype=np.float32))

    def fit(self, data: TrainingData) -> Self:
        """Count the choices of everyone and of every group."""
        weights = recency(data.histories, self.days_to_half)
        counts = np.bincount(data.histories.courses, weights, minlength=data.n_courses)
        share = (counts + 1.0) / (counts.sum() + data.n_courses)
        self.everyone = np.log(share).astype(np.float32)
        taken = data.histories.matrix(weights)
        features = data.learner_features if self.by_group else data.learner_features[:, :0]
        lifts = sparse.csr_matrix(features.T @ taken, dtype=np.float32)
        lifts.sum_duplicates()
        lifts.data = np.log1p(lifts.data / (self.smoothing * share[lifts.indices])).astype(np.float32)
        self.groups = lifts
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return log-shares, shape (n, n_courses)."""
        scores = np.tile(self.everyone, (len(batch), 1)).astype(np.float32)
        if not self.groups.shape[0]:
            return scores
        count = np.maximum(np.asarray(batch.features.sum(axis=1)).ravel(), 1.0)
        own = sparse.diags_array(1.0 / count).tocsr() @ batch.features
        lifts = np.asarray((own @ self.groups).toarray())
        return np.asarray(np.add(scores, lifts), dtype=np.float32)

    def arrays(self) -> Arrays:
        """Return the log-shares and the groups' lifts."""
        return {"everyone": self.everyone, **csr_arrays("groups", self.groups)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the model that ``arrays`` came from."""
        model = cls()
        model.everyone = np.asarray(arrays["everyone"], dtype=np.float32)
        model.groups = csr_from(arrays, "groups")
        return model


def recency(histories: Histories, days_to_half: float) -> NDArray[np.float32]:
    """Return each interaction's weight, 1 for the newest day of the data, halving every ``days_to_half`` days.

    Where no days are known every interaction weighs 1.
    """
    if histories.days is None or not len(histories.days):
        return np.ones(len(histories.courses), dtype=np.float32)
    age = histories.days.max() - histories.days
    return np.asarray(np.exp2(-age / days_to_half), dtype=np.float32)
