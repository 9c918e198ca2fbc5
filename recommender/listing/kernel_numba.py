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
            work.base, work.own, work.others, work.rows, work.unit, work.few_from, work.few, work.recency,
            work.history_from, work.history, work.need_from, work.need_course, work.need, work.barred_from,
            work.barred, work.little, track,
            found.courses, found.scores, found.guided, found.nearest, found.loudest,
        )  # fmt: skip
    return found


@njit(cache=True, nogil=True)
def _learners(
    base: Any, own: Any, others: Any, rows: Any, unit: Any, few_from: Any, few: Any, recency: Any,
    history_from: Any, history: Any, need_from: Any, need_course: Any, need: Any, barred_from: Any,
    barred: Any, little: int, track: int,
    courses: Any, values: Any, guided: Any, nearest: Any, loudest: Any,
) -> None:  # fmt: skip
    n_courses = base.shape[1]
    scores, lift = np.empty(n_courses, dtype=np.float32), np.zeros(n_courses, dtype=np.float32)
    other = np.full(n_courses, -np.inf, dtype=np.float32)
    total = np.empty(len(recency), dtype=np.float32)
    guess = np.float32(1.0)
    for learner in range(len(own)):
        taken = history[history_from[learner] : history_from[learner + 1]]
        long = int(len(taken) > little)
        said, spoken = base[own[learner]], rows[long]
        weights = _weights(taken, unit[long], recency)
        before = said
        if len(others):
            other = others[learner]
            before = said + other
        _add_all(before, scores, taken, weights, spoken, few_from)
        _add_few(scores, taken, weights, spoken, few_from, few)
        needs = slice(need_from[learner], need_from[learner + 1])
        _lift(scores, lift, need_course[needs], need[needs])
        scores[barred[barred_from[learner] : barred_from[learner + 1]]] = -np.inf
        _only(scores, lift, track)
        reached = _reached(scores, len(courses[learner]), guess)
        size = _keep(scores, reached, courses[learner], values[learner])
        guess = reached if reached > -np.inf else guess
        for place in range(size):
            course = courses[learner, place]
            guided[learner, place] = lift[course] > 0
            nearest[learner, place], loudest[learner, place] = _facts(
                course, said[course], lift[course], other[course], taken, weights, spoken, total
            )
        lift[need_course[needs]] = 0.0


@njit(cache=True, nogil=True)
def _lift(scores: Any, lift: Any, course: Any, need: Any) -> None:
    """Add what needs add, and note it in ``lift``."""
    for entry in range(len(course)):
        lift[course[entry]] = need[entry]
        scores[course[entry]] += need[entry]


@njit(cache=True, nogil=True)
def _only(scores: Any, lift: Any, track: int) -> None:
    """Bar what is not of the track."""
    if track != ALL_COURSES:
        for course in range(len(scores)):
            if (lift[course] > 0) != (track == ONLY_GUIDED):
                scores[course] = -np.inf


@njit(cache=True, nogil=True)
def _weights(history: Any, unit: Any, recency: Any) -> Any:
    """Return the weight of each course by group and age, the newest first."""
    n_groups, oldest, n = unit.shape[0], recency.shape[1] - 1, len(history)
    weights = np.empty((n_groups, n), dtype=np.float32)
    for age in range(n):
        for group in range(n_groups):
            weights[group, age] = recency[group, min(age, oldest)] * unit[group, history[n - 1 - age]]
    return weights


@njit(cache=True, nogil=True)
def _add_all(before: Any, scores: Any, history: Any, weights: Any, rows: Any, few_from: Any) -> None:
    """Put into ``scores`` what was ``before`` and the rows of groups that speak of all courses, four rows at a time."""
    n, n_groups = len(history), len(rows)
    n_courses = len(scores)
    weight, group_of, course_of = (
        np.zeros(n * n_groups + 4, dtype=np.float32),
        np.zeros(n * n_groups + 4, dtype=np.int64),
        np.zeros(n * n_groups + 4, dtype=np.int64),
    )
    size = 0
    for age in range(n):
        for group in range(n_groups):
            if few_from[group] == few_from[group + 1] and weights[group, age] != 0:
                weight[size], group_of[size], course_of[size] = weights[group, age], group, history[n - 1 - age]
                size += 1
    done = 0
    source = before
    while size - done >= 4:
        a, b = rows[group_of[done], course_of[done]], rows[group_of[done + 1], course_of[done + 1]]
        c, d = rows[group_of[done + 2], course_of[done + 2]], rows[group_of[done + 3], course_of[done + 3]]
        u, v, w, x = weight[done], weight[done + 1], weight[done + 2], weight[done + 3]
        for course in range(n_courses):
            scores[course] = (
                ((source[course] + u * np.float32(a[course])) + v * np.float32(b[course])) + w * np.float32(c[course])
            ) + x * np.float32(d[course])
        done += 4
        source = scores
    while done < size:
        a, u = rows[group_of[done], course_of[done]], weight[done]
        for course in range(n_courses):
            scores[course] = source[course] + u * np.float32(a[course])
        done += 1
        source = scores
    if size == 0:
        scores[:] = before


