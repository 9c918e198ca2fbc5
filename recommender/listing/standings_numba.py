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
from recommender.listing.bare_numba import bare, bare_inline
from recommender.listing.block import LearnerBlock
from recommender.listing.course_needs import Lessons, Lifts
from recommender.listing.few import while_others_wait
from recommender.listing.posts import PostTable
from recommender.listing.standings import DAY, SPEAKS, Standings
from recommender.listing.untold import Untold
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
    *,
    few: bool = False,
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
    few
        Whether other threads wait meanwhile (``while_others_wait``).
    """
    n, told = len(learners), block.evidence
    n_rows, n_needs = sum(posts.sizes[post].tolist()), sum(untold.sizes[post].tolist())
    start, need = np.zeros(n + 1, dtype=np.int64), np.empty(n_rows, dtype=np.int64)
    at_least, known = np.empty((n_rows, _LEVELS)), np.zeros(n_rows, dtype=np.bool_)
    missing, rank = np.empty(n_rows), np.empty(n_rows, dtype=np.int64)
    lift_from, course = np.zeros(n + 1, dtype=np.int64), np.empty(n_needs, dtype=np.int32)
    lift = np.empty(n_needs, dtype=np.float32)
    (_stand_few if few else _stand)(
        learners, post, situations, moment,
        block.told_from, told.slot, told.group, told.from_course, told.kind, told.passed, told.level, told.observed,
        told.attempt, told.dwell,
        kinds.days, kinds.most, kinds.odds, kinds.log_prior, kinds.attempt, kinds.use_slows,
        posts.start, posts.required, posts.weight, posts.critical, posts.worth,
        lessons.slot, lessons.first, lessons.last, lessons.confidence, lessons.hours,
        untold.at_least, untold.missing, untold.rank, untold.upto, untold.start, untold.course, untold.need,
        untold.lift, untold.row, untold.teaching_from, untold.teaching, untold.heights,
        start, need, at_least, known, missing, rank, lift_from, course, lift,
    )  # fmt: skip
    return Standings(start, need, at_least, known, missing, rank), Lifts(lift_from, course, lift)


@njit(cache=True, nogil=True, error_model="numpy")
def _stand(
    learners: Any, post: Any, situations: Any, moment: int,
    told_from: Any, slot: Any, group: Any, from_course: Any, kind: Any, passed: Any, level: Any, observed: Any,
    attempt: Any, dwell: Any,
    days: Any, most: Any, odds: Any, log_prior: Any, once_more: float, use_slows: float,
    post_from: Any, required: Any, weight: Any, critical: Any, worth: Any,
    lesson_slot: Any, first_level: Any, last_level: Any, confidence: Any, hours: Any,
    usual: Any, usual_missing: Any, usual_rank: Any, usual_upto: Any, taught_from: Any, usual_course: Any,
    usual_need: Any, usual_lift: Any, lesson_from: Any, teaching_from: Any, teaching: Any, heights: Any,
    start: Any, need: Any, at_least: Any, known: Any, missing: Any, rank: Any, lift_from: Any, courses: Any,
    lifts: Any,
) -> None:  # fmt: skip
    """Lay out what is worked on, and do all learners."""
    longest = 1
    for row in range(len(learners)):
        longest = max(longest, told_from[learners[row] + 1] - told_from[learners[row]])
    _all(
        learners, post, situations, moment, told_from, slot, group, from_course, kind, passed, level,
        observed, attempt, dwell, days, most, odds, log_prior, once_more, use_slows, post_from, required,
        weight, critical, worth, lesson_slot, first_level, last_level, confidence, hours, usual,
        usual_missing, usual_rank, usual_upto, taught_from, usual_course, usual_need, usual_lift,
        lesson_from, teaching_from, teaching, heights, start, need, at_least, known, missing, rank,
        lift_from, courses, lifts,
        np.empty((longest, MAX_LEVEL)), np.empty((len(required), _LEVELS)), np.empty(MAX_LEVEL), np.empty(_LEVELS),
        np.empty(len(required)), np.empty(len(required), dtype=np.int64), np.empty(len(required), dtype=np.bool_),
    )  # fmt: skip


@bare
def _all(
    learners: Any, post: Any, situations: Any, moment: int,
    told_from: Any, slot: Any, group: Any, from_course: Any, kind: Any, passed: Any, level: Any, observed: Any,
    attempt: Any, dwell: Any,
    days: Any, most: Any, odds: Any, log_prior: Any, once_more: float, use_slows: float,
    post_from: Any, required: Any, weight: Any, critical: Any, worth: Any,
    lesson_slot: Any, first_level: Any, last_level: Any, confidence: Any, hours: Any,
    usual: Any, usual_missing: Any, usual_rank: Any, usual_upto: Any, taught_from: Any, usual_course: Any,
    usual_need: Any, usual_lift: Any, lesson_from: Any, teaching_from: Any, teaching: Any, heights: Any,
    start: Any, need: Any, at_least: Any, known: Any, missing: Any, rank: Any, lift_from: Any, courses: Any,
    lifts: Any,
    steps: Any, upto: Any, total: Any, logits: Any, gain: Any, order: Any, spoken: Any,
) -> None:  # fmt: skip
    for row in range(len(learners)):
        learner, first, begin = learners[row], post_from[post[row]], start[row]
        n_slots = post_from[post[row] + 1] - first
        end, after = begin + n_slots, first + n_slots
        start[row + 1] = end
        for number in range(n_slots):
            need[begin + number] = first + number
        _copy(usual_missing[first:after], missing[begin:end])
        _copy(usual_rank[first:after], rank[begin:end])
        _copy(usual[first:after].reshape(-1), at_least[begin:end].reshape(-1))
        taught, size = taught_from[post[row]], lift_from[row]
        n_taught = taught_from[post[row] + 1] - taught
        lift_from[row + 1] = size + n_taught
        own = lifts[size : size + n_taught]
        _copy(usual_course[taught : taught + n_taught], courses[size : size + n_taught])
        told, told_end = told_from[learner], told_from[learner + 1]
        if told == told_end:
            _copy(usual_lift[situations[row], taught : taught + n_taught], own)
            continue
        _copy(usual_need[taught : taught + n_taught], own)
        _copy(usual_upto[first:after].reshape(-1), upto[:n_slots].reshape(-1))
        spoken[:n_slots] = False
        _listen(
            told, told_end, moment, slot, group, from_course, kind, passed, level, observed, attempt, dwell,
            days, most, odds, log_prior, once_more, use_slows, required[first:after], worth[first:after],
            steps, total, logits, spoken, at_least[begin:end], known[begin:end], missing[begin:end], upto,
        )  # fmt: skip
        for number in range(n_slots):
            met, needed = at_least[begin + number, required[first + number]] >= SURE, critical[first + number]
            order[number] = 2 * int(met) + int(not needed)
            gain[number] = weight[first + number] * missing[begin + number]
        _put_in_order(spoken[:n_slots], order, gain, usual_rank[first:after], rank[begin:end])
        _close_again(
            own, taught, spoken[:n_slots], teaching_from[first:], teaching, lesson_from, lesson_slot, first_level,
            last_level, confidence, hours, usual_course, upto,
        )  # fmt: skip
        _in_height(own, heights[situations[row]])


_stand_few = while_others_wait(_stand)


@bare_inline
def _copy(values: Any, to: Any) -> None:
    for place in range(len(to)):
        to[place] = values[place]


@bare_inline
def _listen(
    entry: int, end: int, moment: int, slot: Any, group: Any, from_course: Any, kind: Any, passed: Any, level: Any,
    observed: Any, attempt: Any, dwell: Any,
    days: Any, most: Any, odds: Any, log_prior: Any, once_more: float, use_slows: float, required: Any, worth: Any,
    steps: Any, total: Any, logits: Any, spoken: Any, at_least: Any, known: Any, missing: Any, upto: Any,
) -> None:  # fmt: skip
    """Work out what a learner is believed to hold of what the evidence up to row ``end`` is about."""
    while entry < end:
        about, last = slot[entry], entry + 1
        while last < end and slot[last] == about:
            last += 1
        for one in range(entry, last):
            age = (moment - observed[one]) / DAY
            left = math.exp2(-age / (days[kind[one]] * use_slows)) if age >= 0 else 0.0
            again = 1.0 if attempt[one] == 1 else math.pow(once_more, attempt[one] - 1.0)
            counts, says = dwell[one] * again * left, odds[kind[one], int(passed[one]), level[one] - 1]
            for step in range(MAX_LEVEL):
                steps[one - entry, step] = says[step] * counts
        if last == entry + 1:
            _copy(steps[0], total)
        else:
            _add_up(steps, group, from_course, kind, entry, last, most, total)
        known[about], spoken[about] = _speaks(total), True
        _believe(total, log_prior, logits, at_least[about])
        missing[about] = _count_missing(at_least[about], required[about])
        _add_steps(at_least[about], worth[about], upto[about])
        entry = last


@bare_inline
def _close_again(
    need: Any, taught: int, spoken: Any, teaching_from: Any, teaching: Any, lesson_from: Any, slot: Any,
    first_level: Any, last_level: Any, confidence: Any, hours: Any, course: Any, upto: Any,
) -> None:  # fmt: skip
    """Work out again how far courses close gaps, of those that teach what evidence speaks of."""
    for number in range(len(spoken)):
        if not spoken[number]:
            continue
        for place in range(teaching_from[number], teaching_from[number + 1]):
            one, closed = teaching[place], 0.0
            for lesson in range(lesson_from[one], lesson_from[one + 1]):
                steps = upto[slot[lesson]]
                closed += max(steps[last_level[lesson]] - steps[first_level[lesson]], 0.0) * confidence[lesson]
            need[one - taught] = closed / hours[course[one]]


@bare_inline
def _in_height(lifts: Any, height: Any) -> None:
    """Turn needs into what they add: the greatest adds ``height``."""
    greatest = _greatest(lifts)
    if greatest > 0:
        for entry in range(len(lifts)):
            lifts[entry] = height * (lifts[entry] / greatest)


@bare_inline
def _greatest(lifts: Any) -> Any:
    """Return the greatest of numbers from 0 on: in order as their bits are, which are compared many at a time."""
    bits, place = lifts.view(np.int32), 0
    greatest = np.int32(0)
    for entry in range(len(bits)):
        greatest = bits[entry] if bits[entry] > greatest else greatest
    while place < len(bits) and bits[place] != greatest:
        place += 1
    return lifts[place] if place < len(bits) else np.float32(0.0)


@bare_inline
def _speaks(total: Any) -> bool:
    loudest = 0.0
    for step in range(MAX_LEVEL):
        loudest = max(loudest, abs(total[step]))
    return bool(loudest > SPEAKS)


@bare_inline
def _add_up(steps: Any, group: Any, from_course: Any, kind: Any, begin: int, end: int, most: Any, total: Any) -> None:
    """Add up the log-odds of each step that the evidence of one case gives, as ``state.many.weighed_totals`` does."""
    total[:] = 0.0
    several = False
    first = begin
    while first < end:
        last = _end(group, first, end)
        if from_course[first] or most[kind[first]] == 1:
            for step in range(MAX_LEVEL):
                best, worst = 0.0, 0.0
                for one in range(first - begin, last - begin):
                    best, worst = max(best, steps[one, step]), min(worst, steps[one, step])
                total[step] += best + worst
        else:
            several = True
        first = last
    if several:
        _add_several(steps, group[begin:end], from_course[begin:end], kind[begin:end], most, total)


@bare_inline
def _add_several(steps: Any, group: Any, from_course: Any, kind: Any, most: Any, total: Any) -> None:
    """Add the groups of which several rows count: those that all count, then the strongest of the others."""
    first, end = 0, len(group)
    while first < end:
        last = _end(group, first, end)
        if not from_course[first] and most[kind[first]] > 1 and last - first <= most[kind[first]]:
            for one in range(first, last):
                for step in range(MAX_LEVEL):
                    total[step] += steps[one, step]
        first = last
    for step in range(MAX_LEVEL):
        for sign in (1.0, -1.0):
            first = 0
            while first < end:
                last = _end(group, first, end)
                if not from_course[first] and 1 < most[kind[first]] < last - first:
                    total[step] = _add_strongest(steps[first:last, step], sign, most[kind[first]], total[step])
                first = last


@bare_inline
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


@bare_inline
def _end(group: Any, first: int, end: int) -> int:
    """Return where the group that begins at ``first`` ends, ``end`` at the latest."""
    last = first + 1
    while last < end and group[last] == group[first]:
        last += 1
    return last


@bare_inline
def _believe(total: Any, log_prior: Any, logits: Any, at_least: Any) -> None:
    """Put P(at least each level) into ``at_least``; ``logits`` is there to work on."""
    whole, so_far, highest = 0.0, 0.0, log_prior[0]
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


@bare_inline
def _count_missing(at_least: Any, required: int) -> float:
    missing = 0.0
    for lowest in range(1, required + 1):
        missing += 1.0 - at_least[lowest]
    return missing


@bare_inline
def _add_steps(at_least: Any, worth: Any, upto: Any) -> None:
    """Put the weighted missing steps up to each level into ``upto``."""
    upto[0] = 0.0
    for upper in range(1, _LEVELS):
        upto[upper] = upto[upper - 1] + (1.0 - at_least[upper]) * worth[upper]


@bare_inline
def _put_in_order(spoken: Any, order: Any, gain: Any, usual: Any, rank: Any) -> None:
    """Rank gaps by ``order``, then the greater gain first, then by competency.

    ``rank`` is as without evidence; only those that evidence speaks of may change places with others.
    """
    for one in range(len(rank)):
        if spoken[one]:
            rank[one] = 0
            for other in range(len(rank)):
                more = (gain[one] > gain[other]) | ((gain[one] == gain[other]) & (one < other))
                before = (order[one] < order[other]) | ((order[one] == order[other]) & more)
                if spoken[other]:
                    rank[one] += (not before) & (one != other)
                else:
                    rank[one] += not before
                    rank[other] += int(before) - int(usual[one] < usual[other])
