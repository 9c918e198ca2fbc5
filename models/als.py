"""Implicit ALS, with the learner folded in at each request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.histories import Histories
from models.base import Arrays, LearnerBatch, Scores, TrainingData
from models.item_item import decayed

_BLOCK = 512


class Als:
    """Weighted matrix factorisation: course factors from training, the learner's factors solved from the history.

    Hu, Koren and Volinsky, Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008; that it is among the
    best when tuned: Rendle et al., Revisiting the Performance of iALS on Item Recommendation Benchmarks, RecSys 2022.
    Only course factors are kept. A learner costs one ``factors`` x ``factors`` solve.
    """

    name = "als"

    def __init__(
        self,
        factors: int = 64,
        regularisation: float = 1.0,
        alpha: float = 2.0,
        iterations: int = 12,
        decay: float = 1.0,
        seed: int = 0,
        length_power: float = 0.0,
    ) -> None:
        self.factors = factors
        self.regularisation = regularisation
        self.alpha = alpha
        """Confidence in a course taken, relative to 1 for each course not taken."""
        self.iterations = iterations
        self.decay = decay
        """When folding in: confidence of a course relative to the one taken after it."""
        self.seed = seed
        self.length_power = length_power
        """Confidence falls with the learner's number of courses to this power, so that those who took many do not
        outshout the others: for them it is as if regularisation grew with the number."""
        self.usual_length = 1.0
        """Number of courses at which confidence is ``alpha``: the median of the training learners."""
        self.course_factors: Scores = np.zeros((0, factors), dtype=np.float32)

    def fit(self, data: TrainingData) -> Self:
        """Alternate least squares; one thread and a fixed seed, so the result is always the same."""
        from implicit.cpu.als import AlternatingLeastSquares  # noqa: PLC0415 - serving does without these
        from threadpoolctl import threadpool_limits  # noqa: PLC0415

        self.course_factors = np.zeros((data.n_courses, self.factors), dtype=np.float32)
        if len(data.histories.courses):
            lengths = data.histories.lengths
            self.usual_length = float(np.median(lengths[lengths > 0]))
            with threadpool_limits(1, "blas"):
                net = AlternatingLeastSquares(
                    factors=self.factors,
                    regularization=self.regularisation,
                    alpha=self.alpha,
                    iterations=self.iterations,
                    num_threads=1,
                    random_state=self.seed,
                )
                net.fit(data.histories.matrix(self._trust(data.histories)), show_progress=False)
            self.course_factors = np.asarray(net.item_factors, dtype=np.float32)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return dot products of the folded-in learner and the courses, shape (n, n_courses)."""
        base = self.course_factors.T @ self.course_factors
        base = base + self.regularisation * np.eye(len(base), dtype=np.float32)
        out = np.empty((len(batch), len(self.course_factors)), dtype=np.float32)
        histories = batch.histories
        confidence = self.alpha * self._trust(histories) * decayed(histories.ages(), self.decay)
        for start in range(0, len(batch), _BLOCK):
            learners = range(start, min(start + _BLOCK, len(batch)))
            systems = np.repeat(base[None], len(learners), axis=0)
            sides = np.zeros((len(learners), len(base)), dtype=np.float32)
            for place, learner in enumerate(learners):
                own = slice(histories.indptr[learner], histories.indptr[learner + 1])
                factors, trust = self.course_factors[histories.courses[own]], confidence[own, None]
                systems[place] += factors.T @ (factors * (trust - 1.0).clip(0.0))
                sides[place] = (factors * trust).sum(axis=0)
            learned = np.linalg.solve(systems, sides[..., None])[..., 0]
            out[start : start + len(learners)] = learned @ self.course_factors.T
        return out

    def _trust(self, histories: Histories) -> NDArray[np.float32]:
        """Return the confidence of each interaction, relative to that of a learner of the usual length."""
        relative = np.maximum(histories.lengths, 1) / self.usual_length
        return np.repeat(relative**-self.length_power, histories.lengths).astype(np.float32)

    def arrays(self) -> Arrays:
        """Return the course factors and the numbers that folding in needs."""
        settings = np.array([self.regularisation, self.alpha, self.decay, self.length_power, self.usual_length])
        return {"course_factors": self.course_factors, "settings": settings}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the model that ``arrays`` came from."""
        regularisation, alpha, decay, *lengths = (float(value) for value in arrays["settings"])
        model = cls(arrays["course_factors"].shape[1], regularisation, alpha, decay=decay)
        # Older bundles know no lengths: all interactions count alike.
        model.length_power, model.usual_length = lengths or (0.0, 1.0)
        model.course_factors = np.asarray(arrays["course_factors"], dtype=np.float32)
        return model
