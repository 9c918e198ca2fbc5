"""Reasons, compiled: the same codes and subjects as ``list_facts``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.gaps import SURE
from recommender.listing.bare_numba import bare, bare_brief, bare_inline
from recommender.listing.kernel import FROM_GROUP, FROM_NEED, FROM_OTHERS, Best
from recommender.listing.list_facts import GAP_CODES, Voices
from recommender.listing.lists import NOTHING, FewLists
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


def few_compiled(
    best: Best,
    said: NDArray[np.uint8],
    own: NDArray[np.int64],
    post: NDArray[np.int64],
    standing: Standings,
    posts: PostTable,
    taught: TaughtTable,
    voices: Voices,
    situations: NDArray[np.int64],
) -> FewLists:
    """Return the lists of a few learners with their reasons; arguments as of ``reasons_compiled``."""
    n, k = best.courses.shape
    numbers, values = np.empty((n, 6, k), dtype=np.int64), np.empty((n, 2, k))
    _few(
        best.courses, best.scores, best.guided, best.nearest, best.loudest, said, own, post, situations,
        standing.start, standing.at_least, standing.known, standing.rank, posts.start, posts.slot, posts.required,
        posts.critical, taught.start, taught.competency, taught.from_level, taught.to_level, voices.of_group,
        voices.of_others, voices.is_new, numbers, values,
    )  # fmt: skip
    return FewLists(numbers, values)


@bare
def _reasons(
    courses: Any, nearest: Any, loudest: Any, said: Any, own: Any, post: Any, situations: Any, start: Any,
    at_least: Any, known: Any, rank: Any, post_start: Any, slots: Any, required: Any, critical: Any, taught_start: Any,
    competency: Any, from_level: Any, to_level: Any, of_group: Any, of_others: int, is_new: Any,
    reasons: Any, subjects: Any,
) -> None:  # fmt: skip
    for learner in range(len(courses)):
        own_code, own_subject = reasons[learner], subjects[learner]
        for place in range(courses.shape[1]):
            course = courses[learner, place]
            if course == NOTHING:
                continue
            code, about, second, other, _ = _told(
                course, nearest[learner, place], loudest[learner, place], said[own[learner]], post[learner],
                situations[learner], start[learner], at_least, known, rank, post_start, slots, required, critical,
                taught_start, competency, from_level, to_level, of_group, of_others, is_new,
            )  # fmt: skip
            own_code[place, 0], own_code[place, 1] = code, second
            own_subject[place, 0], own_subject[place, 1] = about, other


@bare_brief
def _few(
    courses: Any, scores: Any, guided: Any, nearest: Any, loudest: Any, said: Any, own: Any, post: Any,
    situations: Any, start: Any, at_least: Any, known: Any, rank: Any, post_start: Any, slots: Any, required: Any,
    critical: Any, taught_start: Any, competency: Any, from_level: Any, to_level: Any, of_group: Any, of_others: int,
    is_new: Any, numbers: Any, values: Any,
) -> None:  # fmt: skip
    for learner in range(len(courses)):
        for place in range(courses.shape[1]):
            course = courses[learner, place]
            code, about, second, other, held = 0, NOTHING, 0, NOTHING, 0.0
            if course != NOTHING:
                code, about, second, other, held = _told(
                    course, nearest[learner, place], loudest[learner, place], said[own[learner]], post[learner],
                    situations[learner], start[learner], at_least, known, rank, post_start, slots, required, critical,
                    taught_start, competency, from_level, to_level, of_group, of_others, is_new,
                )  # fmt: skip
            numbers[learner, 0, place], numbers[learner, 1, place] = course, guided[learner, place]
            numbers[learner, 2, place], numbers[learner, 3, place] = code, about
            numbers[learner, 4, place], numbers[learner, 5, place] = second, other
            values[learner, 0, place], values[learner, 1, place] = scores[learner, place], held


@bare_inline
def _told(
    course: int, near: int, loud: int, said: Any, of_post: int, situation: int, first_row: int, at_least: Any,
    known: Any, rank: Any, post_start: Any, slots: Any, required: Any, critical: Any, taught_start: Any,
    competency: Any, from_level: Any, to_level: Any, of_group: Any, of_others: int, is_new: Any,
) -> tuple[int, int, int, int, float]:  # fmt: skip
    """Return code and subject of the first reason and of the second, and P(held) of the gap's step, 0 without a gap."""
    first, first_need = taught_start[course], post_start[of_post]
    lesson, slot = _worst_gap(
        first, taught_start[course + 1], slots[of_post], first_need, first_row, at_least, rank, required, competency,
        from_level, to_level,
    )  # fmt: skip
    code, about, held = 0, NOTHING, 0.0
    if slot >= 0:
        code = int(GAP_CODES[int(known[first_row + slot]), int(critical[first_need + slot])])
        about = int(competency[lesson])
        while competency[first] != about:  # the step that ``list_reasons.step_of`` names
            first += 1
        held = at_least[first_row + slot, min(to_level[first], required[first_need + slot])]
    if near != NOTHING:
        if slot >= 0:
            return code, about, GOES_WITH, int(near), held
        code, about = GOES_WITH, int(near)
    most = int(said[course])
    if loud == FROM_NEED:
        most = NEED
    elif loud == FROM_OTHERS:
        most = int(of_others)
    elif loud >= FROM_GROUP:
        most = int(of_group[max(situation - 1, 0), loud - FROM_GROUP, is_new[course]])
    if code:
        return code, about, most, NOTHING, held
    return most, NOTHING, 0, NOTHING, held


@bare_inline
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
