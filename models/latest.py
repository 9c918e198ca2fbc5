"""Latest: what the course just taken leads to, beyond what the whole history says."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.base import LearnerBatch, Scores, TrainingData
from models.history_rows import FadingRows
from models.item_item import sum_of_rows
from models.transition import Transition, moments_of_some

_JUST_TAKEN = 0.0
"""The fading that leaves the newest course of a history alone."""


class Latest(FadingRows):
    """What transitions miss, by the newest course: the mean of what is left of the targets.

    A transition that fades says the same of a course whether it was taken just now or a step ago, but for one factor.
    For every moment of every history, what ``Transition`` expected is taken away from what came, and the rest is
    averaged by the newest course. With inputs that are 1 in one place only the ridge regression needs no inverse: the
    sum is divided by the number of moments plus ``smoothing``. So the pair is one step of back-fitting two regressions,
    on the whole history and on its end (Buja, Hastie and Tibshirani, Annals of Statistics 1989).
    """

    name = "latest"

    def __init__(self, smoothing: float = 10.0, prior: Transition | None = None) -> None:
        self.smoothing = smoothing
        """Moments that a course needs for half of what they say to be believed."""
        self.prior = prior
        """What is taken away, fitted on the same data; ``None``: nothing."""
        self.decay = _JUST_TAKEN
        self.weights: Scores = np.zeros((0, 0), dtype=np.float32)

    def fit(self, data: TrainingData) -> Self:
        """Average what is left."""
        expected = self.prior if self.prior is not None else Transition()
        came, before, moments = sums_by_newest(data, expected)
        if self.prior is not None:
            came -= before @ self.prior.weights
        self.weights = (came / (moments + max(self.smoothing, 1e-3))[:, None]).astype(np.float32)
        self.weights[np.diag_indices_from(self.weights)] = 0.0
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return what the newest course of each history leads to, shape (n, n_courses)."""
        newest = (batch.histories.ages() == 0).astype(np.float32)
        return sum_of_rows(batch.histories, self.weights, newest)


def sums_by_newest(data: TrainingData, model: Transition) -> tuple[Scores, Scores, NDArray[np.float32]]:
    """Return targets and inputs of the model summed by the newest course, (n, n) float32, and its moments, (n,)."""
    n = data.n_courses
    came, before = np.zeros((n, n), dtype=np.float32), np.zeros((n, n), dtype=np.float32)
    moments = np.zeros(n, dtype=np.float32)
    ends = moments_of_some(data.histories, _JUST_TAKEN, model.length_power)
    wholes = moments_of_some(data.histories, model.decay, model.length_power)
    for (newest, targets, weights), (inputs, _, _) in zip(ends, wholes, strict=True):
        by_newest = (sparse.diags_array(weights) @ newest).T.tocsr()
        by_newest.eliminate_zeros()
        came += (by_newest @ targets).toarray()
        before += (by_newest @ inputs).toarray()
        moments += np.asarray(by_newest.sum(axis=1)).ravel()
    return came, before, moments
