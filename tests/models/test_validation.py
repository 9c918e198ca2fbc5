"""What weights are judged by: the last choices, and where they are few those before."""

from __future__ import annotations

import numpy as np
import pytest

from models import validation
from models.blend import Candidates, ndcg, pooled, prune
from models.holdout import hold_out
from models.plan import fit_models
from models.validation import validate, with_earlier
from tests.models.suite import checkerboard

NAMES = ("popularity", "item_item")
SETTINGS = {name: {} for name in NAMES}


def last_choices():
    holdout = hold_out(checkerboard(), "last", ordered=True, seed=0)
    models = fit_models(holdout.train, SETTINGS, 0)
    return holdout, validate(models, NAMES, holdout.train, holdout.known, holdout.train.support() > 0)


def test_few_last_choices_are_judged_with_those_before_until_histories_end():
    holdout, last = last_choices()
    more = with_earlier(last, NAMES, holdout, SETTINGS, 0)
    n = len(holdout.known)
    assert more.lengths.tolist() == [length for length in (4, 3, 2, 1) for _ in range(n)]
    np.testing.assert_array_equal(more.found.ideal, 1.0)


def test_enough_last_choices_are_judged_alone(monkeypatch: pytest.MonkeyPatch):
    holdout, last = last_choices()
    monkeypatch.setattr(validation, "ENOUGH", len(holdout.known))
    assert with_earlier(last, NAMES, holdout, SETTINGS, 0).lengths.tolist() == last.lengths.tolist()


def test_slices_of_different_width_rank_together_as_apart():
    _, last = last_choices()
    narrow = Candidates(
        *(getattr(last.found, name)[:, :3] for name in ("scores", "valid", "relevant")), last.found.ideal
    )
    weights = np.array([0.1, 1.0], dtype=np.float32)
    both = ndcg(pooled([last.found, narrow]), weights)
    assert both == pytest.approx((ndcg(last.found, weights) + ndcg(narrow, weights)) / 2)


def test_a_model_may_be_asked_for_more_than_another_to_stay():
    _, last = last_choices()
    weights = np.ones(2, dtype=np.float32)
    assert prune(last.found, weights, np.array([9.0, -1.0]))[0] == 0.0
    assert prune(last.found, weights, np.array([-1.0, -1.0])).all()
