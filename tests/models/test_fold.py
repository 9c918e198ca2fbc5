"""The blend is linear, so it folds: rows of one matrix add up to what the models say together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.histories import Histories
from models.base import LearnerBatch, TrainingData
from models.fold import ALL, in_units
from models.history_rows import REACH, recency
from models.hybrid import Hybrid
from models.plan import MODELS, SITUATIONS, Plan
from models.terms import centred, samples, usual_spread
from tests.models.suite import N_COURSES, checkerboard

ODD, EVEN, SILENT = 3, 6, 8
"""Courses that nobody took: one of each parity, and one without text and features."""


def plan(*, together: bool = True) -> Plan:
    """Weigh every model that the checkerboard can feed; two fadings, or one."""
    weights = {"popularity": 0.3, "item_item": 1.0, "transition": 0.6, "lightfm": 0.2, "content": 0.4, "need": 0.1}
    settings = {
        "popularity": {}, "item_item": {"ridge": 5.0, "decay": 0.8}, "content": {"decay": 0.8}, "lightfm": {},
        "transition": {"ridge": 1.0, "decay": 0.8 if together else 0.5}, "need": {},
    }  # fmt: skip
    row = np.array([weights.get(name, 0.0) for name in MODELS], dtype=np.float32)
    return Plan(
        settings,
        np.stack([row * (1.0 + 0.2 * n) for n in range(len(SITUATIONS))]).astype(np.float32),
        np.array([1.0, 0.5, 0.5, 0.5, 0.0, 0.3], dtype=np.float32),
        np.array([1.0, 0.7], dtype=np.float32),
    )


@pytest.fixture(scope="module")
def data() -> TrainingData:
    """Return the checkerboard with two courses that nobody took and one of which nothing is known at all."""
    whole = checkerboard()
    kept = whole.keep(~np.isin(whole.histories.courses, (ODD, EVEN, SILENT)))
    vectors, features = np.array(kept.course_vectors), kept.course_features.toarray()
    vectors[SILENT] = features[SILENT] = 0.0
    return replace(kept, course_vectors=vectors, course_features=type(kept.course_features)(features))


@pytest.fixture(scope="module", params=[True, False], ids=["one fading", "two fadings"])
def hybrid(request: pytest.FixtureRequest, data: TrainingData) -> Hybrid:
    return Hybrid(plan=plan(together=request.param)).fit(data)


def test_the_score_is_the_sum_of_what_the_models_add(hybrid: Hybrid, data: TrainingData) -> None:
    needs = np.random.default_rng(0).random((len(data.batch), N_COURSES)).astype(np.float32)
    batch = replace(data.batch, needs=needs)
    np.testing.assert_allclose(sum(hybrid.parts(batch).values()), hybrid.score(batch), atol=1e-3)


def test_models_that_fade_alike_share_a_matrix(hybrid: Hybrid) -> None:
    fold = hybrid.folded()
    assert len(fold.decays) == len(set(fold.decays.tolist()))
    assert {ALL[number] for number in fold.loudest[:, :, 0].ravel()} <= {"item_item", "transition"}


def test_what_a_history_adds_is_the_sum_of_what_its_courses_add_alone(hybrid: Hybrid) -> None:
    fold = hybrid.folded()
    taken = Histories.of([[0, 4, 2, 6, 10]], N_COURSES)
    whole = fold.sums(taken, np.array([2]))[0]
    ages = np.arange(5)[::-1]
    alone = sum(
        recency(ages, decay)[place] * fold.unit[1, group, course] * fold.rows[1, group, course]
        for group, decay in enumerate(fold.decays)
        for place, course in enumerate(taken.courses)
    )
    np.testing.assert_allclose(whole, alone, rtol=1e-4, atol=1e-5)


def test_whole_numbers_keep_what_a_row_says_to_five_digits() -> None:
    drawn = np.random.default_rng(0).normal(size=(4, 300)).astype(np.float32) * np.array([[1e-4], [1], [50], [0]])
    rows, unit = in_units(drawn.astype(np.float32))
    np.testing.assert_allclose(rows * unit[:, None], drawn, atol=float(np.abs(drawn).max()) * 2e-5)
    assert np.abs(rows).max(axis=1).tolist() == [32767, 32767, 32767, 0]


def test_a_course_of_which_nothing_is_known_comes_last(hybrid: Hybrid, data: TrainingData) -> None:
    assert (hybrid.score(data.batch).argmin(axis=1) == SILENT).mean() > 0.9
    assert (np.asarray(hybrid.folded().rows)[..., SILENT] == 0).all()


def test_a_new_course_stands_higher_for_those_who_took_what_is_like_it(hybrid: Hybrid, data: TrainingData) -> None:
    scores = hybrid.score(data.batch)
    assert (scores[1::2, ODD] > scores[1::2, EVEN]).all()
    assert (scores[::2, EVEN] > scores[::2, ODD]).all()


def test_order_matters_only_where_the_fading_says_so() -> None:
    assert recency(np.array([0, 1, REACH - 1, REACH]), 0.9)[[0, 3]].tolist() == [1.0, 0.0]
    assert recency(np.array([5, 500]), 1.0).tolist() == [1.0, 1.0]


def test_learners_of_whom_spreads_are_learned_have_histories_as_long_as_the_situation_asks(data: TrainingData) -> None:
    none, little, long = samples(data)
    assert none.histories.lengths.max() == 0
    assert little.histories.lengths.max() <= 3
    assert long.histories.lengths.min() > 3


def test_centring_and_spread_leave_out_other_courses() -> None:
    scores = np.array([[1.0, 3.0, 99.0]], dtype=np.float32)
    among = np.array([True, True, False])
    assert centred(scores, among)[0].tolist() == [-1.0, 1.0, 97.0]
    assert usual_spread(scores[:, among]) == 1.0


def test_without_learners_nothing_has_a_spread_and_nothing_breaks(data: TrainingData) -> None:
    nobody = data.keep(np.zeros(len(data.histories.courses), dtype=bool))
    hybrid = Hybrid(plan=plan()).fit(nobody)
    empty = LearnerBatch(Histories.of([[]], N_COURSES), data.learner_features[:1])
    assert np.isfinite(hybrid.score(empty)).all()


def test_what_was_taken_long_ago_may_speak_for_new_courses_as_loud_as_yesterday(data: TrainingData) -> None:
    lending = {"ridge": 1.0, "taken": 10.0, "decay": 1.0, "series": 0.0, "text": 1.0}
    steady = replace(plan(), settings={**plan().settings, "neighbours": lending})
    hybrid = Hybrid(plan=steady).fit(data)
    fold = hybrid.folded()
    assert fold.decays.tolist() == [0.8, 1.0]
    alone = np.asarray(fold.rows[:, 1])
    assert not alone[..., [course for course in range(N_COURSES) if course not in (ODD, EVEN)]].any()
    np.testing.assert_allclose(sum(hybrid.parts(data.batch).values()), hybrid.score(data.batch), rtol=1e-4, atol=2e-4)


def test_without_new_courses_what_was_taken_needs_no_rows(data: TrainingData) -> None:
    everything = Hybrid(plan=plan()).fit(checkerboard())
    assert everything.folded().decays.tolist() == [0.8]


def test_a_bundle_made_before_a_model_was_known_scores_as_it_did(hybrid: Hybrid, data: TrainingData) -> None:
    arrays = hybrid.arrays()
    for name in ("plan/weights", "plan/interest"):
        arrays[name] = arrays[name][..., : MODELS.index("latest")]
    older = Hybrid.from_arrays(arrays)
    assert older.plan is not None
    assert older.plan.weights.shape == (len(SITUATIONS), len(MODELS))
    np.testing.assert_array_equal(older.score(data.batch), hybrid.score(data.batch))
    assert ALL.index("neighbours") == MODELS.index("latest"), "bundles know neighbours by this number"
