"""Which courses may be among the best: found in whole numbers of two bytes, which a processor adds 32 at a time.

A learner's scores are added up in steps (``rough``): base row, needs, rows of the history. Every sum is off by known
many steps at most. So where k courses reach a sum, the k best courses all reach that sum less twice as many. They are
*drawn*, about k of them, and these are worked out exactly, by the additions of ``kernel`` in their order; all others
are left out. A few learners are drawn for before any of them is worked out, and what that reads is asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from recommender.listing.bare_numba import bare, bare_inline
from recommender.listing.kernel import ALL_COURSES, FROM_BASE, FROM_GROUP, FROM_NEED, Best, Work
from recommender.listing.lists import NOTHING
from recommender.listing.rough import MOST

_TOGETHER = 16
"""Learners who are drawn for at once."""
_ROOM = 48
"""Courses drawn at most; where more come into question, all do."""
_OLDEST = 64
"""Courses of a history at most; who has more is left to do."""
_BARRED = -13_000
"""Steps: with what needs and histories add, below all that may be shown; barred twice, still within two bytes."""
_LOWEST = -6500
"""Steps, between what may be shown and what may not."""
_DEPTH, _WORD = 6, 64
"""Courses of a strip, of which most are passed over by the greatest sum; sums that are compared at once."""
_PLACES = np.empty(64, dtype=np.int64)
_HASH = 0x03F79D71B4CB0A89
"""Moved by 0 to 63 bits, its highest six bits are a different number each time (de Bruijn): the place of a bit."""
_PLACES[[((_HASH << place) % 2**64) >> 58 for place in range(64)]] = np.arange(64)
_LINE = 64
"""Bytes that a processor reads at once."""
_NEVER, _NONE, _HALF, _ONE, _NOT_SHOWN, _UP = np.array(
    [-np.inf, 0.0, 0.5, 1.0, _BARRED, 0.5 - 2 * _BARRED], dtype=np.float32
)

_BYTE, _INT, _PLACE = ir.IntType(8).as_pointer(), ir.IntType(32), ir.IntType(64)
_NUMBERS = ir.VectorType(ir.IntType(16), _WORD)


def best_drawn(work: Work, k: int, track: int, found: Best) -> NDArray[np.int64]:
    """Put the k best courses of learners into ``found``; return the rows of those who are left to do."""
    n, rough = len(work.own), work.rough
    strips = max(work.base.shape[1] // _DEPTH // _WORD, 1) * _WORD
    if rough is None or track != ALL_COURSES or len(work.others) or 2 * k > min(strips, _ROOM):
        return np.arange(n)
    done = np.zeros(n, dtype=np.bool_)
    _learners(
        work.base, work.own, work.bars, work.bar, work.unit, work.recency, work.few_from, work.few,
        rough.step, rough.rows.reshape(-1), rough.times, rough.reach, rough.slot, rough.exact.reshape(-1),
        rough.exact_slot, work.learner, work.history_from, work.history, work.need_from,
        # As whole numbers from 0 on, places need not be looked at for being counted from the end.
        work.need_course.view(np.uint32), work.need, work.barred_from, work.barred.view(np.uint32), work.little, strips,
        found.courses, found.scores, found.guided, found.nearest, found.loudest, done,
    )  # fmt: skip
    return np.flatnonzero(~done)


@njit(cache=True, nogil=True, error_model="numpy")
def _learners(
    base: Any, own: Any, bars: Any, bar: Any, unit: Any, recency: Any, few_from: Any, few: Any,
    step: Any, rows: Any, times: Any, reach: Any, slot: Any, exact: Any, exact_slot: Any,
    learners: Any, history_from: Any, history: Any, need_from: Any, need_course: Any, need: Any,
    barred_from: Any, barred: Any, little: int, strips: int,
    courses: Any, values: Any, guided: Any, nearest: Any, loudest: Any, done: Any,
) -> None:  # fmt: skip
    """Lay out what is worked on, and do all learners."""
    n_courses, n_groups = base.shape[1], len(recency)
    padded = -(-n_courses // strips) * strips
    is_few = np.zeros((n_groups, n_courses), dtype=np.bool_)
    for group in range(n_groups):
        for place in range(few_from[group], few_from[group + 1]):
            is_few[group, few[place]] = True
    _all(
        base, own, bars, bar, unit, recency, step, rows, times, reach, slot, exact, exact_slot,
        learners, history_from, history, need_from, need_course, need, barred_from, barred, little,
        courses, values, guided, nearest, loudest, done,
        np.empty(n_courses, dtype=np.int16), np.zeros(n_courses, dtype=np.int16),
        np.full(padded, _BARRED, dtype=np.int16), np.empty(strips, dtype=np.int16),
        np.empty(padded + 2, dtype=np.uint32), np.zeros(n_courses, dtype=np.float32), np.empty(1, dtype=np.int32),
        np.empty((_TOGETHER, _ROOM), dtype=np.uint32), np.zeros(_TOGETHER, dtype=np.int64),
        np.empty((_TOGETHER, _ROOM), dtype=np.float32), np.empty((_TOGETHER, _ROOM), dtype=np.float32),
        np.empty(_OLDEST * n_groups, dtype=np.float32), np.empty(_OLDEST, dtype=np.uint64),
        np.empty(_ROOM, dtype=np.float32), np.empty(_ROOM, dtype=np.int32), np.empty(_ROOM, dtype=np.int32),
        np.empty(_ROOM, dtype=np.int32), few_from[1:] == few_from[:-1], is_few, np.empty(n_courses, dtype=np.int16),
    )  # fmt: skip


@bare
def _all(
    base: Any, own: Any, bars: Any, bar: Any, unit: Any, recency: Any, step: Any, rows: Any, times: Any, reach: Any,
    slot: Any, exact: Any, exact_slot: Any, learners: Any, history_from: Any, history: Any, need_from: Any,
    need_course: Any, need: Any, barred_from: Any, barred: Any, little: int,
    courses: Any, values: Any, guided: Any, nearest: Any, loudest: Any, done: Any,
    said: Any, lift: Any, sums: Any, greatest: Any, found: Any, exact_lift: Any, scratch: Any, drawn: Any, n_drawn: Any,
    says: Any, adds: Any, weight: Any, place_of: Any, score: Any, near: Any, better: Any, order: Any, wide: Any,
    is_few: Any, rough_need: Any,
) -> None:  # fmt: skip
    n_courses, n_groups, once = base.shape[1], len(recency), _ONE / step
    last_own, last_bar, base_reach, guess = -1, -1, 0, 0
    for start in range(0, len(learners), _TOGETHER):
        end = min(start + _TOGETHER, len(learners))
        for row in range(start, end):
            _fetch_rows(history, history_from, learners[row], little, slot, rows, n_courses)
        for row in range(start, end):
            learner, one = learners[row], row - start
            n_drawn[one] = 0
            if own[row] != last_own or bar[row] != last_bar:
                last_own, last_bar = own[row], bar[row]
                base_reach = _round_base(base, last_own, bars, last_bar, once, said, scratch)
            highest = _highest(need, need_from[row], need_from[row + 1], scratch) * once + _ONE
            most = MOST - base_reach - int(highest)
            apart = _apart(history, history_from, learner, little, slot, exact_slot, times, reach, most)
            if apart < 0:
                continue
            _note(lift, exact_lift, rough_need, need_course, need, need_from[row], need_from[row + 1], once)
            _bar(lift, barred, barred_from[learner], barred_from[learner + 1])
            _add_up(sums, said, lift, history, history_from, learner, little, slot, rows, times)
            _greatest(sums, greatest)
            guess = _reached(greatest, values.shape[1], guess)
            n = _that_reach(sums, n_courses, max(guess - apart, _LOWEST), found) if guess > -MOST else _ROOM + 1
            n_drawn[one] = n if n <= _ROOM else 0
            for place in range(n_drawn[one]):
                course = np.uint64(found[place])
                drawn[one, place], says[one, place], adds[one, place] = (
                    course,
                    base[last_own, course],
                    exact_lift[course],
                )
            _fetch_exact(
                history, history_from, learner, little, exact_slot, exact, n_courses, n_groups, found, n_drawn[one]
            )
            _forget(exact_lift, need_course, need_from[row], need_from[row + 1])
        for row in range(start, end):
            one, n, learner = row - start, n_drawn[row - start], learners[row]
            first, size = history_from[learner], history_from[learner + 1] - history_from[learner]
            if n > 0:
                _weigh(history, first, size, little, unit, recency, exact_slot, n_courses * n_groups, weight, place_of)
                _work_out(drawn, says, adds, one, n, bars, bar[row], exact, place_of, weight, n_groups, size, wide,
                          is_few, score, near)  # fmt: skip
                _put_in_order(score, n, better, order)
                _put(drawn, says, adds, one, n, exact, place_of, weight, n_groups, history, first, size, score, near,
                     order, row, courses, values, guided, nearest, loudest)  # fmt: skip
            done[row] = n > 0


@bare_inline
def _fetch_rows(
    history: Any, history_from: Any, learner: int, little: int, slot: Any, rows: Any, n_courses: int
) -> None:
    """Ask for the rough rows of a history."""
    first, end = history_from[learner], history_from[learner + 1]
    long = int(end - first > little)
    for entry in range(first, end):
        one = np.int64(slot[long, min(end - 1 - entry, slot.shape[1] - 1), history[entry]])
        for place in range(0, n_courses if one >= 0 else 0, _LINE):
            _fetch(rows, one * n_courses + place)


@bare_inline
def _fetch_exact(
    history: Any, history_from: Any, learner: int, little: int, exact_slot: Any, exact: Any, n_courses: int,
    n_groups: int, found: Any, n: int,
) -> None:  # fmt: skip
    """Ask for what a history says exactly of some courses."""
    first, end = history_from[learner], history_from[learner + 1]
    for entry in range(first, end):
        row = np.int64(exact_slot[int(end - first > little), history[entry]]) * n_courses
        for place in range(n):
            _fetch(exact, (row + np.int64(found[place])) * n_groups)


@bare_inline
def _round_base(base: Any, own: int, bars: Any, bar: int, once: Any, said: Any, scratch: Any) -> int:
    """Put a base row into steps; return how many steps it is away from 0 at most."""
    reach = _farthest(base, own, scratch) * once + _ONE
    if reach > MOST:
        return MOST + 1
    for course in range(len(said)):
        value = (base[own, course] + bars[bar, course]) * once
        # From 0 on, whole numbers are cut off as they should be rounded.
        value = (value if value > _NOT_SHOWN else _NOT_SHOWN) + _UP
        said[course] = np.int16(np.int32(value) + 2 * _BARRED)
    return int(reach)


@bare_inline
def _farthest(base: Any, own: int, scratch: Any) -> Any:
    """Return the greatest distance from 0: without its sign, a number is in order as its bits are."""
    bits, farthest = base.view(np.int32), np.int32(0)
    for course in range(base.shape[1]):
        one = np.int32(bits[own, course] & 0x7FFFFFFF)
        farthest = one if one > farthest else farthest
    scratch[0] = farthest
    return scratch.view(np.float32)[0]


@bare_inline
def _highest(lifts: Any, first: int, end: int, scratch: Any) -> Any:
    """Return the greatest of numbers from 0 on, 0 where there are none."""
    bits, highest = lifts.view(np.int32), np.int32(0)
    for entry in range(first, end):
        highest = bits[entry] if bits[entry] > highest else highest
    scratch[0] = highest
    return scratch.view(np.float32)[0]


@bare_inline
def _apart(
    history: Any, history_from: Any, learner: int, little: int, slot: Any, exact_slot: Any, times: Any, reach: Any,
    most: int,
) -> int:  # fmt: skip
    """Return how many steps two sums may be apart and yet the other way round; below 0 where that is not known.

    That is where a row of the history is not kept, or sums may be more than ``most``.
    """
    first, end = history_from[learner], history_from[learner + 1]
    long, apart = int(end - first > little), 4
    if end - first > _OLDEST:
        return -1
    for entry in range(first, end):
        one = slot[long, min(end - 1 - entry, slot.shape[1] - 1), history[entry]]
        if one < 0 or exact_slot[long, history[entry]] < 0:
            return -1
        most -= reach[one]
        apart += times[one]
    return apart if most >= 0 else -1


@bare_inline
def _note(lift: Any, exact: Any, rough: Any, courses: Any, need: Any, first: int, end: int, once: Any) -> None:
    """Note what needs add: long before it is read, or reading would wait for it."""
    for entry in range(end - first):
        rough[entry] = np.int16(np.int32(need[np.uint64(first + entry)] * once + _HALF))
    for entry in range(end - first):
        course = courses[np.uint64(first + entry)]
        lift[course], exact[course] = rough[entry], need[np.uint64(first + entry)]


@bare_inline
def _bar(lift: Any, barred: Any, first: int, end: int) -> None:
    for entry in range(first, end):
        lift[barred[np.uint64(entry)]] = _BARRED


@bare_inline
def _forget(exact: Any, courses: Any, first: int, end: int) -> None:
    for entry in range(first, end):
        exact[courses[np.uint64(entry)]] = _NONE


@bare_inline
def _add_up(
    sums: Any, said: Any, lift: Any, history: Any, history_from: Any, learner: int, little: int, slot: Any, rows: Any,
    times: Any,
) -> None:  # fmt: skip
    """Add up what the profile, needs and the history say, and forget what needs add."""
    first, end, n_courses = history_from[learner], history_from[learner + 1], len(said)
    for course in range(n_courses):
        sums[course] = said[course] + lift[course]
        lift[course] = 0
    for entry in range(first, end):
        one = np.int64(slot[int(end - first > little), min(end - 1 - entry, slot.shape[1] - 1), history[entry]])
        row, once = one * n_courses, times[one]
        for course in range(n_courses):
            sums[course] = sums[course] + np.int16(rows[np.uint64(row + course)]) * once


@bare_inline
def _greatest(sums: Any, greatest: Any) -> None:
    """Find the greatest sum of each strip.

    Strip ``s`` has the courses ``s + m * len(greatest)``: so strips are compared side by side.
    """
    strips = len(greatest)
    for strip in range(strips):
        greatest[strip] = sums[strip]
    for start in range(strips, len(sums), strips):
        for strip in range(strips):
            one = sums[np.uint64(start + strip)]
            greatest[strip] = one if one > greatest[strip] else greatest[strip]


@bare_inline
def _reached(sums: Any, k: int, guess: int) -> int:
    """Return a sum that k of them reach and not many more; -32768 where fewer than k are above it.

    ``guess`` only saves time.
    """
    low, high, value, step = -32768, 32768, max(guess, -MOST), 8
    while high - low > 1:
        least, count = np.int16(value), np.int16(0)
        for place in range(len(sums)):
            count = np.int16(count + np.int16(sums[place] >= least))
        if count >= k:
            low = value
            if count <= k + k // 8:
                break
            value = value + step if high == 32768 else (low + high) // 2
        else:
            high = value
            value = value - step if low == -32768 else (low + high) // 2
        step *= 2
        value = min(max(value, low + 1), high - 1)
    return low


@bare_inline
def _that_reach(sums: Any, n_courses: int, lowest: int, found: Any) -> int:
    """Note the courses whose sums reach ``lowest``; return how many there are."""
    size, least = 0, np.int16(lowest)
    for start in range(0, n_courses, _WORD):
        waiting = _reaching(sums, start, least)
        for _ in range(2):  # mostly there are fewer, so that a processor need not guess how many
            found[size] = start + _place(waiting)
            size += waiting != 0
            waiting &= waiting - 1
        while waiting:
            found[size] = start + _place(waiting)
            size += 1
            waiting &= waiting - 1
    return size


@bare_inline
def _place(bits: Any) -> Any:
    """Return the place of the lowest bit that is set."""
    return _PLACES[(np.uint64(bits & -bits) * np.uint64(_HASH)) >> np.uint64(58)]


@bare_inline
def _weigh(
    history: Any, first: int, size: int, little: int, unit: Any, recency: Any, exact_slot: Any, n_all: int,
    weight: Any, place_of: Any,
) -> None:  # fmt: skip
    """Note weights and places of a history's rows, the newest course first."""
    n_groups, long = len(recency), int(size > little)
    for age in range(size):
        course = history[first + size - 1 - age]
        place_of[age] = np.int64(exact_slot[long, course]) * n_all
        for group in range(n_groups):
            weight[age * n_groups + group] = recency[group, min(age, recency.shape[1] - 1)] * unit[long, group, course]


