"""Lists of implicit, of the same shape: what an optimised library takes for the best k of a product of factors."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from scipy import sparse

from models.base import LearnerBatch

FACTORS = 128
_AT_ONCE = 10_000


def implicit_us(batch: LearnerBatch, k: int, seed: int = 0) -> float:
    """Return the microseconds of one processor a learner that implicit takes for its best k.

    Without masks, priors, needs or reasons. The factors are random: what they hold does not change the time.
    """
    from implicit.als import AlternatingLeastSquares  # noqa: PLC0415 - comes with an extra
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    draw = np.random.default_rng(seed)
    with threadpool_limits(1, user_api="blas"):  # as it asks for
        model: Any = AlternatingLeastSquares(factors=FACTORS, num_threads=1)
    model.user_factors = draw.standard_normal((len(batch), FACTORS)).astype(np.float32)
    model.item_factors = draw.standard_normal((batch.histories.n_courses, FACTORS)).astype(np.float32)
    taken: sparse.csr_matrix = batch.histories.matrix()
    with threadpool_limits(1, user_api="blas"):
        _recommend(model, taken, np.arange(min(len(batch), 1000)), k)
        began = time.process_time()
        for start in range(0, len(batch), _AT_ONCE):
            _recommend(model, taken, np.arange(start, min(start + _AT_ONCE, len(batch))), k)
        return 1e6 * (time.process_time() - began) / len(batch)


def _recommend(model: Any, taken: sparse.csr_matrix, learners: np.ndarray[Any, Any], k: int) -> None:
    model.recommend(learners, taken[learners], N=k, filter_already_liked_items=False)
