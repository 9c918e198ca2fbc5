"""The blend for large catalogues: no part is a dense matrix of course by course, and all of it beats its parts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from features.histories import Histories
from features.profiles import CourseVocabulary, LearnerVocabulary
from models.base import TrainingData
from models.blend import candidates, ndcg
from models.holdout import hold_out
from models.item_item import ItemItem, sum_of_rows
from models.knn import cosines
from models.nearest import cosine_neighbours, strongest, sums
from models.wide import Wide
from models.wide_parts import Core, LowPass, among, most_taken


def world(learners=400, courses=60, groups=4, seed=0, ordered=False):
    """Learners who take courses of one group, and now and then another."""
    generator = np.random.default_rng(seed)
    rows = []
    for learner in range(learners):
        own = np.arange(learner % groups, courses, groups)
        start = generator.integers(len(own))
        taken = np.roll(own, -start)[: generator.integers(4, 9)] if ordered else generator.permutation(own)[:6]
        rows.append([*taken.tolist(), *(generator.permutation(courses)[:1] if learner % 3 == 0 else [])])
    return data_of([list(dict.fromkeys(row)) for row in rows], courses)


def data_of(rows, courses):
    n = len(rows)
    return TrainingData(
        histories=Histories.of(rows, courses),
        learner_features=sparse.csr_matrix((n, 0), dtype=np.float32),
        course_features=sparse.csr_matrix((courses, 0), dtype=np.float32),
        course_vectors=None,
        learner_vocabulary=LearnerVocabulary.of([()] * n, 2),
        course_vocabulary=CourseVocabulary.of([()] * courses, 2),
        course_ids=tuple(str(number) for number in range(courses)),
    )


def test_all_neighbours_are_the_cosines():
    data = world()
    found = cosine_neighbours(data.histories, neighbours=60, shrink=0.0)
    np.testing.assert_allclose(found.toarray(), cosines(data.histories), atol=1e-6)
    batch = data.histories.rows(slice(0, 5))
    np.testing.assert_allclose(sums(batch, found), sum_of_rows(batch, found.toarray()), atol=1e-5)


def test_each_column_keeps_its_largest():
    left = sparse.csr_matrix(np.array([[1.0, 2.0, 3.0], [1.0, 0.0, 5.0]]))
    whole = left.T @ left
    found = strongest(left, left, 1).toarray()
    expected = np.zeros((3, 3))
    expected[2, 0], expected[2, 1], expected[0, 2] = whole[2, 0], whole[2, 1], whole[0, 2]
    np.testing.assert_allclose(found, expected)


def test_the_core_is_item_item_of_its_courses():
    data = world()
    core = Core(size=20, ridge=5.0).fit(data)
    chosen = most_taken(data, 20)
    some = among(data, chosen)
    expected = ItemItem(ridge=5.0, side=0.0, decay=1.0).fit(some).score(some.batch)
    scores = core.score(data.batch)
    np.testing.assert_allclose(scores[:, chosen], expected, atol=1e-6)
    assert not np.delete(scores, chosen, axis=1).any()


def test_the_low_pass_tells_groups_apart():
    data = world()
    scores = LowPass(factors=4).fit(data).score(data.batch)
    own = np.array([np.arange(60) % 4 == learner % 4 for learner in range(400)])
    assert scores[own].mean() > 3 * abs(scores[~own].mean())


@pytest.mark.parametrize("kind", ["share", "last"])
def test_the_blend_beats_counting_on_what_it_never_saw(kind):
    data = world(ordered=kind == "last")
    holdout = hold_out(data, kind, ordered=kind == "last", seed=7)
    wide = Wide(holdout=kind).fit(holdout.train)
    judged = holdout.known

    def of(scores):
        found = candidates([scores], judged.batch.histories, judged.targets)
        return ndcg(found, np.ones(1, dtype=np.float32))

    counted = np.tile(np.log1p(holdout.train.support()).astype(np.float32), (len(judged), 1))
    assert of(wide.score(judged.batch)) > 2 * of(counted)
    again = Wide(holdout=kind).fit(holdout.train)
    np.testing.assert_array_equal(again.score(judged.batch), wide.score(judged.batch))


def test_nobody_with_two_courses_is_ranked_by_counts():
    wide = Wide().fit(data_of([[0], [0], [1]], 3))
    assert wide.score(data_of([[1]], 3).batch)[0].argmax() == 0