@bare_inline
def _work_out(
    drawn: Any, says: Any, adds: Any, one: int, n: int, bars: Any, bar: int, exact: Any, place_of: Any, weight: Any,
    n_groups: int, size: int, wide: Any, is_few: Any, score: Any, near: Any,
) -> None:  # fmt: skip
    """Work out the scores of courses by the additions of ``kernel``, in their order, and which one taken adds most."""
    all_wide = wide.all()
    for place in range(n):
        course = drawn[one, place]
        whole, most, nearest = says[one, place] + bars[bar, course], _NONE, -1
        before = whole
        for age in range(size):
            at, added = place_of[age] + np.uint64(course * n_groups), _NONE
            for group in range(n_groups):
                part = weight[np.uint64(age * n_groups + group)] * np.float32(exact[at + np.uint64(group)])
                added += part
                whole += part
            nearest = age if added > most else nearest
            most = added if added > most else most
        if not all_wide:
            whole = _with_few(before, course, exact, place_of, weight, n_groups, size, wide, is_few)
        score[place], near[place] = whole + adds[one, place], nearest


@bare
def _with_few(
    whole: Any, course: Any, exact: Any, place_of: Any, weight: Any, n_groups: int, size: int, wide: Any, is_few: Any
) -> Any:
    """Add what a history says of a course: groups that speak of all courses first, then those that do of few."""
    for age in range(size):
        for group in range(n_groups):
            if wide[group]:
                at = place_of[age] + np.uint64(course * n_groups + group)
                whole += weight[age * n_groups + group] * np.float32(exact[at])
    for group in range(n_groups):
        for age in range(size if is_few[group, course] else 0):
            at = place_of[age] + np.uint64(course * n_groups + group)
            whole += weight[age * n_groups + group] * np.float32(exact[at])
    return whole


