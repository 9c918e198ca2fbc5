"""The hybrid: one answer from all models, weighted by how much is known of the learner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.base import Arrays, LearnerBatch, Model, Scores, TrainingData
from models.content import Content
from models.item_item import ItemItem
from models.lightfm_model import LightFm
from models.need import Need
from models.popularity import Popularity

MODELS: tuple[type[Any], ...] = (Popularity, ItemItem, LightFm, Content, Need)
"""What the hybrid blends, in the order of its weights."""

SITUATIONS = ("none", "little", "long")
"""No history, up to ``LITTLE`` courses, more."""

LITTLE = 3

_START = np.array(
    [
        [1.0, 0.0, 0.5, 0.0, 0.3],
        [0.3, 1.0, 0.2, 0.3, 0.2],
        [0.1, 1.0, 0.1, 0.2, 0.1],
    ],
    dtype=np.float32,
)


class Hybrid:
    """A weighted sum of the models' scores, each standardised over the courses of the learner."""

    name = "hybrid"

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.models: dict[str, Model] = {}
        self.weights = _START

    def fit(self, data: TrainingData) -> Self:
        """Fit every model on all the data."""
        self.models = {kind.name: kind().fit(data) for kind in MODELS}
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return blended scores, shape (n, n_courses), courses already taken included."""
        return np.asarray(sum(self._parts(batch).values()), dtype=np.float32)

    def explain(self, learner: LearnerBatch, course: int) -> dict[str, float]:
        """Return what each model adds to the score of a course; ``learner`` is a batch of one; the sum is the score."""
        return {name: float(part[0, course]) for name, part in self._parts(learner).items()}

    def nearest_history(self, learner: LearnerBatch, course: int) -> int | None:
        """Return the course in the history that speaks most for ``course``, ``None`` if none speaks for it."""
        history = learner.histories.row(0)
        pull = self._item_weights()[history, course]
        return int(history[pull.argmax()]) if len(pull) and pull.max() > 0 else None

    def similar(self, course: int, k: int) -> list[int]:
        """Return the k courses that go best with a course, best first, without itself."""
        pull = self._item_weights()[course] + 0.05 * np.asarray(self.models["content"].arrays()["similarity"])[course]
        pull = np.where(np.arange(len(pull)) == course, -np.inf, pull)
        return [int(other) for other in np.argsort(-pull, kind="stable")[:k]]

    def arrays(self) -> Arrays:
        """Return the weights and every model's arrays, named ``model/array``."""
        parts = {f"{name}/{key}": value for name, model in self.models.items() for key, value in model.arrays().items()}
        return {"weights": self.weights, **parts}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the hybrid that ``arrays`` came from."""
        hybrid = cls()
        hybrid.weights = np.asarray(arrays["weights"], dtype=np.float32)
        for kind in MODELS:
            prefix = f"{kind.name}/"
            own = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
            hybrid.models[kind.name] = kind.from_arrays(own)
        return hybrid

    def _parts(self, batch: LearnerBatch) -> dict[str, Scores]:
        weights = self.weights[situation(batch.histories.lengths)]
        return {
            name: weights[:, [number]] * standardised(model.score(batch))
            for number, (name, model) in enumerate(self.models.items())
        }

    def _item_weights(self) -> Scores:
        return np.asarray(self.models["item_item"].arrays()["weights"], dtype=np.float32)


def situation(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each learner's number in ``SITUATIONS``.

    >>> situation(np.array([0, 2, 9])).tolist()
    [0, 1, 2]
    """
    return np.where(lengths == 0, 0, np.where(lengths <= LITTLE, 1, 2))


def standardised(scores: Scores) -> Scores:
    """Return each row with mean 0 and standard deviation 1; a constant row becomes zeros."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    return np.asarray(np.where(spread > 1e-9, centred / np.maximum(spread, 1e-9), 0.0), dtype=np.float32)
