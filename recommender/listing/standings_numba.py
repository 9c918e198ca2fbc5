"""Standings and needs, learner by learner in one compiled pass: the same numbers as ``standings``, ``course_needs``.

Where no evidence tells of a learner, all of it is that of the post (``Untold``). Where some does, only the competencies
it speaks of and the courses that teach these are worked out again.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.schema import MAX_LEVEL
from recommender.gaps import SURE
from recommender.listing.block import LearnerBlock
from recommender.listing.course_needs import Lessons, Lifts
from recommender.listing.posts import PostTable
from recommender.listing.standings import DAY, SPEAKS, Standings
from recommender.listing.untold import BITS, Untold
from recommender.state.many import KindArrays

_LEVELS = MAX_LEVEL + 1


def standings_compiled(
    block: LearnerBlock,
    learners: NDArray[np.int64],
    post: NDArray[np.int64],
    situations: NDArray[np.int64],
    moment: int,
    posts: PostTable,
    lessons: Lessons,
    untold: Untold,
    kinds: KindArrays,
) -> tuple[Standings, Lifts]:
    """Return where some learners of a block stand, and what needs add.

    Parameters
    ----------
    block
        Learners.
    learners, post, situations
        Shape (n,): some of the block's, the rows of their posts in ``posts``, and their numbers in ``SITUATIONS``.
    moment
        Milliseconds since 1970 on the platform's clock.
    posts, lessons, untold, kinds
        What posts require, what is taught of it, what holds without evidence, what evidence counts.
    """
    n, told = len(learners), block.evidence
    n_rows, n_needs = int(posts.sizes[post].sum()), int(untold.taught[post].sum())
    start, need = np.zeros(n + 1, dtype=np.int64), np.empty(n_rows, dtype=np.int64)
    at_least, known = np.empty((n_rows, _LEVELS)), np.zeros(n_rows, dtype=np.bool_)
    missing, rank = np.empty(n_rows), np.empty(n_rows, dtype=np.int64)
    lift_from, course = np.zeros(n + 1, dtype=np.int64), np.empty(n_needs, dtype=np.int32)
    lift = np.empty(n_needs, dtype=np.float32)
    _stand(
        learners, post, situations, moment,
        told.learner, told.slot, told.group, told.from_course, told.kind, told.passed, told.level, told.observed,
        told.attempt, told.dwell,
        kinds.days, kinds.most, kinds.odds, kinds.log_prior, kinds.attempt, kinds.use_slows,
        posts.start, posts.required, posts.weight, posts.critical, posts.worth,
        lessons.slot, lessons.first, lessons.last, lessons.confidence, lessons.hours, lessons.course,
        untold.at_least, untold.missing, untold.rank, untold.upto, untold.start, untold.course, untold.lift,
        untold.taught_from, untold.row, untold.slots, untold.need, untold.heights,
        start, need, at_least, known, missing, rank, lift_from, course, lift,
    )  # fmt: skip
    return Standings(start, need, at_least, known, missing, rank), Lifts(lift_from, course, lift)


@njit(cache=True, nogil=True, error_model="numpy")
def _stand(
    learners: Any, post: Any, situations: Any, moment: int,
    whose: Any, slot: Any, group: Any, from_course: Any, kind: Any, passed: Any, level: Any, observed: Any,
    attempt: Any, dwell: Any,
    days: Any, most: Any, odds: Any, log_prior: Any, once_more: float, use_slows: float,
    post_from: Any, required: Any, weight: Any, critical: Any, worth: Any,
    lesson_slot: Any, first_level: Any, last_level: Any, confidence: Any, hours: Any, lesson_course: Any,
    usual: Any, usual_missing: Any, usual_rank: Any, usual_upto: Any, usual_from: Any, usual_course: Any,
    usual_lift: Any, taught_from: Any, lesson_from: Any, slots: Any, usual_need: Any, heights: Any,
    start: Any, need: Any, at_least: Any, known: Any, missing: Any, rank: Any, lift_from: Any, courses: Any,
    lifts: Any,
) -> None:  # fmt: skip
    size = 0
    gain, met = np.empty(len(required)), np.empty(len(required), dtype=np.bool_)
    upto = np.empty((len(required), _LEVELS))
    for row in range(len(learners)):
        learner, of_post, situation = learners[row], post[row], situations[row]
        first, begin = post_from[of_post], start[row]
        end = begin + post_from[of_post + 1] - first
        start[row + 1] = end
        for place in range(begin, end):
            number = first + place - begin
            need[place], missing[place], rank[place] = number, usual_missing[number], usual_rank[number]
            at_least[place] = usual
        entry = np.searchsorted(whose, learner)
        if entry == len(whose) or whose[entry] != learner:
            for number in range(usual_from[of_post], usual_from[of_post + 1]):
                courses[size], lifts[size] = usual_course[number], usual_lift[situation, number]
                size += 1
        else:
            upto[: end - begin] = usual_upto[first : first + end - begin]
            spoken = _listen(
                entry, learner, moment, whose, slot, group, from_course, kind, passed, level, observed, attempt, dwell,
                days, most, odds, log_prior, once_more, use_slows, required[first:], worth[first:],
                at_least[begin:end], known[begin:end], missing[begin:end], upto,
            )  # fmt: skip
            for place in range(begin, end):
                number = need[place]
                met[place - begin] = at_least[place, required[number]] >= SURE
                gain[place - begin] = weight[number] * missing[place]
            _put_in_order(met, critical[first:], gain, rank[begin:end])
            size = _lift(
                spoken, range(taught_from[of_post], taught_from[of_post + 1]), heights[situation], slots, usual_need,
                lesson_from, lesson_course, lesson_slot, first_level, last_level, confidence, hours, upto,
                courses, lifts, size,
            )  # fmt: skip
        lift_from[row + 1] = size


@njit(cache=True, nogil=True, error_model="numpy")
def _listen(
    entry: int, learner: int, moment: int,
    whose: Any, slot: Any, group: Any, from_course: Any, kind: Any, passed: Any, level: Any, observed: Any,
    attempt: Any, dwell: Any,
    days: Any, most: Any, odds: Any, log_prior: Any, once_more: float, use_slows: float, required: Any, worth: Any,
    at_least: Any, known: Any, missing: Any, upto: Any,
) -> Any:  # fmt: skip
    """Work out what a learner is believed to hold of what the evidence is about; return the bits of these slots."""
    spoken, total = np.int64(0), np.empty(MAX_LEVEL)
    while entry < len(whose) and whose[entry] == learner:
        about, last = slot[entry], entry + 1
        while last < len(whose) and whose[last] == learner and slot[last] == about:
            last += 1
        steps = np.empty((last - entry, MAX_LEVEL))
        for one in range(entry, last):
            age = (moment - observed[one]) / DAY
            left = math.exp2(-age / (days[kind[one]] * use_slows)) if age >= 0 else 0.0
            again = 1.0 if attempt[one] == 1 else math.pow(once_more, attempt[one] - 1.0)
            counts = dwell[one] * again * left
            for step in range(MAX_LEVEL):
                steps[one - entry, step] = odds[kind[one], int(passed[one]), level[one] - 1, step] * counts
        _add_up(steps, group[entry:last], from_course[entry:last], kind[entry:last], most, total)
        known[about] = np.abs(total).max() > SPEAKS
        _believe(total, log_prior, at_least[about])
        missing[about] = _count_missing(at_least[about], required[about])
        _add_steps(at_least[about], worth[about], upto[about])
        spoken |= np.int64(1) << np.int64(about % BITS)
        entry = last
    return spoken


@njit(cache=True, nogil=True, error_model="numpy")
def _lift(
    spoken: Any, of_post: Any, height: Any, slots: Any, usual_need: Any, lesson_from: Any, lesson_course: Any,
    lesson_slot: Any, first_level: Any, last_level: Any, confidence: Any, hours: Any, upto: Any,
    courses: Any, lifts: Any, size: int,
) -> int:  # fmt: skip
    """Put what needs add behind the ``size`` entries that are there; return how many there are then."""
    begin, greatest = size, np.float32(0.0)
    for taught in of_post:
        closes, course = usual_need[taught], lesson_course[lesson_from[taught]]
        if slots[taught] & spoken:
            closed = 0.0
            for lesson in range(lesson_from[taught], lesson_from[taught + 1]):
                about = lesson_slot[lesson]
                more = upto[about, last_level[lesson]] - upto[about, first_level[lesson]]
                closed += max(more, 0.0) * confidence[lesson]
            closes = np.float32(closed / hours[course])
        if closes > 0:
            courses[size], lifts[size] = course, closes
            greatest = max(greatest, closes)
            size += 1
    for entry in range(begin, size):
        lifts[entry] = height * (lifts[entry] / greatest)
    return size


@njit(cache=True, nogil=True, error_model="numpy")
def _add_up(steps: Any, group: Any, from_course: Any, kind: Any, most: Any, total: Any) -> None:
    """Add up the log-odds of each step that the evidence of one case gives, as ``state.many.weighed_totals`` does."""
    total[:] = 0.0
    n, crowded = len(group), False
    first = 0
    while first < n:
        last = _end(group, first)
        if from_course[first] or most[kind[first]] == 1:
            for step in range(MAX_LEVEL):
                best, worst = 0.0, 0.0
                for one in range(first, last):
                    best, worst = max(best, steps[one, step]), min(worst, steps[one, step])
                total[step] += best + worst
        else:
            crowded = True
        first = last
    if crowded:
        _add_several(steps, group, from_course, kind, most, total)


@njit(cache=True, nogil=True, error_model="numpy")
def _add_several(steps: Any, group: Any, from_course: Any, kind: Any, most: Any, total: Any) -> None:
    """Add the groups of which several rows count: those that all count, then the strongest of the others."""
    first = 0
    while first < len(group):
        last = _end(group, first)
        if not from_course[first] and most[kind[first]] > 1 and last - first <= most[kind[first]]:
            for one in range(first, last):
                for step in range(MAX_LEVEL):
                    total[step] += steps[one, step]
        first = last
    for step in range(MAX_LEVEL):
        for sign in (1.0, -1.0):
            first = 0
            while first < len(group):
                last = _end(group, first)
                if not from_course[first] and 1 < most[kind[first]] < last - first:
                    total[step] = _add_strongest(steps[first:last, step], sign, most[kind[first]], total[step])
                first = last


@njit(cache=True, nogil=True, error_model="numpy")
def _add_strongest(steps: Any, sign: float, most: int, total: float) -> float:
    """Add the strongest of a sign to a total, the strongest first; of equal ones the first."""
    before, place = np.inf, -1
    for _ in range(most):
        strongest, found = 0.0, -1
        for one in range(len(steps)):
            strength = sign * steps[one]
            if strength > strongest and (strength < before or (strength == before and one > place)):
                strongest, found = strength, one
        if found < 0:
            break
        total += sign * strongest
        before, place = strongest, found
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _end(group: Any, first: int) -> int:
    """Return where the group that begins at ``first`` ends."""
    last = first + 1
    while last < len(group) and group[last] == group[first]:
        last += 1
    return last


@njit(cache=True, nogil=True, error_model="numpy")
def _believe(total: Any, log_prior: Any, at_least: Any) -> None:
    """Put P(at least each level) into ``at_least``."""
    logits, whole = np.empty(_LEVELS), 0.0
    so_far, highest = 0.0, log_prior[0]
    logits[0] = log_prior[0]
    for step in range(MAX_LEVEL):
        so_far = so_far + total[step] if step else total[step]
        logits[step + 1] = so_far + log_prior[step + 1]
        highest = max(highest, logits[step + 1])
    for lowest in range(_LEVELS):
        logits[lowest] = math.exp(logits[lowest] - highest)
        whole += logits[lowest]
    for lowest in range(_LEVELS):
        logits[lowest] /= whole
    for lowest in range(_LEVELS):
        tail = 0.0
        for higher in range(lowest, _LEVELS):
            tail += logits[higher]
        at_least[lowest] = min(tail, 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _count_missing(at_least: Any, required: int) -> float:
    missing = 0.0
    for lowest in range(1, required + 1):
        missing += 1.0 - at_least[lowest]
    return missing


@njit(cache=True, nogil=True, error_model="numpy")
def _add_steps(at_least: Any, worth: Any, upto: Any) -> None:
    """Put the weighted missing steps up to each level into ``upto``."""
    upto[0] = 0.0
    for upper in range(1, _LEVELS):
        upto[upper] = upto[upper - 1] + (1.0 - at_least[upper]) * worth[upper]


@njit(cache=True, nogil=True, error_model="numpy")
def _put_in_order(met: Any, critical: Any, gain: Any, rank: Any) -> None:
    """Rank gaps: not met, critical, more weighted steps missing, then by competency."""
    rank[:] = 0
    for one in range(len(rank)):
        for other in range(one + 1, len(rank)):
            if met[one] != met[other]:
                first = met[other]
            elif critical[one] != critical[other]:
                first = critical[one]
            else:
                first = gain[one] >= gain[other]
            rank[other if first else one] += 1