@bare_inline
def _put_in_order(score: Any, n: int, better: Any, order: Any) -> None:
    """Note the places of the best, best first; of equal ones the first, which is the course with the lower number."""
    for place in range(_ROOM):
        better[place] = 0
    for place in range(n, _ROOM):
        score[place] = _NEVER
    for other in range(n):
        value = score[other]
        # Over all places, of which there are always as many: so these are a few instructions.
        for place in range(_ROOM):
            better[place] += np.int32(value > score[place])
    so_far = 0
    for place in range(n):
        so_far += better[place]
    if 2 * so_far != n * (n - 1):  # some are equal
        for other in range(n):
            for place in range(other + 1, n):
                better[place] += np.int32(score[other] == score[place])
    for place in range(n):
        order[np.uint64(better[place])] = place


@bare_inline
def _put(
    drawn: Any, says: Any, adds: Any, one: int, n: int, exact: Any, place_of: Any, weight: Any, n_groups: int,
    history: Any, first: int, size: int, score: Any, near: Any, order: Any,
    row: int, courses: Any, values: Any, guided: Any, nearest: Any, loudest: Any,
) -> None:  # fmt: skip
    """Put the best where lists are, with what says most for each."""
    for number in range(min(n, courses.shape[1])):
        place = np.uint64(order[number])
        course, add, age = drawn[one, place], adds[one, place], near[place]
        most = says[one, place]
        loud = FROM_NEED if add > most else FROM_BASE
        most = add if add > most else most
        for group in range(n_groups if size else 0):
            total, at = _NONE, np.uint64(course * n_groups + group)
            for earlier in range(size):
                part = weight[np.uint64(earlier * n_groups + group)]
                total += part * np.float32(exact[place_of[earlier] + at])
            loud = FROM_GROUP + group if total > most else loud
            most = total if total > most else most
        courses[row, number], values[row, number], guided[row, number] = course, score[place], add > 0
        nearest[row, number] = history[first + size - 1 - age] if age >= 0 else NOTHING
        loudest[row, number] = loud


