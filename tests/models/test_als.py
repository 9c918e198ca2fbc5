"""Implicit ALS: how much a choice is trusted, and how a learner is folded in."""

import numpy as np
import pytest
from scipy import sparse

from features.histories import Histories
from features.profiles import CourseVocabulary, LearnerVocabulary
from models.als import Als
from models.base import LearnerBatch, TrainingData
from tests.models.suite import checkerboard

ROWS = [[0, 1, 2, 3, 4, 5, 6, 7], [0, 1], [2, 3], [4, 5]]


def data_of(rows, n_courses):
    nothing, vocabulary = sparse.csr_matrix((n_courses, 0), dtype=np.float32), LearnerVocabulary.of([])
    ids = tuple(str(n) for n in range(n_courses))
    profiles = vocabulary.rows([[] for _ in rows])
    histories = Histories.of(rows, n_courses)
    return TrainingData(histories, profiles, nothing, None, vocabulary, CourseVocabulary(()), ids)


def ask(data, row):
    return LearnerBatch(Histories.of([row], data.n_courses), data.learner_features[:1])


def test_folding_in_solves_the_least_squares_that_trusts_short_histories_more():
    data = data_of(ROWS, 8)
    model = Als(factors=3, regularisation=0.5, alpha=6.0, length_power=0.5).fit(data)
    factors = model.course_factors.astype(np.float64)
    for taken, trust in (([0, 1], 6.0), ([0, 1, 2, 3, 4, 5, 6, 7], 3.0)):
        confidence, wanted = np.ones(8), np.zeros(8)
        confidence[taken], wanted[taken] = trust, 1.0
        system = factors.T @ (confidence[:, None] * factors) + 0.5 * np.eye(3)
        learned = np.linalg.solve(system, factors.T @ (confidence * wanted))
        assert model.score(ask(data, taken))[0] == pytest.approx(factors @ learned, abs=1e-4)


def test_lengths_say_nothing_where_all_are_alike():
    data = data_of([[0, 1], [1, 2], [2, 3], [3, 0]], 4)
    plain, weighed = (Als(factors=2, length_power=power).fit(data) for power in (0.0, 0.4))
    assert np.array_equal(plain.course_factors, weighed.course_factors)


def test_models_kept_before_lengths_counted_still_load():
    data = checkerboard()
    model = Als(factors=2, regularisation=0.01, alpha=10.0).fit(data)
    arrays = model.arrays()
    older = Als.from_arrays({**arrays, "settings": arrays["settings"][:3]})
    assert np.array_equal(older.score(data.batch), model.score(data.batch))
