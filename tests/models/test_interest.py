"""Interest is what lasts of choices: no moment, no order, and rare choices speak louder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from features.histories import Histories
from models.blend import candidates
from models.hybrid import Hybrid
from models.interest import by_rarity, interest_plan, interest_weights
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


def test_a_rare_choice_is_worth_more_than_a_popular_one():
    popular, rare = 0, 1
    scores = np.array([[2.0, 1.0, 0.0]], dtype=np.float32)
    worth = np.array([[0.01, 0.1, 1.0]], dtype=np.float32)
    nothing, targets = Histories.of([[]], 3), Histories.of([[popular, rare]], 3)
    found = by_rarity(candidates([scores, worth], nothing, targets))
    gains = found.relevant[0][found.valid[0]]
    assert sorted(gains.round(3).tolist()) == [0.0, 0.01, 0.1]
    assert found.scores.shape[-1] == 1
    np.testing.assert_allclose(found.ideal, [0.1 + 0.01 / np.log2(3)], rtol=1e-5)


def test_on_few_learners_the_item_item_model_stands_alone():
    weights = interest_weights(checkerboard(), {"item_item": {}, "content": {}}, 0, lambda _: None)
    assert np.flatnonzero(weights).tolist() == [MODELS.index("item_item")]
