from __future__ import annotations

import numpy as np
import pytest

from experiments.accuracy.true_interest import Works, graded_ndcg


def all_of(gains):
    return np.ones_like(gains, dtype=bool)


def test_the_best_order_by_gain_is_one_and_the_worst_is_less():
    gains = np.array([[3.0, 2.0, 0.0]], dtype=np.float32)
    assert graded_ndcg(gains, gains, all_of(gains), 2)[0] == pytest.approx(1.0)
    assert graded_ndcg(-gains, gains, all_of(gains), 2)[0] < 0.5


def test_graded_ndcg_is_the_sum_worked_by_hand():
    gains = np.array([[1.0, 2.0]], dtype=np.float32)
    scores = np.array([[5.0, 4.0]], dtype=np.float32)
    by_hand = (1 + 2 / np.log2(3)) / (2 + 1 / np.log2(3))
    assert graded_ndcg(scores, gains, all_of(gains), 2)[0] == pytest.approx(by_hand)


def test_works_that_may_not_be_listed_take_no_place():
    gains = np.array([[0.0, 1.0]], dtype=np.float32)
    scores = np.array([[9.0, 1.0]], dtype=np.float32)
    assert graded_ndcg(scores, gains, np.array([[False, True]]), 1)[0] == 1.0


def test_a_learner_whom_nothing_interests_counts_zero():
    gains = np.zeros((1, 3), dtype=np.float32)
    assert graded_ndcg(gains, gains, all_of(gains), 2).tolist() == [0.0]


def test_a_work_is_as_good_as_its_best_language_and_taken_in_any():
    works = Works(np.array([0, 1, 0]), 2)
    assert works.best(np.array([[1.0, 5.0, 3.0]], dtype=np.float32)).tolist() == [[3.0, 5.0]]
    assert works.any(np.array([[False, False, True]])).tolist() == [[True, False]]
