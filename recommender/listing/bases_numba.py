"""Base rows, compiled: the same additions in the same order as ``bases.base_plain``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.base import Scores
from models.profile_fold import ProfileFold


def base_compiled(
    fold: ProfileFold, rows: NDArray[np.int16], codes: NDArray[np.uint8], features: NDArray[np.int64]
) -> tuple[Scores, NDArray[np.uint8]]:
    """Return scores and the code of what adds most, shapes (len(SITUATIONS), n_courses)."""
    n_situations, _, n_courses = fold.start.shape
    scores = np.zeros((n_situations, n_courses), dtype=np.float32)
    loudest = np.zeros(scores.shape, dtype=np.uint8)
    _sum(
        fold.start, fold.part, fold.averaged, fold.weight, rows, fold.unit, fold.columns, fold.new_rows, codes,
        features, scores, loudest,
    )  # fmt: skip
    return scores, loudest


@njit(cache=True)
def _sum(
    start: Any, part_of: Any, averaged: Any, weight: Any, rows: Any, unit: Any, columns: Any, new_rows: Any, codes: Any,
    features: Any, scores: Any, loudest: Any,
) -> None:  # fmt: skip
    parts = start.copy()
    share = np.float32(1.0 / max(len(features), 1))
    raw = np.empty(start.shape[2], dtype=np.float32)
    new = np.empty((len(start), len(columns)), dtype=np.float32)
    for number in range(len(part_of)):
        _of_features(rows[number], unit[number], new_rows[number], features, raw, new)
        if averaged[number]:
            raw *= share
            new *= share
        _add_part(parts[:, part_of[number]], weight[:, number], raw, columns, new)
    _together(parts, codes, scores, loudest)


@njit(cache=True)
def _of_features(rows: Any, unit: Any, new_rows: Any, features: Any, raw: Any, new: Any) -> None:
    """Add up what the features add to the raw scores of one model, and to its parts of new courses."""
    raw[:] = 0.0
    new[:] = 0.0
    for feature in features:
        once, row = unit[feature], rows[feature]
        for course in range(len(raw)):
            raw[course] += once * np.float32(row[course])
        for situation in range(len(new)):
            for place in range(new.shape[1]):
                new[situation, place] += new_rows[situation, feature, place]


@njit(cache=True)
def _add_part(part: Any, weight: Any, raw: Any, columns: Any, new: Any) -> None:
    for situation in range(len(part)):
        factor = weight[situation]
        for course in range(len(raw)):
            part[situation, course] += factor * raw[course]
        for place in range(len(columns)):
            part[situation, columns[place]] += new[situation, place]


@njit(cache=True)
def _together(parts: Any, codes: Any, scores: Any, loudest: Any) -> None:
    """Add the parts up and note which adds most."""
    n_situations, n_parts, n_courses = parts.shape
    most = np.empty(n_courses, dtype=np.float32)
    for situation in range(n_situations):
        most[:] = -np.inf
        for number in range(n_parts):
            part = parts[situation, number]
            for course in range(n_courses):
                value, louder = part[course], part[course] > most[course]
                scores[situation, course] += value
                most[course] = value if louder else most[course]
                loudest[situation, course] = codes[number] if louder else loudest[situation, course]
