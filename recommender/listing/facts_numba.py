"""Reasons, compiled: the same codes and subjects as ``list_facts``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from recommender.gaps import SURE
from recommender.listing.kernel import FROM_GROUP, FROM_NEED, FROM_OTHERS, Best
from recommender.listing.list_facts import GAP_CODES, Voices
from recommender.listing.lists import NOTHING
from recommender.listing.posts import PostTable, TaughtTable
from recommender.listing.reason_codes import GOES_WITH, NEED
from recommender.listing.standings import Standings


def reasons_compiled(
    best: Best,
    said: NDArray[np.uint8],
    own: NDArray[np.int64],
    post: NDArray[np.int64],
    standing: Standings,
    posts: PostTable,
    taught: TaughtTable,
    voices: Voices,
    situations: NDArray[np.int64],
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return reason codes and subjects, shapes (n, k, 2); ``said`` holds the codes of base row ``own[n]``."""
    shape = (*best.courses.shape, 2)
    reasons, subjects = np.zeros(shape, dtype=np.uint8), np.full(shape, NOTHING, dtype=np.int32)
    _reasons(
        best.courses, best.nearest, best.loudest, said, own, post, situations, standing.start, standing.at_least,
        standing.known, standing.rank, posts.start, posts.slot, posts.required, posts.critical, taught.start,
        taught.competency, taught.from_level, taught.to_level, voices.of_group, voices.of_others, voices.is_new,
        reasons, subjects,
    )  # fmt: skip
    return reasons, subjects


@njit(cache=True, nogil=True, error_model="numpy")
def _reasons(
    courses: Any, nearest: Any, loudest: Any, said: Any, own: Any, post: Any, situations: Any, start: Any,
    at_least: Any, known: Any, rank: Any, post_start: Any, slots: Any, required: Any, critical: Any, taught_start: Any,
    competency: Any, from_level: Any, to_level: Any, of_group: Any, of_others: int, is_new: Any,
    reasons: Any, subjects: Any,
) -> None:  # fmt: skip
    for learner in range(len(courses)):
        of_post, first_row = post[learner], start[learner]
        first_need = post_start[of_post]
        for place in range(courses.shape[1]):
            course = courses[learner, place]
            if course == NOTHING:
                continue
            size = 0
            lesson, slot = _worst_gap(
                taught_start[course], taught_start[course + 1], slots[of_post], first_need, first_row, at_least, rank,
                required, competency, from_level, to_level,
            )  # fmt: skip
            if slot >= 0:
                critical_one = int(critical[first_need + slot])
                reasons[learner, place, 0] = GAP_CODES[int(known[first_row + slot]), critical_one]
                subjects[learner, place, 0] = competency[lesson]
                size = 1
            if nearest[learner, place] != NOTHING:
                reasons[learner, place, size] = GOES_WITH
                subjects[learner, place, size] = nearest[learner, place]
                size += 1
            if size < 2:
                loud = loudest[learner, place]
                code = said[own[learner], course]
                if loud == FROM_NEED:
                    code = np.uint8(NEED)
                elif loud == FROM_OTHERS:
                    code = np.uint8(of_others)
                elif loud >= FROM_GROUP:
                    code = of_group[max(situations[learner] - 1, 0), loud - FROM_GROUP, is_new[course]]
                reasons[learner, place, size] = code


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _worst_gap(
    first: int, last: int, slots: Any, first_need: int, first_row: int, at_least: Any, rank: Any,
    required: Any, competency: Any, from_level: Any, to_level: Any,
) -> tuple[int, int]:  # fmt: skip
    """Return the row of what is taught, and the slot, of the worst gap that a course closes a step of; else -1."""
    lesson, slot = -1, -1
    for one in range(first, last):
        about = int(slots[competency[one]])
        if about < 0 or from_level[one] >= required[first_need + about]:
            continue
        held = at_least[first_row + about, min(to_level[one], required[first_need + about])]
        if held < SURE and (slot < 0 or rank[first_row + about] < rank[first_row + slot]):
            lesson, slot = one, about
    return lesson, slot
