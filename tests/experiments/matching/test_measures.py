from __future__ import annotations

import numpy as np
import pytest

from experiments.matching.measures import (
    calibration_error,
    macro_average_precision,
    mean_average_precision,
    quadratic_kappa,
    r_precision,
    r_precision_at,
    recall_at_1,
)

SCORES = np.array([[0.9, 0.8, 0.1, 0.0], [0.1, 0.9, 0.8, 0.2]])
TRUTH = np.array([[True, False, True, False], [False, True, True, False]])


def test_recall_at_1_counts_own_numbers_first():
    assert recall_at_1(np.array([[0.9, 0.1], [0.8, 0.2]])) == 0.5


def test_r_precision_looks_at_as_many_places_as_there_are_true_ones():
    assert r_precision(SCORES, TRUTH) == pytest.approx((0.5 + 1) / 2)


def test_r_precision_at_k_divides_by_what_fits():
    assert r_precision_at(SCORES, TRUTH, 1) == 1
    assert r_precision_at(SCORES, TRUTH, 3) == 1


def test_average_precision_is_that_of_the_ranks_of_the_true_ones():
    assert mean_average_precision(SCORES, TRUTH) == pytest.approx(((1 + 2 / 3) / 2 + 1) / 2)


def test_macro_average_precision_goes_by_label_and_leaves_out_labels_without_truth():
    assert macro_average_precision(SCORES, TRUTH) == pytest.approx((1 + 1 + 1) / 3)


def test_kappa_is_one_for_agreement_and_zero_for_a_constant():
    levels = np.array([1, 2, 4, 5])
    assert quadratic_kappa(levels, levels) == 1
    assert quadratic_kappa(levels, np.full(4, 2)) == 0


def test_perfect_confidence_has_no_calibration_error():
    assert calibration_error(np.array([[1.0, 0.0]]), np.array([[True, False]])) == 0
    assert calibration_error(np.array([[1.0, 1.0]]), np.array([[True, False]])) == 0.5