def _fetched(_: Any, array: Any, index: Any) -> Any:
    """Ask for the memory around an entry of an array, so that nothing waits for it later; changes nothing."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        where = builder.bitcast(_address(context, builder, signature, arguments), _BYTE)
        kind = ir.FunctionType(ir.VoidType(), [_BYTE, _INT, _INT, _INT])
        ask = builder.module.declare_intrinsic("llvm.prefetch", [_BYTE], kind)
        builder.call(ask, [where, _INT(0), _INT(3), _INT(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


def _those_reaching(_: Any, array: Any, index: Any, least: Any) -> Any:
    """Return a bit for each of 64 numbers of two bytes, from an entry of an array on: whether it reaches ``least``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        where = _address(context, builder, signature, arguments)
        numbers = builder.load(builder.bitcast(where, _NUMBERS.as_pointer()))
        numbers.align = 2
        one = builder.insert_element(ir.Constant(_NUMBERS, ir.Undefined), arguments[2], _INT(0))
        first = ir.Constant(ir.VectorType(_INT, _WORD), [0] * _WORD)
        all_least = builder.shuffle_vector(one, ir.Constant(_NUMBERS, ir.Undefined), first)
        return builder.bitcast(builder.icmp_signed(">=", numbers, all_least), _PLACE)

    return types.int64(array, types.int64, types.int16), generate


def _address(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    values = context.make_array(signature.args[0])(context, builder, arguments[0])
    return builder.gep(values.data, [arguments[1]])


_fetch: Any = intrinsic(_fetched)
_reaching: Any = intrinsic(_those_reaching)
