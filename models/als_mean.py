"""The mean of a few ALS models of different widths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.als import Als
from models.base import Arrays, LearnerBatch, Scores, TrainingData

WIDTHS = (64, 96, 128)
"""Factors of the members; each starts from another seed."""


class AlsMean:
    """Mean score of ALS models that differ in width and start: what they disagree on is chance, and averages out."""

    name = "als"

    def __init__(
        self,
        regularisation: float = 100.0,
        alpha: float = 12.0,
        widths: tuple[int, ...] = WIDTHS,
        seed: int = 0,
        length_power: float = 0.4,
    ) -> None:
        self.members = [
            Als(width, regularisation, alpha, seed=seed + number, length_power=length_power)
            for number, width in enumerate(widths)
        ]

    def fit(self, data: TrainingData) -> Self:
        """Fit every member."""
        for member in self.members:
            member.fit(data)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return the members' mean scores, shape (n, n_courses)."""
        return np.asarray(np.mean([member.score(batch) for member in self.members], axis=0), dtype=np.float32)

    def arrays(self) -> Arrays:
        """Return the members' arrays, numbered."""
        return {
            f"{number}.{name}": array for number, m in enumerate(self.members) for name, array in m.arrays().items()
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the model that ``arrays`` came from."""
        model = cls(widths=())
        for number in range(len(arrays) // 2):
            own = {name: arrays[f"{number}.{name}"] for name in ("course_factors", "settings")}
            model.members.append(Als.from_arrays(own))
        return model
