"""Trend: what everyone takes at the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.base import Arrays, LearnerBatch, Scores, TrainingData

MOST_STEPS = 300
"""Moments at which the trend is kept."""
LEAST_DAYS = 5.0
"""Days between two such moments at least."""
_FLOOR = 0.01


class Trend:
    """Log of the choices around a moment, each weighing ``exp(-days apart / bandwidth)``.

    The moment is the learner's (``LearnerBatch.moments``), else the newest day of the data: what is asked now is
    answered with what is taken now. Needs times; without them it is everyone's popularity.
    """

    name = "trend"

    def __init__(self, bandwidth: float = 30.0) -> None:
        self.bandwidth = bandwidth
        self.moments: NDArray[np.float64] = np.zeros(1)
        self.levels: Scores = np.zeros((1, 0), dtype=np.float32)

    def fit(self, data: TrainingData) -> Self:
        """Smooth the choices over time."""
        days, courses = data.histories.days, data.histories.courses
        if days is None or not len(days):
            everything = np.bincount(courses, minlength=data.n_courses)[None, :]
            self.levels = np.log(everything + _FLOOR).astype(np.float32)
            return self
        first, last = float(days.min()), float(days.max())
        step = max(LEAST_DAYS, (last - first) / MOST_STEPS)
        n_steps = int((last - first) / step) + 1
        self.moments = np.asarray(last - step * np.arange(n_steps)[::-1], dtype=np.float64)
        nearest = np.clip(np.round((days - self.moments[0]) / step), 0, n_steps - 1).astype(np.int64)
        counts = np.zeros((n_steps, data.n_courses))
        np.add.at(counts, (nearest, courses), 1.0)
        apart = np.abs(self.moments[:, None] - self.moments[None, :])
        self.levels = np.log(np.exp(-apart / self.bandwidth) @ counts + _FLOOR).astype(np.float32)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return the trend at each learner's moment, shape (n, n_courses)."""
        if batch.moments is None or len(self.moments) < 2:
            return np.repeat(np.asarray(self.levels[-1:]), len(batch), axis=0)
        step = self.moments[1] - self.moments[0]
        nearest = np.round((batch.moments - self.moments[0]) / step)
        return np.asarray(self.levels[np.clip(nearest, 0, len(self.moments) - 1).astype(np.int64)], dtype=np.float32)

    def arrays(self) -> Arrays:
        """Return the moments and the trend at each."""
        return {"moments": self.moments, "levels": self.levels}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the model that ``arrays`` came from."""
        model = cls()
        model.moments = np.asarray(arrays["moments"], dtype=np.float64)
        model.levels = np.asarray(arrays["levels"], dtype=np.float32)
        return model
