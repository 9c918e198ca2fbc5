"""LightFM: profiles and courses meet in one space of features, so neither side needs a past."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.base import Arrays, LearnerBatch, Scores, TrainingData
from models.identical import identical_learners

MOST_AN_EPOCH = 320_000
"""Interactions of an epoch; of more, every epoch sees those of other learners, drawn anew."""


class LightFm:
    """LightFM with the WARP loss on learner features and course features.

    Kula, Metadata Embeddings for User and Item Cold-start Recommendations, CBRecSys 2015; WARP: Weston, Bengio and
    Usunier, WSABIE, IJCAI 2011. Every learner has the feature "anyone" besides the profile. A course has an identity
    column only if somebody took it: an identity that was never trained is random noise added to what the features
    say, and spoils exactly the new courses that features are there for.

    Fits on one thread with a fixed seed, hence the same result every time. Scores with numpy alone.

    Learners who are alike share one row (``models.identical``); every interaction still has its own step, so nothing
    but memory changes. One step with a weight in place of many would not do: LightFM cuts off weighted losses above 10
    (``MAX_LOSS``), and draws the course that is compared once a step. Steps are few enough for all: features are
    hundreds, not millions, so of more than ``MOST_AN_EPOCH`` interactions every epoch takes a random part of the
    learners, with all that is theirs; over the epochs this has the same expected loss as taking everyone.
    """

    name = "lightfm"

    def __init__(self, components: int = 64, epochs: int = 20, learning_rate: float = 0.05, seed: int = 0) -> None:
        self.components = components
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.seed = seed
        self.feature_factors: Scores = np.zeros((0, 0), dtype=np.float32)
        self.course_factors: Scores = np.zeros((0, 0), dtype=np.float32)
        self.course_biases: Scores = np.zeros(0, dtype=np.float32)

    def fit(self, data: TrainingData) -> Self:
        """Train on all interactions."""
        from lightfm import LightFM  # noqa: PLC0415 - serving does without it

        courses = identity_where_trained(data)
        net = LightFM(
            no_components=self.components, loss="warp", learning_rate=self.learning_rate, random_state=self.seed
        )
        if len(data.histories.courses):
            for some, epochs in _portions(data, self.epochs, self.seed):
                kinds = identical_learners(some.histories, some.learner_features)
                rows = np.repeat(kinds.of, some.histories.lengths)
                values = np.ones(len(rows), dtype=np.float32)
                shape = (len(kinds.first), data.n_courses)
                taken = sparse.coo_matrix((values, (rows, some.histories.courses)), shape=shape)
                own = _with_anyone(some.learner_features[kinds.first])
                net.fit_partial(taken, user_features=own, item_features=courses, epochs=epochs, num_threads=1)
            self.feature_factors = np.asarray(net.user_embeddings, dtype=np.float32)
            self.course_factors = np.asarray(courses @ net.item_embeddings, dtype=np.float32)
            self.course_biases = np.asarray(courses @ net.item_biases, dtype=np.float32)
        else:
            self.feature_factors = np.zeros((data.learner_features.shape[1] + 1, 1), dtype=np.float32)
            self.course_factors = np.zeros((data.n_courses, 1), dtype=np.float32)
            self.course_biases = np.zeros(data.n_courses, dtype=np.float32)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return dot products of profile and course, plus the course's bias; shape (n, n_courses)."""
        profiles = _with_anyone(batch.features) @ self.feature_factors
        return np.asarray(profiles @ self.course_factors.T + self.course_biases, dtype=np.float32)

    def arrays(self) -> Arrays:
        """Return factors of learner features and of courses, and the courses' biases."""
        return {
            "feature_factors": self.feature_factors,
            "course_factors": self.course_factors,
            "course_biases": self.course_biases,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the model that ``arrays`` came from."""
        model = cls()
        for name in ("feature_factors", "course_factors", "course_biases"):
            setattr(model, name, np.asarray(arrays[name], dtype=np.float32))
        return model


def _portions(data: TrainingData, epochs: int, seed: int) -> Iterator[tuple[TrainingData, int]]:
    """Yield what to train on and for how many epochs: everything for all of them, or learners drawn for one each."""
    if len(data.histories.courses) <= MOST_AN_EPOCH:
        yield data, epochs
        return
    generator = np.random.default_rng(seed)
    lengths = data.histories.lengths
    with_history = np.flatnonzero(lengths)
    for _ in range(epochs):
        order = generator.permutation(with_history)
        many = int(np.searchsorted(np.cumsum(lengths[order]), MOST_AN_EPOCH, side="right"))
        picked = np.sort(order[: max(many, 1)])
        own: dict[str, Any] = {
            "histories": data.histories.rows(picked),
            "learner_features": data.learner_features[picked],
        }
        yield replace(data, **own, completed=None, ratings=None), 1


def identity_where_trained(data: TrainingData) -> sparse.csr_matrix:
    """Return course features with an identity column in front for each course that somebody took."""
    trained = sparse.diags_array((data.support() > 0).astype(np.float32))
    return sparse.csr_matrix(sparse.hstack([trained, data.course_features]), dtype=np.float32)


def _with_anyone(features: sparse.csr_matrix) -> sparse.csr_matrix:
    anyone = sparse.csr_matrix(np.ones((features.shape[0], 1), dtype=np.float32))
    return sparse.csr_matrix(sparse.hstack([anyone, features]), dtype=np.float32)
