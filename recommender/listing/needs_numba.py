"""Needs, compiled: the same sums in the same order as ``course_needs``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.listing.course_needs import Lessons


def needs_compiled(
    post: NDArray[np.int64], start: NDArray[np.int64], upto: NDArray[np.float64], lessons: Lessons
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Return starts, courses and needs of ``CourseNeeds``."""
    most = int(lessons.sizes[post].sum())
    found = np.zeros(len(post) + 1, dtype=np.int64), np.empty(most, dtype=np.int32), np.empty(most, dtype=np.float32)
    _needs(
        post, start, upto, lessons.start, lessons.course, lessons.slot, lessons.first, lessons.last,
        lessons.confidence, lessons.hours, *found,
    )  # fmt: skip
    size = found[0][-1]
    return found[0], found[1][:size], found[2][:size]


@njit(cache=True, nogil=True)
def _needs(
    post: Any, start: Any, upto: Any, lesson_from: Any, course_of: Any, slot: Any, first: Any, last: Any,
    confidence: Any, hours: Any, found_from: Any, courses: Any, needs: Any,
) -> None:  # fmt: skip
    size = 0
    for learner in range(len(post)):
        row, end = lesson_from[post[learner]], lesson_from[post[learner] + 1]
        while row < end:
            course, total = course_of[row], 0.0
            while row < end and course_of[row] == course:
                asked = start[learner] + slot[row]
                total += max(upto[asked, last[row]] - upto[asked, first[row]], 0.0) * confidence[row]
                row += 1
            need = np.float32(total / hours[course])
            if need > 0:
                courses[size], needs[size] = course, need
                size += 1
        found_from[learner + 1] = size
