"""Series: courses that stand next to each other in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.histories import Histories
from models.base import Arrays, LearnerBatch, Scores, TrainingData
from models.catalogue import REACH, places_of
from models.history_rows import HistoryRows
from models.sparse_arrays import csr_arrays, csr_from
from models.transition import FADE, NEAR, recent


class Series:
    """How often the next course stands one, two, ... places further, or back, in the catalogue.

    Providers publish series in one go, so their ids follow each other. The profile of steps is counted from the
    histories; where ids mean nothing it is flat, and the blend drops the model. A course that nobody has taken yet
    has a place in the catalogue too.
    """

    name = "series"

    def __init__(self, decay: float = 0.6) -> None:
        self.decay = decay
        self.weights = sparse.csr_matrix(np.zeros((0, 0), dtype=np.float32))

    def fit(self, data: TrainingData) -> Self:
        """Count the steps between courses taken one soon after the other."""
        places = places_of(data)
        profile = np.sqrt(step_shares(data.histories, places))
        order = np.argsort(places, kind="stable")
        rows, columns, values = [], [], []
        for shift in range(1, 2 * REACH + 1):
            ahead, behind = order[shift:], order[:-shift]
            gap = places[ahead] - places[behind]
            near = (gap <= REACH) & (gap > 0)
            for start, end, sign in ((behind, ahead, 1), (ahead, behind, -1)):
                rows.append(start[near])
                columns.append(end[near])
                values.append(profile[REACH + sign * gap[near]])
        where = (np.concatenate(rows), np.concatenate(columns))
        matrix = sparse.coo_matrix((np.concatenate(values), where), shape=(data.n_courses, data.n_courses))
        self.weights = sparse.csr_matrix(matrix, dtype=np.float32)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return what stands next to the learner's recent courses, shape (n, n_courses)."""
        taken = batch.histories.matrix(recent(batch.histories, self.decay))
        return np.asarray((taken @ self.weights).toarray(), dtype=np.float32)

    def history_rows(self) -> HistoryRows:
        """Return what each course taken adds."""
        return HistoryRows(self.weights, self.decay)

    def arrays(self) -> Arrays:
        """Return the weights of neighbours and the decay."""
        return {"decay": np.array([self.decay]), **csr_arrays("weights", self.weights)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the model that ``arrays`` came from."""
        model = cls(float(arrays["decay"].item()))
        model.weights = csr_from(arrays, "weights")
        return model


def step_shares(histories: Histories, places: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return which share of all steps to a coming course went -REACH to REACH places on, shape (2 REACH + 1,)."""
    place = np.arange(len(histories.courses)) - np.repeat(histories.indptr[:-1], histories.lengths)
    counts, total = np.zeros(2 * REACH + 1), 1.0
    for ahead in range(1, NEAR + 1):
        later = np.flatnonzero(place >= ahead)
        steps = places[histories.courses[later]] - places[histories.courses[later - ahead]]
        near = np.abs(steps) <= REACH
        counts += FADE ** (ahead - 1) * np.bincount(steps[near] + REACH, minlength=2 * REACH + 1)
        total += FADE ** (ahead - 1) * len(later)
    return counts / total
