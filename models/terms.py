"""Terms of the blend: what turns the models' scores into numbers that can be added up.

Models speak in different units. Each model's score is centred over the known courses and divided by its usual
spread, one number for each model and situation, learned when the models are fitted. A spread that does not depend on
the learner keeps the blend linear: what a course taken, or a profile, adds to the score of another course is always the
same, so the blend folds into one matrix (``models.fold``). Rows of history models differ in spread as well, those of
courses that few took whisper or shout; each is divided by the root of its spread, half way between leaving them as they
are and making them equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.histories import Histories
from models.base import Arrays, LearnerBatch, Model, Scores, TrainingData
from models.history_rows import ReadsHistory
from models.plan import LITTLE, MODELS, NEW_MODELS, SITUATIONS

SAMPLE = 400
"""Learners of whom the usual spread is learned, for each situation."""
EVENNESS = 0.5
"""Rows are divided by their spread to this power."""
_LEAST = 1e-7


@dataclass(frozen=True)
class Terms:
    """The usual spreads. Where a model says nothing the spread is 0, and so is its part of the blend."""

    even: Scores
    """Shape (len(MODELS), n_courses): factor of the row of each course; 1 for models that have no rows."""
    scale: Scores
    """Shape (len(SITUATIONS), len(MODELS)): spread of each model's scores over the known courses."""
    new_scale: Scores
    """Shape (len(SITUATIONS), len(NEW_MODELS)): spread of each model's scores over the new courses."""
    spread: Scores
    """Shape (len(SITUATIONS),): spread of the blend over the known courses."""
    floor: Scores
    """Shape (len(SITUATIONS),): score of courses of which nothing is known."""

    def raw(self, models: Mapping[str, Model], batch: LearnerBatch, *, flat: bool = False) -> dict[str, Scores]:
        """Return the models' scores before they are made comparable; needs are not among them.

        With ``flat`` courses taken long ago count as much as new ones.
        """
        return {name: self._raw(name, model, batch, flat) for name, model in models.items() if name != "need"}

    def _raw(self, name: str, model: Model, batch: LearnerBatch, flat: bool) -> Scores:
        if isinstance(model, ReadsHistory):
            rows = model.history_rows()
            rows = replace(rows, decay=1.0) if flat else rows
            return rows.sums(batch.histories, self.even[MODELS.index(name)])
        return model.score(batch)

    def unit(self, raw: Mapping[str, Scores], known: NDArray[np.bool_], rows: NDArray[np.int64]) -> dict[str, Scores]:
        """Return the raw scores centred over the known courses, in usual spreads; ``rows`` are the situations."""
        return {
            name: centred(scores, known) * inverse(self.scale[rows, MODELS.index(name)])[:, None]
            for name, scores in raw.items()
        }

    def arrays(self) -> Arrays:
        """Return the fields."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what ``arrays`` came from."""
        return cls(**{one.name: np.asarray(arrays[one.name], dtype=np.float32) for one in fields(cls)})


def terms_of(models: Mapping[str, Model], data: TrainingData, known: NDArray[np.bool_]) -> Terms:
    """Learn the usual spreads of the models' scores; those that depend on weights are left at 1."""
    n = len(SITUATIONS)
    terms = Terms(
        even=np.stack([_evening(models.get(name), known) for name in MODELS]),
        scale=np.zeros((n, len(MODELS)), dtype=np.float32),
        new_scale=np.ones((n, len(NEW_MODELS)), dtype=np.float32),
        spread=np.ones(n, dtype=np.float32),
        floor=np.zeros(n, dtype=np.float32),
    )
    for row, batch in enumerate(samples(data)):
        for name, scores in terms.raw(models, batch).items():
            terms.scale[row, MODELS.index(name)] = usual_spread(scores[:, known])
    return terms


def samples(data: TrainingData, seed: int = 0) -> tuple[LearnerBatch, ...]:
    """Return learners as they are in each situation; histories are cut off to be as short as the situation asks."""
    lengths = data.histories.lengths
    found = []
    for row in range(len(SITUATIONS)):
        generator = np.random.default_rng(seed)
        drawn = generator.permutation(np.flatnonzero(lengths > (-1, 0, LITTLE)[row]))[:SAMPLE]
        picked = np.sort(drawn if len(drawn) else generator.permutation(len(lengths))[:SAMPLE])
        most = (np.zeros(len(picked)), generator.integers(1, LITTLE + 1, len(picked)), lengths[picked])[row]
        histories = _first(data.histories.rows(picked), most.astype(np.int64))
        found.append(LearnerBatch(histories, data.learner_features[picked]))
    return tuple(found)


def centred(scores: Scores, among: NDArray[np.bool_]) -> Scores:
    """Return each row without its mean over the columns ``among``."""
    judged = scores if among.all() else scores[:, among]
    if not judged.shape[1]:
        return np.zeros_like(scores)
    return np.asarray(scores - judged.mean(axis=1, keepdims=True), dtype=np.float32)


def usual_spread(scores: Scores) -> float:
    """Return the root of the mean variance of the rows, 0 where there are no scores."""
    if not scores.size:
        return 0.0
    return float(np.sqrt(scores.var(axis=1, dtype=np.float64).mean()))


def inverse(spread: Scores) -> Scores:
    """Return 1 / spread, 0 where there is no spread."""
    return np.where(spread > _LEAST, 1.0 / np.maximum(spread, _LEAST), 0.0).astype(np.float32)


def _evening(model: Model | None, known: NDArray[np.bool_]) -> Scores:
    """Return the factor of each row: its spread over the usual one, to minus ``EVENNESS``; 1 for silent rows."""
    if not isinstance(model, ReadsHistory) or not known.any():
        return np.ones(len(known), dtype=np.float32)
    spread = model.history_rows().dense()[:, known].std(axis=1, dtype=np.float64)
    speaks = spread > _LEAST
    usual = float(np.exp(np.log(spread[speaks]).mean())) if speaks.any() else 1.0
    return np.where(speaks, (np.maximum(spread, _LEAST) / usual) ** -EVENNESS, 1.0).astype(np.float32)


def _first(histories: Histories, most: NDArray[np.int64]) -> Histories:
    """Return the first courses of each learner, at most so many."""
    place = np.arange(len(histories.courses)) - np.repeat(histories.indptr[:-1], histories.lengths)
    return histories.keep(place < np.repeat(most, histories.lengths))
