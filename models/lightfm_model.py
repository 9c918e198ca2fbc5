"""LightFM: profiles and courses meet in one space of features, so neither side needs a past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.base import Arrays, LearnerBatch, Scores, TrainingData


class LightFm:
    """LightFM with the WARP loss on learner features and course features.

    Kula, Metadata Embeddings for User and Item Cold-start Recommendations, CBRecSys 2015; WARP: Weston, Bengio and
    Usunier, WSABIE, IJCAI 2011. Every learner has the feature "anyone" besides the profile. A course has an identity
    column only if somebody took it: an identity that was never trained is random noise added to what the features
    say, and spoils exactly the new courses that features are there for.

    Fits on one thread with a fixed seed, hence the same result every time. Scores with numpy alone.
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

        learners = _with_anyone(data.learner_features)
        courses = identity_where_trained(data)
        net = LightFM(
            no_components=self.components, loss="warp", learning_rate=self.learning_rate, random_state=self.seed
        )
        if len(data.histories.courses):
            taken = data.histories.matrix().tocoo()
            net.fit(taken, user_features=learners, item_features=courses, epochs=self.epochs, num_threads=1)
            self.feature_factors = np.asarray(net.user_embeddings, dtype=np.float32)
            self.course_factors = np.asarray(courses @ net.item_embeddings, dtype=np.float32)
            self.course_biases = np.asarray(courses @ net.item_biases, dtype=np.float32)
        else:
            self.feature_factors = np.zeros((learners.shape[1], 1), dtype=np.float32)
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


def identity_where_trained(data: TrainingData) -> sparse.csr_matrix:
    """Return course features with an identity column in front for each course that somebody took."""
    trained = sparse.diags_array((data.support() > 0).astype(np.float32))
    return sparse.csr_matrix(sparse.hstack([trained, data.course_features]), dtype=np.float32)


def _with_anyone(features: sparse.csr_matrix) -> sparse.csr_matrix:
    anyone = sparse.csr_matrix(np.ones((features.shape[0], 1), dtype=np.float32))
    return sparse.csr_matrix(sparse.hstack([anyone, features]), dtype=np.float32)
