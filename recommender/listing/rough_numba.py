"""Rough rows, made by compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from recommender.listing.rough import MOST

_FINEST = np.iinfo(np.int8).max
_NONE = np.float32(0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def make_rough(
    keys: Any, fold: Any, unit: Any, recency: Any, few_from: Any, few: Any, step: Any, rows: Any, times: Any, reach: Any
) -> None:
    """Put a row of whole numbers for each key, ``(long * n_ages + age) * n_courses + course``.

    ``rows``, ``times`` and ``reach`` as in ``RoughRows``; ``fold`` in one row, the others as in ``kernel.Work``.
    """
    n_groups, n_courses, n_ages = unit.shape[1], unit.shape[2], recency.shape[1]
    whole = np.empty(n_courses, dtype=np.float32)
    for number in range(len(keys)):
        taken, rest = keys[number] % n_courses, keys[number] // n_courses
        age, long = rest % n_ages, rest // n_ages
        whole[:] = _NONE
        for group in range(n_groups):
            row = ((long * n_groups + group) * n_courses + taken) * n_courses
            weight = recency[group, age] * unit[long, group, taken] / step
            _add(whole, fold, row, weight, few, few_from[group], few_from[group + 1])
        greatest = _NONE
        for course in range(n_courses):
            greatest = max(greatest, abs(whole[course]))
        units = 1
        while _FINEST * units < greatest and units < MOST:
            units *= 2
        times[number], reach[number] = units, min(int(greatest), MOST) + 1 + units
        for course in range(n_courses):
            # What is too much for a byte is out of reach in any case.
            value = min(max(whole[course] / np.float32(units), np.float32(-_FINEST)), np.float32(_FINEST))
            rows[number, course] = np.int8(np.rint(value))


@njit(cache=True, nogil=True, error_model="numpy")
def _add(whole: Any, fold: Any, row: int, weight: Any, few: Any, first: int, end: int) -> None:
    """Add a row of the fold: of all courses, or of the few that its group speaks of."""
    if first == end:
        for course in range(len(whole)):
            whole[course] += weight * np.float32(fold[row + course])
    for place in range(first, end):
        whole[few[place]] += weight * np.float32(fold[row + few[place]])
