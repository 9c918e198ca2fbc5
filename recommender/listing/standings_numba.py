"""Ranks of gaps and steps that are missing, compiled: the same numbers as ``standings`` and ``course_needs``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.gaps import SURE
from recommender.listing.posts import PostTable


def ranks_compiled(
    start: NDArray[np.int64], need: NDArray[np.int64], at_least: NDArray[np.float64], posts: PostTable
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return ``missing`` and ``rank`` of ``Standings``."""
    missing, rank = np.empty(len(need), dtype=np.float64), np.empty(len(need), dtype=np.int64)
    _ranks(start, need, at_least, posts.required, posts.weight, posts.critical, missing, rank)
    return missing, rank


def steps_compiled(
    need: NDArray[np.int64], at_least: NDArray[np.float64], worth: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the weighted missing steps up to each level, shape (n_rows, 6)."""
    upto = np.zeros(at_least.shape, dtype=np.float64)
    _steps(need, at_least, worth, upto)
    return upto


@njit(cache=True, nogil=True)
def _steps(need: Any, at_least: Any, worth: Any, upto: Any) -> None:
    for row in range(len(need)):
        for level in range(1, upto.shape[1]):
            upto[row, level] = upto[row, level - 1] + (1.0 - at_least[row, level]) * worth[need[row], level]


@njit(cache=True, nogil=True)
def _ranks(
    start: Any, need: Any, at_least: Any, required: Any, weight: Any, critical: Any, missing: Any, rank: Any
) -> None:
    for row in range(len(need)):
        total = 0.0
        for level in range(1, required[need[row]] + 1):
            total += 1.0 - at_least[row, level]
        missing[row] = total
    for learner in range(len(start) - 1):
        for row in range(start[learner], start[learner + 1]):
            before = 0
            for other in range(start[learner], start[learner + 1]):
                if other != row and _comes_first(other, row, need, at_least, required, weight, critical, missing):
                    before += 1
            rank[row] = before


@njit(cache=True, nogil=True)
def _comes_first(
    one: int, other: int, need: Any, at_least: Any, required: Any, weight: Any, critical: Any, missing: Any
) -> bool:
    """Whether a gap is worse than another: not met, critical, more weighted steps missing, then by competency."""
    a, b = need[one], need[other]
    met, other_met = at_least[one, required[a]] >= SURE, at_least[other, required[b]] >= SURE
    if met != other_met:
        return bool(other_met)
    if critical[a] != critical[b]:
        return bool(critical[a])
    gain, other_gain = weight[a] * missing[one], weight[b] * missing[other]
    return one < other if gain == other_gain else bool(gain > other_gain)
