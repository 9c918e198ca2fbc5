"""Scores are read as chances, and judged on learners that the reading was not fitted on."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from experiments.calibration import reliability
from experiments.cases import Case
from features.histories import Histories
from features.profiles import CourseVocabulary, LearnerVocabulary
from models.base import LearnerBatch, Scores, TrainingData

LEARNERS, COURSES = 2000, 12


class Knowing:
    """Scores by the log-odds of the chance with which each learner takes each course."""

    def __init__(self, chances: np.ndarray) -> None:
        self.chances = chances

    def score(self, batch: LearnerBatch) -> Scores:
        rows = batch.features.toarray()[:, 0].astype(int)
        own = self.chances[rows]
        return np.log(own / (1 - own)).astype(np.float32)


@pytest.fixture
def case() -> tuple[Case, np.ndarray]:
    generator = np.random.default_rng(0)
    chances = generator.beta(1.0, 6.0, (LEARNERS, COURSES)).clip(0.01, 0.9)
    taken = generator.random(chances.shape) < chances
    empty = Histories.of([[] for _ in range(LEARNERS)], COURSES)
    numbers = sparse.csr_matrix(np.arange(LEARNERS, dtype=np.float32)[:, None])
    train = TrainingData(
        empty, numbers, sparse.csr_matrix((COURSES, 0)), None, LearnerVocabulary(("number=",)), CourseVocabulary(()),
        tuple(str(course) for course in range(COURSES)),
    )  # fmt: skip
    targets = tuple(np.flatnonzero(row).astype(np.int32) for row in taken)
    made = Case(
        "made", train, train.batch, targets, empty, np.ones(COURSES, dtype=bool), np.arange(LEARNERS),
        tuple(str(number) for number in range(LEARNERS)), None,
    )  # fmt: skip
    return made, chances


def test_honest_scores_are_calibrated(case: tuple[Case, np.ndarray]) -> None:
    made, chances = case
    found = reliability(Knowing(chances), made, k=5)
    assert found is not None
    assert found.error < 0.04
    assert (np.diff(found.promised) > 0).all()


def test_a_handful_of_learners_tells_nothing(case: tuple[Case, np.ndarray]) -> None:
    made, chances = case
    few = Case(
        "few", made.train, made.batch.rows(slice(0, 4)), made.targets[:4], made.seen.rows(slice(0, 4)), made.to_be_had,
        made.rows[:4], made.learner_ids[:4], None,
    )  # fmt: skip
    assert reliability(Knowing(chances), few, k=5) is None
