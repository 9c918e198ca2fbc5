"""Interest is what lasts of choices: no moment, no order, and more than what came into view."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from features.histories import Histories
from models.base import LearnerBatch
from models.holdout import Judged
from models.hybrid import Hybrid
from models.interest import contrastive_weights, contrasts, interest_plan, interest_weights
from models.plan import MODELS, NO_NEW, Plan
from tests.models.suite import N_COURSES, checkerboard


def plan_of(**interest: float) -> Plan:
    weights = np.zeros((3, len(MODELS)), dtype=np.float32)
    weights[:, MODELS.index("popularity")] = 1.0
    weights[:, MODELS.index("trend")] = 5.0
    weights[:, MODELS.index("need")] = 1.0
    settings = {"popularity": {}, "trend": {}, "item_item": {"ridge": 5.0, "decay": 0.5}, "need": {}, "content": {}}
    own = np.array([interest.get(name, 0.0) for name in MODELS], dtype=np.float32)
    return Plan(settings, weights, *NO_NEW, own)


def ask_nobody(n: int) -> LearnerBatch:
    return LearnerBatch(Histories.of([[]] * n, 4), sparse.csr_matrix((n, 0), dtype=np.float32))


def test_neither_trend_nor_need_has_a_part_in_interest():
    found = interest_plan(plan_of(item_item=1.0))
    assert not found.weights[:, [MODELS.index("trend"), MODELS.index("need")]].any()
    assert found.weights[0, MODELS.index("popularity")] == 1.0
    assert found.weights[2, MODELS.index("item_item")] == 1.0


def test_who_is_told_by_the_trend_alone_gets_popularity():
    plan = plan_of(item_item=1.0)
    plan.weights[0] = 0.0
    plan.weights[0, MODELS.index("trend")] = 1.0
    assert interest_plan(plan).weights[0, MODELS.index("popularity")] == 1.0


def test_the_order_of_a_history_does_not_change_interest():
    data = checkerboard()
    hybrid = Hybrid(plan=plan_of(item_item=1.0, content=0.5)).fit(data)
    there = replace(data.batch.rows(slice(0, 1)), histories=Histories.of([[0, 2, 4]], N_COURSES))
    back = replace(there, histories=Histories.of([[4, 2, 0]], N_COURSES))
    np.testing.assert_allclose(hybrid.interest(there), hybrid.interest(back), atol=1e-5)
    assert not np.allclose(hybrid.models["item_item"].score(there), hybrid.models["item_item"].score(back))


def test_interest_comes_back_from_arrays():
    data = checkerboard()
    hybrid = Hybrid(plan=plan_of(item_item=1.0, content=0.5)).fit(data)
    again = Hybrid.from_arrays(hybrid.arrays())
    np.testing.assert_array_equal(again.interest(data.batch), hybrid.interest(data.batch))


def test_a_choice_is_held_against_what_comes_into_view_and_nothing_else():
    judged = Judged(ask_nobody(2), Histories.of([[0], [2]], 4), np.arange(2))
    in_view = np.log(np.array([[0.5, 0.5, 1e-30, 1e-30], [1e-30, 0.1, 1e-30, 0.9]]))
    in_view[0, 3] = -np.inf
    rows, chosen, others = contrasts(judged, in_view.astype(np.float32), np.random.default_rng(0))
    assert rows.tolist() == [0, 1]
    assert chosen.tolist() == [0, 2]
    assert set(others[0].tolist()) <= {0, 1}
    assert set(others[1].tolist()) <= {1, 3}


def test_a_choice_that_never_comes_into_view_says_nothing():
    judged = Judged(ask_nobody(1), Histories.of([[0, 1]], 2), np.arange(1))
    rows, chosen, _ = contrasts(judged, np.array([[-np.inf, 0.0]], dtype=np.float32), np.random.default_rng(0))
    assert (rows.tolist(), chosen.tolist()) == ([0], [1])


def test_the_model_that_tells_choices_from_the_view_gets_the_weight():
    generator = np.random.default_rng(0)
    ahead = generator.normal(size=(4000, 3))
    ahead[:, 0] += 1.0
    ahead[:, 2] -= 1.0
    found = contrastive_weights(ahead.astype(np.float32))
    assert found[0] == 1.0
    assert found[1] < 0.1
    assert found[2] == 0.0


def test_on_few_learners_the_item_item_model_stands_alone():
    weights = interest_weights(checkerboard(), {"item_item": {}, "content": {}}, 0, lambda _: None)
    assert np.flatnonzero(weights).tolist() == [MODELS.index("item_item")]
