"""Our metrics against two public metric libraries, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.metrics import catalogue, hits, interval, mrr_at_k, ndcg_at_k, paired, per_learner, recall_at_k

K = 10
METRICS = {"ndcg@10": "nDCG@10", "recall@10": "R@10", "mrr@10": "RR@10", "hr@10": "Success@10"}


@pytest.fixture(scope="module")
def random_lists():
    """300 learners, lists of 10 of 50 courses, one to seven targets each."""
    generator = np.random.default_rng(5)
    lists = np.array([generator.permutation(50)[:K] for _ in range(300)])
    targets = [generator.permutation(50)[: generator.integers(1, 8)].astype(np.int32) for _ in range(300)]
    return lists, targets


def _tables(lists, targets):
    run = {str(n): {str(c): float(K - place) for place, c in enumerate(row)} for n, row in enumerate(lists)}
    truth = {str(n): {str(c): 1 for c in row} for n, row in enumerate(targets)}
    return truth, run


@pytest.mark.parametrize("ours", METRICS)
def test_agrees_with_ir_measures(ours, random_lists):
    ir_measures = pytest.importorskip("ir_measures", reason="ir-measures is a development dependency")
    truth, run = _tables(*random_lists)
    measure = ir_measures.parse_measure(METRICS[ours])
    expected = ir_measures.calc_aggregate([measure], truth, run)[measure]
    assert per_learner(*random_lists, [K])[ours].mean() == pytest.approx(expected, abs=1e-6)


def test_agrees_with_scikit_learn(random_lists):
    metrics = pytest.importorskip("sklearn.metrics")
    lists, targets = random_lists
    gains, scores = np.zeros((300, 50)), np.zeros((300, 50))
    for n in range(300):
        gains[n, targets[n]] = 1.0
        scores[n, lists[n]] = np.arange(K, 0, -1)
    expected = metrics.ndcg_score(gains, scores, k=K, ignore_ties=True)
    hit = hits(lists, targets)
    # Courses outside the list are tied at 0 there; they cannot stand among the first ten.
    assert ndcg_at_k(hit, np.array([len(t) for t in targets], dtype=float), K).mean() == pytest.approx(expected)


def test_a_list_of_all_targets_reaches_one():
    hit = np.array([[True, True, False]])
    assert ndcg_at_k(hit, np.array([2.0]), 3)[0] == pytest.approx(1.0)
    assert recall_at_k(hit, np.array([2.0]), 3)[0] == 1.0


def test_reciprocal_rank_is_of_the_first_target():
    assert mrr_at_k(np.array([[False, True, True]]), np.array([2.0]), 3)[0] == 0.5


def test_one_course_for_all_covers_little_and_is_unequal():
    figures = catalogue(np.zeros((5, 1), dtype=np.int64), np.array([3.0, 0.0, 0.0, 0.0]), 1)
    assert figures["coverage@1"] == 0.25
    assert figures["gini@1"] == pytest.approx(0.75)


def test_the_interval_holds_the_mean_and_narrows_with_learners():
    values = np.random.default_rng(0).random(4000)
    few, many = interval(values[:100]), interval(values)
    assert few.low < few.mean < few.high
    assert many.high - many.low < few.high - few.low


def test_a_paired_difference_of_equals_is_zero():
    values = {"ndcg@10": np.array([0.1, 0.9, 0.4])}
    found = paired(values, values)["ndcg@10"]
    assert (found.mean, found.low, found.high) == (0.0, 0.0, 0.0)
