"""Add rows, mask, keep the best: compiled. ``kernel`` says what it does, and does the same without a compiler."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from recommender.listing.kernel import (
    ALL_COURSES,
    FROM_BASE,
    FROM_GROUP,
    FROM_NEED,
    FROM_OTHERS,
    ONLY_GUIDED,
    Best,
    Work,
)
from recommender.listing.lists import NOTHING

_STRIP = 16
"""Courses that are compared with the least of the best at once."""


def best_compiled(work: Work, k: int, track: int) -> Best:
    """Return the k best courses of each learner; other threads run meanwhile."""
    found = Best.empty(len(work.own), k)
    if k:
        _learners(
            work.base, work.own, work.others, work.rows, work.recency, work.history_from, work.history, work.need_from,
            work.need_course, work.need, work.barred_from, work.barred, work.little, track,
            found.courses, found.scores, found.guided, found.nearest, found.loudest,
        )  # fmt: skip
    return found


@njit(cache=True, nogil=True)
def _learners(
    base: Any, own: Any, others: Any, rows: Any, recency: Any, history_from: Any, history: Any, need_from: Any,
    need_course: Any, need: Any, barred_from: Any, barred: Any, little: int, track: int,
    courses: Any, values: Any, guided: Any, nearest: Any, loudest: Any,
) -> None:  # fmt: skip
    n_courses = base.shape[1]
    scores, lift = np.empty(n_courses, dtype=np.float32), np.zeros(n_courses, dtype=np.float32)
    for learner in range(len(own)):
        first, last = history_from[learner], history_from[learner + 1]
        long = int(last - first > little)
        scores[:] = base[own[learner]]
        if len(others):
            _add(scores, np.float32(1.0), others[learner])
        _add_history(scores, history[first:last], rows, long, recency)
        for entry in range(need_from[learner], need_from[learner + 1]):
            lift[need_course[entry]] = need[entry]
            scores[need_course[entry]] += need[entry]
        for entry in range(barred_from[learner], barred_from[learner + 1]):
            scores[barred[entry]] = -np.inf
        if track != ALL_COURSES:
            for course in range(n_courses):
                if (lift[course] > 0) != (track == ONLY_GUIDED):
                    scores[course] = -np.inf
        size = _keep(scores, courses[learner], values[learner])
        for place in range(size):
            course = courses[learner, place]
            guided[learner, place] = lift[course] > 0
            other = others[learner, course] if len(others) else np.float32(-np.inf)
            nearest[learner, place], loudest[learner, place] = _facts(
                course, base[own[learner], course], lift[course], other, history[first:last], rows, long, recency
            )
        for entry in range(need_from[learner], need_from[learner + 1]):
            lift[need_course[entry]] = 0.0


@njit(cache=True, nogil=True)
def _add_history(scores: Any, history: Any, rows: Any, long: int, recency: Any) -> None:
    oldest = recency.shape[1] - 1
    for age in range(len(history)):
        course = history[len(history) - 1 - age]
        for group in range(rows.shape[1]):
            weight = recency[group, min(age, oldest)]
            if weight != 0:
                _add(scores, weight, rows[long, group, course])


@njit(cache=True, nogil=True)
def _facts(
    course: int, said: Any, lift: Any, other: Any, history: Any, rows: Any, long: int, recency: Any
) -> tuple[int, int]:
    """Return the course of the history that adds most, and what says most."""
    n_groups, oldest = rows.shape[1], recency.shape[1] - 1
    total = np.zeros(n_groups, dtype=np.float32)
    nearest, most = NOTHING, np.float32(0.0)
    for age in range(len(history)):
        taken = history[len(history) - 1 - age]
        together = np.float32(0.0)
        for group in range(n_groups):
            added = recency[group, min(age, oldest)] * rows[long, group, taken, course]
            total[group] += added
            together += added
        if together > most:
            nearest, most = taken, together
    loudest, most = FROM_BASE, said
    if lift > most:
        loudest, most = FROM_NEED, lift
    if other > most:
        loudest, most = FROM_OTHERS, other
    if len(history):
        for group in range(n_groups):
            if total[group] > most:
                loudest, most = FROM_GROUP + group, total[group]
    return nearest, loudest


@njit(cache=True, nogil=True)
def _add(scores: Any, weight: Any, row: Any) -> None:
    for course in range(len(scores)):
        scores[course] += weight * row[course]


@njit(cache=True, nogil=True)
def _keep(scores: Any, courses: Any, values: Any) -> int:
    """Put the k best into ``courses`` and ``values``, best first, and return how many there are."""
    size, k = 0, len(courses)
    least = np.float32(-np.inf)
    n = len(scores)
    start = 0
    while start < n:
        end = min(start + _STRIP, n)
        above = 0
        if end - start == _STRIP:
            for place in range(_STRIP):
                above += scores[start + place] > least
        else:
            above = 1
        if above > 0:
            for course in range(start, end):
                value = scores[course]
                if value > least:
                    place = size if size < k else k - 1
                    while place > 0 and values[place - 1] < value:
                        values[place] = values[place - 1]
                        courses[place] = courses[place - 1]
                        place -= 1
                    values[place] = value
                    courses[place] = course
                    size = min(size + 1, k)
                    if size == k:
                        least = values[k - 1]
        start = end
    return size
