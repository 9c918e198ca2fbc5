"""What is particular to each model, on worlds small enough to check by eye."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from features.histories import Histories
from features.profiles import CourseVocabulary, LearnerVocabulary
from models.base import LearnerBatch, TrainingData, top_k
from models.blend import candidates, ndcg, prune, search
from models.catalogue import catalogue_places
from models.holdout import hide_courses, hold_out
from models.hybrid import Hybrid
from models.item_item import ItemItem, centred, zero_diagonal_weights
from models.latest import Latest
from models.lightfm_model import LightFm, identity_where_trained
from models.new_courses import NewCourses
from models.popularity import Popularity
from models.series import Series
from models.spectral import leading
from models.tastes import Tastes
from models.transition import Transition
from models.trend import Trend
from tests.models.suite import N_COURSES, checkerboard


def data_of(rows, n_courses, days=None, learner_rows=None):
    histories = Histories.of(rows, n_courses)
    if days is not None:
        flat = np.array([day for row in days for day in row], dtype=np.float32)
        histories = replace(histories, days=flat)
    vocabulary = LearnerVocabulary.of(learner_rows or [])
    features = vocabulary.rows(learner_rows or [[] for _ in rows])
    none = sparse.csr_matrix((n_courses, 0), dtype=np.float32)
    ids = tuple(str(n) for n in range(n_courses))
    return TrainingData(histories, features, none, None, vocabulary, CourseVocabulary(()), ids)


def ask(data, row, **more):
    return LearnerBatch(
        Histories.of([row], data.n_courses),
        sparse.csr_matrix((1, data.learner_features.shape[1]), dtype=np.float32),
        **more,
    )


def test_transition_knows_which_way_the_arrow_points():
    data = data_of([[0, 1, 2]] * 30, 3)
    scores = Transition(ridge=1.0).fit(data).score(ask(data, [1]))[0]
    assert scores[2] > scores[0]


def test_transition_without_evidence_is_its_prior():
    prior = np.arange(9, dtype=np.float32).reshape(3, 3)
    data = data_of([[0], [1]], 3)
    np.testing.assert_allclose(Transition(trust=2.0, prior=prior).fit(data).weights, 2.0 * prior, rtol=1e-5)


def test_item_item_weights_are_the_least_squares_solution_without_self_weights():
    generator = np.random.default_rng(0)
    taken = (generator.random((60, 6)) < 0.4).astype(float)
    ridge = np.full(6, 3.0)
    weights = zero_diagonal_weights(taken.T @ taken, ridge)
    for column in range(6):
        others = [course for course in range(6) if course != column]
        rows = taken[:, others]
        by_hand = np.linalg.solve(rows.T @ rows + 3.0 * np.eye(5), rows.T @ taken[:, column])
        np.testing.assert_allclose(weights[others, column], by_hand, atol=1e-5)
        assert weights[column, column] == 0.0


def test_item_item_gives_a_new_course_weights_from_its_features():
    whole = checkerboard()
    without = whole.keep(whole.histories.courses != 4)
    model = ItemItem(ridge=5.0).fit(without)
    scores = model.score(ask(whole, [0, 2]))[0]
    assert scores[4] > scores[5]


def test_texts_of_one_language_lose_what_they_share():
    common = np.array([[9.0, 1.0, 0.0], [9.0, 0.0, 1.0], [9.0, 1.0, 0.0], [0.0, 0.0, 0.0]], dtype=np.float32)
    out = centred(common, ("hi", "hi", "hi", "hi"))
    assert out[0] @ out[1] < 0
    assert out[0] @ out[2] == pytest.approx(1.0)
    assert not out[3].any()


def test_popularity_of_the_own_post_comes_before_everyones():
    people = [["position=clerk"]] * 10 + [["position=engineer"]] * 90
    data = data_of([[0]] * 10 + [[1]] * 90, 2, learner_rows=people)
    model = Popularity(smoothing=1.0).fit(data)
    clerk = LearnerBatch(Histories.of([[]], 2), data.learner_vocabulary.rows([["position=clerk"]]))
    stranger = LearnerBatch(Histories.of([[]], 2), data.learner_vocabulary.rows([["position=unheard"]]))
    assert model.score(clerk)[0].argmax() == 0
    assert model.score(stranger)[0].argmax() == 1


def test_one_choice_of_a_colleague_does_not_outweigh_everyone():
    people = [["position=clerk"]] + [["position=engineer"]] * 99
    data = data_of([[0]] + [[1]] * 99, 2, learner_rows=people)
    clerk = LearnerBatch(Histories.of([[]], 2), data.learner_vocabulary.rows([["position=clerk"]]))
    assert Popularity(smoothing=100.0).fit(data).score(clerk)[0].argmax() == 1


def test_trend_answers_with_the_taste_of_the_moment():
    data = data_of([[0]] * 9 + [[1]] * 9, 2, days=[[1000.0]] * 9 + [[2000.0]] * 9)
    model = Trend().fit(data)
    assert model.score(ask(data, [], moments=np.array([1000.0])))[0].argmax() == 0
    assert model.score(ask(data, []))[0].argmax() == 1


def test_series_leads_to_the_next_of_the_catalogue():
    rows = [[start, start + 1, start + 2] for start in range(20) for _ in range(3)]
    data = data_of(rows, 24)
    assert Series().fit(data).score(ask(data, [22]))[0].argmax() == 23


def test_places_count_as_people_do():
    assert catalogue_places(["do_9", "do_10", "do_2"]).tolist() == [1, 2, 0]


def test_a_course_that_nobody_took_has_no_identity_in_lightfm():
    """An untrained identity is noise on top of the features: it must not be there."""
    whole = checkerboard()
    without = whole.keep(whole.histories.courses != 4)
    columns = identity_where_trained(without)[:, :N_COURSES].toarray()
    assert columns[4].sum() == 0.0
    assert columns[5, 5] == 1.0
    model = LightFm(components=8, epochs=30).fit(without)
    even = LearnerBatch(Histories.of([[]], N_COURSES), whole.learner_features[:1])
    scores = model.score(even)[0]
    assert scores[4] > scores[1::2].max()


def test_new_courses_are_lent_scores_by_what_is_like_them():
    kernel = np.array([[1, 0, 0.9, 0], [0, 1, 0.1, 0], [0.9, 0.1, 1, 0], [0, 0, 0, 1]], dtype=np.float32)
    new = NewCourses.of(np.array([False, False, True, True]), kernel, 0.3)
    assert new.columns.tolist() == [2]
    assert new.silent.tolist() == [3]
    scores = np.array([[2.0, -1.0, 0.0, 0.0], [-1.0, 2.0, 0.0, 0.0]], dtype=np.float32)
    lent = new.lend(scores, np.zeros((2, 4), dtype=bool))
    assert lent[0, 0] > lent[1, 0]


def test_search_finds_the_model_that_knows():
    generator = np.random.default_rng(0)
    targets = Histories.of([[int(generator.integers(30))] for _ in range(200)], 30)
    knows = generator.normal(size=(200, 30)).astype(np.float32)
    knows[np.arange(200), targets.courses] += 4.0
    noise = generator.normal(size=(200, 30)).astype(np.float32)
    found = candidates([noise, knows], Histories.of([[]] * 200, 30), targets)
    weights = search(found, np.ones(2, dtype=np.float32))
    assert weights[1] == 1.0
    assert weights[0] < 0.3
    assert ndcg(found, weights) >= ndcg(found, np.ones(2, dtype=np.float32))
    assert prune(found, weights, worth=0.01)[0] == 0.0


@pytest.mark.parametrize("kind", ["later", "last", "share"])
def test_nothing_held_out_is_in_what_is_fitted_on(kind):
    generator = np.random.default_rng(1)
    rows = [generator.permutation(20)[:6].tolist() for _ in range(50)]
    days = [sorted(generator.uniform(0, 100, 6).tolist()) for _ in range(50)]
    data = data_of(rows, 20, days=days, learner_rows=[["group=A"]] * 50)
    holdout = hold_out(data, kind, ordered=True, seed=0)
    for place, row in enumerate(holdout.known.rows):
        held = set(holdout.known.targets.row(place).tolist())
        assert held.isdisjoint(holdout.train.histories.row(row).tolist())
        assert held | set(holdout.known.batch.histories.row(place).tolist()) == set(rows[row])
    for row in holdout.newcomers.rows:
        assert len(holdout.others.histories.row(row)) == 0


def test_hidden_courses_are_hidden_from_fit_and_history():
    generator = np.random.default_rng(1)
    data = data_of([generator.permutation(20)[:6].tolist() for _ in range(50)], 20)
    rest, hidden, judged = hide_courses(data, seed=0)
    assert not hidden[rest.histories.courses].any()
    assert not hidden[judged.batch.histories.courses].any()
    assert hidden[judged.targets.courses].all()


def test_a_course_that_nobody_took_and_of_which_nothing_is_known_comes_last():
    plain = data_of([[0, 1], [1, 2], [2, 0]] * 20, 4)
    assert Hybrid().fit(plain).score(plain.batch).argmin(axis=1).tolist() == [3] * 60


@given(st.lists(st.lists(st.integers(0, 4), min_size=6, max_size=6), min_size=1, max_size=4), st.integers(1, 6))
def test_top_k_is_a_stable_sort(rows, k):
    scores = np.array(rows, dtype=np.float32)
    np.testing.assert_array_equal(top_k(scores, k), np.argsort(-scores, axis=1, kind="stable")[:, :k])


def test_serving_loads_nothing_heavy():
    code = (
        "import sys, models.bundle; print(sorted({'lightfm','implicit','sklearn','torch','mlflow'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_spectral_finds_the_leading_directions_alike_by_both_solvers():
    rows = np.random.default_rng(0).normal(size=(40, 20))
    gram = rows.T @ rows
    values, vectors = leading(gram, 3)
    every = np.linalg.eigvalsh(gram)[::-1][:3]
    np.testing.assert_allclose(values, every, rtol=1e-8)
    np.testing.assert_allclose(gram @ vectors, vectors * values, rtol=1e-6, atol=1e-6)


def test_spectral_with_more_factors_than_directions_keeps_what_there_is():
    values, vectors = leading(np.diag([2.0, 1.0, 0.0]), 10)
    assert values.tolist() == [2.0, 1.0]
    assert vectors.shape == (3, 2)


def test_tastes_knows_no_popularity():
    rows = [[0, 1, 4], [1, 0, 4], [2, 3, 4], [3, 2, 4]] * 30
    scores = Tastes(factors=4).fit(data_of(rows, 5)).score(ask(data_of(rows, 5), [0]))[0]
    assert scores[1] > scores[4], "everybody takes the last course, so it says nothing of taste"


def test_tastes_of_very_many_choices_is_learned_from_random_learners(monkeypatch):
    monkeypatch.setattr("models.tastes.MOST_INTERACTIONS", 50)
    rows = [[0, 1], [1, 0], [2, 3], [3, 2]] * 30
    scores = Tastes(factors=4).fit(data_of(rows, 4)).score(ask(data_of(rows, 4), [0]))[0]
    assert scores[1] > max(scores[2], scores[3])


def test_latest_knows_the_end_of_a_history_from_its_middle():
    data = data_of([[0, 1, 2]] * 20 + [[1, 0, 3]] * 20, 4)
    before = Transition(ridge=1.0, decay=1.0).fit(data)
    asked = ask(data, [0, 1])
    alike = before.score(asked)[0]
    assert alike[2] == pytest.approx(alike[3], abs=1e-5)
    ends = Latest(prior=before).fit(data).score(asked)[0]
    assert ends[2] > ends[3]


def test_latest_has_nothing_to_add_where_transitions_say_it_all():
    data = data_of([[0, 1]] * 30, 3)
    before = Transition(ridge=1e-3, length_power=0.0).fit(data)
    np.testing.assert_allclose(Latest(prior=before).fit(data).weights, 0.0, atol=1e-3)


def test_latest_alone_is_the_smoothed_share_of_what_came_next():
    data = data_of([[0, 1]] * 30 + [[0, 2]] * 10, 3)
    weights = Latest(smoothing=10.0).fit(data).weights * np.sqrt(2.0)
    moments = 40.0 / np.sqrt(2.0)
    np.testing.assert_allclose(weights[0], [0.0, 30.0 / (moments + 10.0), 10.0 / (moments + 10.0)], rtol=1e-5)
