"""What every model is: fitted on histories and features, it scores every course for a batch of learners.

No model keeps a row per learner: a learner is a profile, a history and needs, handed over with each request, so new
learners are served at once and the size of a model does not grow with the population.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.histories import Histories
from features.profiles import CourseVocabulary, LearnerVocabulary

Arrays = dict[str, NDArray[np.generic]]
Scores = NDArray[np.float32]


@dataclass(frozen=True)
class LearnerBatch:
    """Learners to score."""

    histories: Histories
    """Courses taken, oldest first."""
    features: sparse.csr_matrix
    """Shape (n, n_learner_features)."""
    needs: Scores | None = None
    """Shape (n, n_courses), 0 or more: how far each course closes the learner's gaps, per hour."""
    moments: NDArray[np.float64] | None = None
    """Shape (n,), when each learner asks, in days since 1970; ``None``: at the end of what training saw."""

    def __len__(self) -> int:
        return len(self.histories)

    def rows(self, learners: NDArray[np.int64] | slice) -> LearnerBatch:
        """Return some of the learners, in that order."""
        needs = None if self.needs is None else self.needs[learners]
        moments = None if self.moments is None else self.moments[learners]
        return LearnerBatch(self.histories.rows(learners), self.features[learners], needs, moments)

    def chunks(self, size: int = 2048) -> Iterator[LearnerBatch]:
        """Yield the learners a few at a time, so that dense scores of all of them are never held at once."""
        for start in range(0, len(self), size):
            yield self.rows(slice(start, min(start + size, len(self))))


@dataclass(frozen=True)
class TrainingData:
    """What models are fitted on; the histories hold preference labels only."""

    histories: Histories
    learner_features: sparse.csr_matrix
    """Shape (n_learners, n_learner_features)."""
    course_features: sparse.csr_matrix
    """Shape (n_courses, n_course_features)."""
    course_vectors: Scores | None
    """Text vectors, shape (n_courses, d); a zero row for a course without text. ``None``: no texts."""
    learner_vocabulary: LearnerVocabulary
    course_vocabulary: CourseVocabulary
    course_ids: tuple[str, ...]
    course_languages: tuple[str, ...] | None = None
    """Main language of each course; texts are compared within what is usual for their language."""
    completed: NDArray[np.bool_] | None = None
    """Shape (n_interactions,), whether each interaction ended in completion; ``None``: not known."""
    ratings: NDArray[np.float32] | None = None
    """Shape (n_interactions,), the learners' ratings, NaN where there is none; ``None``: not known."""

    @property
    def n_courses(self) -> int:
        """Number of courses in the catalogue."""
        return len(self.course_ids)

    @property
    def batch(self) -> LearnerBatch:
        """The training learners as a batch to score."""
        return LearnerBatch(self.histories, self.learner_features)

    def support(self) -> NDArray[np.int64]:
        """Return how many training learners took each course."""
        return np.bincount(self.histories.courses, minlength=self.n_courses)

    def keep(self, mask: NDArray[np.bool_]) -> TrainingData:
        """Return the same learners and courses with only the interactions where ``mask`` is true."""
        return replace(
            self,
            histories=self.histories.keep(mask),
            completed=None if self.completed is None else self.completed[mask],
            ratings=None if self.ratings is None else self.ratings[mask],
        )

    def learners(self, picked: NDArray[np.int64]) -> TrainingData:
        """Return some of the learners with all their interactions."""
        mask = np.zeros(len(self.histories), dtype=bool)
        mask[picked] = True
        kept = self.keep(np.repeat(mask, self.histories.lengths))
        return replace(
            kept,
            histories=kept.histories.rows(np.sort(picked)),
            learner_features=self.learner_features[np.sort(picked)],
        )


class Model(Protocol):
    """Anything that scores courses for learners."""

    @property
    def name(self) -> str:
        """Name under which explanations and reports speak of the model."""
        ...

    def fit(self, data: TrainingData) -> Self:
        """Learn from the data and return the model itself."""
        ...

    def score(self, batch: LearnerBatch) -> Scores:
        """Return finite scores, shape (len(batch), n_courses); higher is better, courses already taken included."""
        ...

    def arrays(self) -> Arrays:
        """Return all that was learned."""
        ...

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the model that ``arrays`` came from."""
        ...


def seen_mask(histories: Histories) -> NDArray[np.bool_]:
    """Return shape (n_learners, n_courses), true where the learner has taken the course."""
    mask = np.zeros((len(histories), histories.n_courses), dtype=bool)
    mask[np.repeat(np.arange(len(histories)), histories.lengths), histories.courses] = True
    return mask


def top_k(scores: Scores, k: int) -> NDArray[np.int64]:
    """Return the k best columns of each row, best first; among equal scores the lower column number comes first.

    >>> top_k(np.array([[1.0, 3.0, 3.0, 2.0]], dtype=np.float32), 3).tolist()
    [[1, 2, 3]]
    """
    k = min(k, scores.shape[1])
    if k < scores.shape[1]:
        kth = np.partition(scores, -k, axis=1)[:, -k][:, None]
        above = scores > kth
        room = k - above.sum(axis=1, keepdims=True)
        ties = scores == kth
        chosen = above | (ties & (np.cumsum(ties, axis=1) <= room))
        columns = np.nonzero(chosen)[1].reshape(len(scores), k)
    else:
        columns = np.tile(np.arange(k), (len(scores), 1))
    values = np.take_along_axis(scores, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.asarray(np.take_along_axis(columns, order, axis=1), dtype=np.int64)