@njit(cache=True, nogil=True)
def _add_few(scores: Any, history: Any, weights: Any, rows: Any, few_from: Any, few: Any) -> None:
    """Add the rows of groups that speak of few courses."""
    n = len(history)
    for group in range(len(rows)):
        for age in range(n):
            for entry in range(few_from[group], few_from[group + 1]):
                course = few[entry]
                scores[course] += weights[group, age] * np.float32(rows[group, history[n - 1 - age], course])


@njit(cache=True, nogil=True)
def _facts(
    course: int, said: Any, lift: Any, other: Any, history: Any, weights: Any, rows: Any, total: Any
) -> tuple[int, int]:
    """Return the course of the history that adds most, and what says most."""
    n_groups, n = len(rows), len(history)
    total[:] = 0.0
    nearest, most = NOTHING, np.float32(0.0)
    for age in range(n):
        taken = history[n - 1 - age]
        together = np.float32(0.0)
        for group in range(n_groups):
            added = weights[group, age] * np.float32(rows[group, taken, course])
            total[group] += added
            together += added
        if together > most:
            nearest, most = taken, together
    loudest, most = FROM_BASE, said
    if lift > most:
        loudest, most = FROM_NEED, lift
    if other > most:
        loudest, most = FROM_OTHERS, other
    if n:
        for group in range(n_groups):
            if total[group] > most:
                loudest, most = FROM_GROUP + group, total[group]
    return nearest, loudest


@njit(cache=True, nogil=True)
def _reached(scores: Any, k: int, guess: Any) -> Any:
    """Return a value that k scores reach and not many more; ``-inf`` where fewer than k courses may be shown.

    ``guess`` only saves time: whatever the value, the courses that reach it hold the k best.
    """
    low, high = np.float32(-np.inf), np.float32(np.inf)
    value, step = guess, np.float32(0.25)
    for _ in range(40):
        count = _count(scores, value)
        if count >= k:
            low = value
            if count <= k + k // 8:
                break
            following = value + step if high == np.inf else np.float32(0.5) * (low + high)
        else:
            high = value
            following = value - step if low == -np.inf else np.float32(0.5) * (low + high)
        step *= np.float32(2.0)
        if following <= low or following >= high:
            break
        value = following
    return low


@njit(cache=True, nogil=True, fastmath={"reassoc"})
def _count(scores: Any, value: Any) -> Any:
    """Count scores that reach a value; in float32, exact below 16 million, so that the loop runs many at a time."""
    count = np.float32(0.0)
    for course in range(len(scores)):
        count += np.float32(scores[course] >= value)
    return count


@njit(cache=True, nogil=True, fastmath={"reassoc"})
def _keep(scores: Any, least: Any, courses: Any, values: Any) -> int:
    """Put the best of those that reach ``least`` into ``courses`` and ``values``, best first; return how many."""
    size, n = 0, len(scores)
    whole = n - n % _STRIP
    for start in range(0, whole, _STRIP):
        reach = np.float32(0.0)
        for place in range(_STRIP):
            reach += np.float32(scores[start + place] >= least)
        if reach > 0:
            for course in range(start, start + _STRIP):
                if scores[course] >= least:
                    size = _insert(course, scores[course], courses, values, size)
    for course in range(whole, n):
        if scores[course] >= least:
            size = _insert(course, scores[course], courses, values, size)
    return size


@njit(cache=True, nogil=True)
def _insert(course: int, value: Any, courses: Any, values: Any, size: int) -> int:
    """Put a course behind all that are as good; courses come in order of their numbers."""
    k = len(courses)
    if value == -np.inf or (size == k and value <= values[k - 1]):
        return size
    place = size if size < k else k - 1
    while place > 0 and values[place - 1] < value:
        values[place] = values[place - 1]
        courses[place] = courses[place - 1]
        place -= 1
    values[place] = value
    courses[place] = course
    return min(size + 1, k)
