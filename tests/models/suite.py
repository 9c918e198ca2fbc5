"""What every model must do, as one class of tests; a model's own tests inherit it.

The world is a checkerboard: learners with even numbers take even courses, the others odd ones, each leaving one out.
What was left out is the right answer, and the eye can check it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from features.histories import Histories
from features.profiles import CourseVocabulary, LearnerVocabulary
from models.base import LearnerBatch, Model, TrainingData

N_LEARNERS, N_COURSES = 40, 12


def checkerboard(*, side: bool = True) -> TrainingData:
    """Learner l takes the courses of the same parity in turn, but for one."""
    rows = []
    for learner in range(N_LEARNERS):
        own = [course for course in range(N_COURSES) if course % 2 == learner % 2]
        left_out = own[(learner // 2) % len(own)]
        turn = (learner // 2) % len(own)
        rows.append([course for course in own[turn:] + own[:turn] if course != left_out])
    learners = LearnerVocabulary(("designation=even", "designation=odd"))
    courses = CourseVocabulary(("topic=even", "topic=odd"))
    parity = [["even", "odd"][number % 2] for number in range(max(N_LEARNERS, N_COURSES))]
    vectors = np.array([[1.0, 0.1 * c] if c % 2 else [0.1 * c, 1.0] for c in range(N_COURSES)], dtype=np.float32)
    return TrainingData(
        histories=Histories.of(rows, N_COURSES),
        learner_features=learners.rows([[f"designation={parity[n]}"] for n in range(N_LEARNERS)]),
        course_features=courses.rows([[f"topic={parity[n]}"] if side else [] for n in range(N_COURSES)]),
        course_vectors=vectors if side else None,
        learner_vocabulary=learners,
        course_vocabulary=courses,
        course_ids=tuple(f"c{n}" for n in range(N_COURSES)),
        completed=np.ones(N_LEARNERS * (N_COURSES // 2 - 1), dtype=bool),
        ratings=np.full(N_LEARNERS * (N_COURSES // 2 - 1), np.nan, dtype=np.float32),
    )


class ModelSuite:
    """Inherit, and say how the model is made."""

    reads_history = True
    """Whether the history of a learner moves the scores."""
    reads_profile = False

    def make(self) -> Model:
        """Return a new model."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def data(cls) -> TrainingData:
        return checkerboard()

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, data):
        return cls().make().fit(data)

    def test_fitting_leaves_the_order_of_the_choices(self):
        data = checkerboard()
        before = data.histories.courses.copy()
        self.make().fit(data)
        np.testing.assert_array_equal(data.histories.courses, before)

    def test_scores_are_finite_float32_of_the_right_shape(self, model, data):
        scores = model.score(data.batch)
        assert scores.shape == (N_LEARNERS, N_COURSES)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()

    def test_own_parity_comes_first(self, model, data):
        scores = model.score(data.batch)
        if not (self.reads_history or self.reads_profile):
            assert (scores == scores[0]).all(), "who reads neither history nor profile gives everybody the same"
            return
        for learner in range(N_LEARNERS):
            taken = set(data.histories.row(learner).tolist())
            fresh = [course for course in range(N_COURSES) if course not in taken]
            best = max(fresh, key=lambda course: scores[learner, course])
            assert best % 2 == learner % 2

    def test_a_learner_is_scored_alike_alone_and_in_a_batch(self, model, data):
        together = model.score(data.batch)
        alone = np.concatenate([model.score(data.batch.rows(slice(n, n + 1))) for n in range(5)])
        np.testing.assert_allclose(alone, together[:5], rtol=1e-4, atol=1e-5)

    def test_order_of_learners_does_not_matter(self, model, data):
        order = np.random.default_rng(0).permutation(N_LEARNERS)
        np.testing.assert_allclose(
            model.score(data.batch.rows(order)), model.score(data.batch)[order], rtol=1e-4, atol=1e-5
        )

    def test_a_learner_without_history_and_profile_is_served(self, model, data):
        empty = LearnerBatch(Histories.of([[]], N_COURSES), sparse.csr_matrix((1, 2), dtype=np.float32))
        scores = model.score(empty)
        assert scores.shape == (1, N_COURSES)
        assert np.isfinite(scores).all()

    def test_scoring_no_learner_gives_no_row(self, model, data):
        assert model.score(data.batch.rows(slice(0, 0))).shape == (0, N_COURSES)

    def test_saved_and_loaded_it_scores_the_same(self, model, data, tmp_path):
        for name, array in model.arrays().items():
            np.save(tmp_path / f"{name.replace('/', '--')}.npy", array, allow_pickle=False)
        stored = {path.stem.replace("--", "/"): np.load(path, mmap_mode="r") for path in tmp_path.iterdir()}
        again = type(model).from_arrays(stored)
        np.testing.assert_array_equal(again.score(data.batch), model.score(data.batch))

    def test_fitting_twice_gives_the_same_bytes(self, model, data):
        again = self.make().fit(data).arrays()
        first = model.arrays()
        assert first.keys() == again.keys()
        for name, array in first.items():
            assert np.asarray(array).tobytes() == np.asarray(again[name]).tobytes(), name

    def test_a_course_that_nobody_took_is_no_problem(self, data):
        without = data.keep(data.histories.courses != 3)
        scores = self.make().fit(without).score(without.batch)
        assert np.isfinite(scores).all()

    def test_data_without_features_is_no_problem(self):
        plain = checkerboard(side=False)
        plain = replace(
            plain,
            learner_features=sparse.csr_matrix((N_LEARNERS, 0), dtype=np.float32),
            course_features=sparse.csr_matrix((N_COURSES, 0), dtype=np.float32),
            learner_vocabulary=LearnerVocabulary(()),
            course_vocabulary=CourseVocabulary(()),
        )
        scores = self.make().fit(plain).score(plain.batch)
        assert np.isfinite(scores).all()
