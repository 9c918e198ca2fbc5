"""The lists that a model would have shown the learners of a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from experiments.cases import Case
from models.base import LearnerBatch, Scores, seen_mask, top_k

CHUNK = 2048


class Scorer(Protocol):
    """Anything that scores courses for learners."""

    def score(self, batch: LearnerBatch) -> Scores:
        """Return scores, shape (len(batch), n_courses)."""
        ...


def ranked_lists(model: Scorer, case: Case, k: int) -> NDArray[np.int64]:
    """Return the k best courses of each judged learner, shape (n_judged, k), best first; -1 where none is left."""
    return np.concatenate(list(_chunks(model, case, k)))


def _chunks(model: Scorer, case: Case, k: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(case.batch), CHUNK):
        part = slice(start, min(start + CHUNK, len(case.batch)))
        scores = np.array(model.score(case.batch.rows(part)), dtype=np.float32)
        scores[:, ~case.to_be_had] = -np.inf
        scores[seen_mask(case.seen.rows(part))] = -np.inf
        best = top_k(scores, k)
        found = np.where(np.isfinite(np.take_along_axis(scores, best, axis=1)), best, -1)
        yield np.pad(found, ((0, 0), (0, k - found.shape[1])), constant_values=-1)
