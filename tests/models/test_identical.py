"""Learners who are alike share a row; the model that is trained on them is the same to the last bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from features.histories import Histories
from models import lightfm_model, transition
from models.base import TrainingData
from models.identical import identical_learners
from models.lightfm_model import LightFm, identity_where_trained
from tests.models.suite import checkerboard

FEATURES = sparse.csr_matrix(np.array([[1, 0], [1, 0], [0, 1], [1, 0], [1, 0]], dtype=np.float32))


def test_a_kind_is_a_profile_and_a_set_of_courses() -> None:
    histories = Histories.of([[0, 1], [1, 0], [0, 1], [0], []], 2)
    kinds = identical_learners(histories, FEATURES)
    assert kinds.of.tolist() == [0, 0, 1, 2, 3]
    assert kinds.first.tolist() == [0, 2, 3, 4]
    assert kinds.counts.tolist() == [2, 1, 1, 1]


def test_one_row_for_all_who_are_alike_trains_the_same_model_to_the_last_bit(checkers: TrainingData) -> None:
    from lightfm import LightFM

    net = LightFM(no_components=8, loss="warp", learning_rate=0.05, random_state=0)
    ones = sparse.csr_matrix(np.ones((len(checkers.histories), 1), dtype=np.float32))
    everyone = sparse.csr_matrix(sparse.hstack([ones, checkers.learner_features]), dtype=np.float32)
    courses = identity_where_trained(checkers)
    net.fit(checkers.histories.matrix().tocoo(), everyone, courses, epochs=5, num_threads=1)
    ours = LightFm(components=8, epochs=5).fit(checkers)
    kinds = identical_learners(checkers.histories, checkers.learner_features)
    assert len(kinds.first) < len(checkers.histories)
    assert_array_equal(ours.feature_factors, net.user_embeddings)
    assert_array_equal(ours.course_biases, courses @ net.item_biases)


def test_of_many_interactions_an_epoch_sees_some_and_the_seed_says_which(
    checkers: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lightfm_model, "MOST_AN_EPOCH", 20)
    portions = list(lightfm_model._portions(checkers, 3, 0))
    assert [epochs for _, epochs in portions] == [1, 1, 1]
    assert all(0 < len(some.histories.courses) <= 20 for some, _ in portions)
    first, again = (LightFm(components=4, epochs=3).fit(checkers) for _ in range(2))
    assert_array_equal(first.feature_factors, again.feature_factors)


@pytest.fixture
def checkers() -> TrainingData:
    data = checkerboard()
    rows = np.arange(len(data.histories)) % 2
    return replace(data, learner_features=sparse.csr_matrix(np.eye(2, dtype=np.float32)[rows]))


def test_of_many_learners_those_with_one_course_say_nothing_of_what_comes_next(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    rows = [generator.permutation(6)[: generator.integers(0, 5)].tolist() for _ in range(200)]
    histories = Histories.of(rows, 6)
    few = transition.moments(histories, 0.7, 0.5)
    monkeypatch.setattr(transition, "_MANY", 100)
    monkeypatch.setattr(transition, "_BLOCK", 50)
    monkeypatch.setattr(transition, "_LEARNERS", 10)
    for one, other in zip(few, transition.moments(histories, 0.7, 0.5), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-6)
