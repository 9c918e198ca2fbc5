"""The order of the catalogue: which courses stand next to each other."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.base import TrainingData

REACH = 12
"""How far apart in the catalogue two courses still count as neighbours."""

_NUMBER = re.compile(r"\d+")


def places_of(data: TrainingData) -> NDArray[np.int64]:
    """Return each course's place in the catalogue, shape (n_courses,): the number its id ends with, else its rank.

    Ranks are in the order in which people count: ``c2`` before ``c10``.
    """
    return catalogue_places(data.course_ids)


def catalogue_places(course_ids: Sequence[str]) -> NDArray[np.int64]:
    """Return places by id.

    >>> catalogue_places(["7", "9", "8"]).tolist(), catalogue_places(["b", "a10", "a9"]).tolist()
    ([7, 9, 8], [2, 1, 0])
    """
    if all(course.isascii() and course.isdigit() and len(course) < 10 for course in course_ids):
        return np.array([int(course) for course in course_ids], dtype=np.int64)
    keys = [(_NUMBER.sub("", course), *(int(number) for number in _NUMBER.findall(course))) for course in course_ids]
    order = sorted(range(len(keys)), key=lambda number: (keys[number], course_ids[number]))
    places = np.empty(len(keys), dtype=np.int64)
    places[order] = np.arange(len(keys))
    return places


def nearness(data: TrainingData) -> NDArray[np.float64]:
    """Return ``exp(-distance / 3)`` of every two courses' places, 0 beyond ``REACH``, shape (n, n)."""
    places = places_of(data)
    distance = np.abs(places[:, None] - places[None, :])
    return np.where(distance <= REACH, np.exp(-np.minimum(distance, REACH) / 3.0), 0.0)
