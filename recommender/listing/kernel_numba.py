"""Add rows, mask, keep the best: compiled. ``kernel`` says what it does, and does the same without a compiler."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from recommender.listing.bare_numba import bare, bare_inline
from recommender.listing.drawn_numba import best_drawn
from recommender.listing.few import while_others_wait
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

_DEPTH, _WORD = 6, 64
"""Courses of a strip at least, of which most are passed over by the greatest score; strips whose bits fill a word."""
_PLACES = np.empty(64, dtype=np.int64)
_HASH = 0x03F79D71B4CB0A89
"""Moved by 0 to 63 bits, its highest six bits are a different number each time (de Bruijn): the place of a bit."""
_PLACES[[((_HASH << place) % 2**64) >> 58 for place in range(64)]] = np.arange(64)
_LEAST = np.finfo(np.float32).min
"""What a course reaches that may be shown."""
_FEW = 96
"""So many courses are put in order by counting, for each, how many are better; more are sorted."""


def best_compiled(work: Work, k: int, track: int, *, few: bool = False) -> Best:
    """Return the k best courses of each learner; other threads run meanwhile, of ``few`` they wait.

    Where rows are laid out for it (``rough``) ``drawn_numba`` does most learners, and what is here does the rest.
    """
    found = Best.empty(len(work.own), k)
    left = best_drawn(work, k, track, found)
    if k and len(left):
        (_learners_few if few else _learners)(
            left, work.base, work.own, work.bars, work.bar, work.others, work.rows.reshape(-1), work.unit,
            work.few_from, work.few, work.recency, work.learner, work.history_from, work.history, work.need_from,
            work.need_course, work.need, work.barred_from, work.barred, work.little, track,
            found.courses, found.scores, found.guided, found.nearest, found.loudest,
        )  # fmt: skip
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _learners(
    left: Any, base: Any, own: Any, bars: Any, bar: Any, others: Any, rows: Any, unit: Any, few_from: Any, few: Any,
    recency: Any, learners: Any, history_from: Any, history: Any, need_from: Any, need_course: Any, need: Any,
    barred_from: Any, barred: Any, little: int, track: int,
    courses: Any, values: Any, guided: Any, nearest: Any, loudest: Any,
) -> None:  # fmt: skip
    """Lay out what is worked on, and do those who are left."""
    n_courses, n_groups, k = base.shape[1], len(recency), courses.shape[1]
    room = n_groups
    for row in left:
        room = max(room, (history_from[learners[row] + 1] - history_from[learners[row]]) * n_groups)
    _all(
        left, base, own, bars, bar, others, rows, unit, few_from, few, recency, learners, history_from, history,
        need_from, need_course, need, barred_from, barred, little, track, courses, values, guided, nearest, loudest,
        np.empty(n_courses, dtype=np.float32), np.zeros(n_courses, dtype=np.float32),
        np.full(n_courses, -np.inf, dtype=np.float32),
        np.empty(max(n_courses // _DEPTH // _WORD, 1) * _WORD, dtype=np.float32),
        np.empty(n_courses + 1, dtype=np.int64), np.empty((n_groups, k), dtype=np.float32),
        np.empty((2, k), dtype=np.float32), np.empty(room, dtype=np.float32), np.empty(room, dtype=np.int64),
    )  # fmt: skip


_learners_few = while_others_wait(_learners)


@bare
def _all(
    left: Any, base: Any, own: Any, bars: Any, bar: Any, others: Any, rows: Any, unit: Any, few_from: Any, few: Any,
    recency: Any, learners: Any, history_from: Any, history: Any, need_from: Any, need_course: Any, need: Any,
    barred_from: Any, barred: Any, little: int, track: int,
    courses: Any, values: Any, guided: Any, nearest: Any, loudest: Any,
    scores: Any, lift: Any, other: Any, greatest: Any, keys: Any, total: Any, together: Any, weight: Any, where: Any,
) -> None:  # fmt: skip
    n_groups, k, strips, guess = len(recency), courses.shape[1], len(greatest), np.float32(1.0)
    for row in left:
        taken = history[history_from[learners[row]] : history_from[learners[row] + 1]]
        size = len(taken) * n_groups
        # As whole numbers from 0 on, places need not be looked at for being counted from the end.
        needed = need_course[need_from[row] : need_from[row + 1]].view(np.uint32)
        out = barred[barred_from[learners[row]] : barred_from[learners[row] + 1]].view(np.uint32)
        _lift(lift, needed, need[need_from[row] : need_from[row + 1]], out)
        long = int(len(taken) > little)
        _weigh(taken, unit[long], recency, long, weight, where)
        said = base[own[row]]
        if len(others):
            other = others[row]
        _begin(scores, said, bars[bar[row]], other, len(others) > 0)
        _add_all(scores, rows, weight[:size], where[:size], few_from)
        _add_few(scores, rows, weight[:size], where[:size], few_from, few)
        _add(scores, lift)
        _only(scores, lift, track)
        if 2 * k > strips:
            reached = _reached(scores, k, guess)
            n_found = _that_reach(scores, max(reached, _LEAST), keys)
        else:
            _greatest(scores, greatest)
            reached = _reached(greatest, k, guess)
            n_found = _in_strips(scores, greatest, max(reached, _LEAST), keys)
        guess = reached if reached > -np.inf else guess
        n_kept = _keep(keys[:n_found], scores, courses[row], values[row])
        _facts(
            courses[row, :n_kept].view(np.uint32), said, lift, other, taken, rows, weight, where.view(np.uint64), total,
            together,
            guided[row], nearest[row], loudest[row],
        )  # fmt: skip
        _put(lift, needed, 0.0)
        _put(lift, out, 0.0)


@bare_inline
def _weigh(history: Any, unit: Any, recency: Any, long: int, weight: Any, where: Any) -> None:
    """Note weight and place of the rows that are added, the newest course first and the groups in turn."""
    n_groups, n_courses = unit.shape
    oldest, n, size = recency.shape[1] - 1, len(history), 0
    for age in range(n):
        course, fading = np.int64(history[n - 1 - age]), min(age, oldest)
        row = (long * n_groups * n_courses + course) * n_courses
        for group in range(n_groups):
            weight[size] = recency[group, fading] * unit[group, course]
            where[size] = row
            row += n_courses * n_courses
            size += 1


@bare_inline
def _begin(scores: Any, said: Any, bar: Any, other: Any, has_others: bool) -> None:
    """Put into ``scores`` what the profile and other models say, ``-inf`` for what may not be shown."""
    if has_others:
        for course in range(len(scores)):
            scores[course] = (said[course] + bar[course]) + other[course]
    else:
        for course in range(len(scores)):
            scores[course] = said[course] + bar[course]


@bare_inline
def _add_all(scores: Any, rows: Any, weight: Any, where: Any, few_from: Any) -> None:
    """Add the rows of groups that speak of all courses, four at a time.

    A row that is added in place of none is the first one times 0: it changes nothing.
    """
    n_groups, n = len(few_from) - 1, len(scores)
    waiting = 0
    a, b, c = 0, 0, 0
    u, v, w = np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for entry in range(len(weight)):
        group = entry % n_groups
        if weight[entry] == 0 or few_from[group] != few_from[group + 1]:
            continue
        if waiting == 0:
            a, u = where[entry], weight[entry]
        elif waiting == 1:
            b, v = where[entry], weight[entry]
        elif waiting == 2:
            c, w = where[entry], weight[entry]
        else:
            _four(scores, rows[a : a + n], rows[b : b + n], rows[c : c + n], rows[where[entry] : where[entry] + n],
                  u, v, w, weight[entry])  # fmt: skip
        waiting = (waiting + 1) % 4
    if waiting == 3:
        _three(scores, rows[a : a + n], rows[b : b + n], rows[c : c + n], u, v, w)
    elif waiting == 2:
        _two(scores, rows[a : a + n], rows[b : b + n], u, v)
    elif waiting == 1:
        _one(scores, rows[a : a + n], u)


@bare_inline
def _four(scores: Any, a: Any, b: Any, c: Any, d: Any, u: Any, v: Any, w: Any, x: Any) -> None:
    for course in range(len(scores)):
        scores[course] = (
            ((scores[course] + u * np.float32(a[course])) + v * np.float32(b[course])) + w * np.float32(c[course])
        ) + x * np.float32(d[course])


@bare_inline
def _three(scores: Any, a: Any, b: Any, c: Any, u: Any, v: Any, w: Any) -> None:
    for course in range(len(scores)):
        scores[course] = ((scores[course] + u * np.float32(a[course])) + v * np.float32(b[course])) + w * np.float32(
            c[course]
        )


@bare_inline
def _two(scores: Any, a: Any, b: Any, u: Any, v: Any) -> None:
    for course in range(len(scores)):
        scores[course] = (scores[course] + u * np.float32(a[course])) + v * np.float32(b[course])


@bare_inline
def _one(scores: Any, a: Any, u: Any) -> None:
    for course in range(len(scores)):
        scores[course] = scores[course] + u * np.float32(a[course])


@bare_inline
def _add_few(scores: Any, rows: Any, weight: Any, where: Any, few_from: Any, few: Any) -> None:
    """Add the rows of groups that speak of few courses."""
    n_groups = len(few_from) - 1
    for group in range(n_groups if len(few) else 0):
        for entry in range(group, len(weight), n_groups):
            for place in range(few_from[group], few_from[group + 1]):
                course = few[place]
                scores[course] += weight[entry] * np.float32(rows[where[entry] + course])


@bare_inline
def _lift(lift: Any, courses: Any, need: Any, barred: Any) -> None:
    """Note what needs add, ``-inf`` for what is barred: long before it is read, or reading would wait for it."""
    for entry in range(len(courses)):
        lift[courses[entry]] = need[entry]
    _put(lift, barred, -np.inf)


@bare_inline
def _add(scores: Any, lift: Any) -> None:
    for course in range(len(scores)):
        scores[course] = scores[course] + lift[course]


@bare_inline
def _put(values: Any, places: Any, value: float) -> None:
    for entry in range(len(places)):
        values[places[entry]] = value


@bare_inline
def _only(scores: Any, lift: Any, track: int) -> None:
    """Bar what is not of the track."""
    if track != ALL_COURSES:
        for course in range(len(scores)):
            if (lift[course] > 0) != (track == ONLY_GUIDED):
                scores[course] = -np.inf


@bare_inline
def _facts(
    courses: Any, said: Any, lift: Any, other: Any, history: Any, rows: Any, weight: Any, where: Any, total: Any,
    together: Any, guided: Any, nearest: Any, loudest: Any,
) -> None:  # fmt: skip
    """Note for each course whether it closes a gap, which course of the history adds most, and what says most."""
    n_groups, n, n_courses = len(total), len(history), len(courses)
    added, most = together[0], together[1]
    total[:] = 0.0
    most[:] = 0.0
    for age in range(n):
        added[:] = 0.0
        for group in range(n_groups):
            once, row = weight[age * n_groups + group], where[age * n_groups + group]
            for place in range(n_courses):
                says = once * np.float32(rows[row + courses[place]])
                total[group, place] += says
                added[place] += says
        taken = history[n - 1 - age]
        for place in range(n_courses):
            more = added[place] > most[place]
            nearest[place] = taken if more else nearest[place]
            most[place] = added[place] if more else most[place]
    for place in range(n_courses):
        course = courses[place]
        loud, loudness = FROM_BASE, said[course]
        if lift[course] > loudness:
            loud, loudness = FROM_NEED, lift[course]
        if other[course] > loudness:
            loud, loudness = FROM_OTHERS, other[course]
        guided[place], loudest[place], most[place] = lift[course] > 0, loud, loudness
    for group in range(n_groups if n else 0):
        for place in range(n_courses):
            louder = total[group, place] > most[place]
            loudest[place] = FROM_GROUP + group if louder else loudest[place]
            most[place] = total[group, place] if louder else most[place]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"nnan", "nsz"})
def _greatest(scores: Any, greatest: Any) -> None:
    """Find the greatest score of each strip; none of the scores is no number.

    Strip ``s`` has the courses ``s + m * len(greatest)``: so strips are compared side by side.
    """
    strips = len(greatest)
    whole = len(scores) // strips
    for strip in range(strips):
        left = whole * strips + strip
        greatest[strip] = scores[left] if left < len(scores) else -np.inf
    for number in range(0, whole - 1, 2):
        one, other = (
            scores[number * strips : (number + 1) * strips],
            scores[(number + 1) * strips : (number + 2) * strips],
        )
        for strip in range(strips):
            greatest[strip] = max(greatest[strip], one[strip], other[strip])
    if whole % 2:
        last = scores[(whole - 1) * strips : whole * strips]
        for strip in range(strips):
            greatest[strip] = max(greatest[strip], last[strip])


@bare_inline
def _reached(scores: Any, k: int, guess: Any) -> Any:
    """Return a value that k scores reach and not many more; ``-inf`` where fewer than k do.

    ``guess`` only saves time: whatever the value, the courses that reach it hold the k best.
    """
    low, high = np.float32(-np.inf), np.float32(np.inf)
    value, step = guess, np.float32(0.25)
    for _ in range(40):
        count = _count(scores, value)
        if count >= k:
            low = value
            if count <= k + k // 4:
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


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc"})
def _count(scores: Any, value: Any) -> Any:
    """Count scores that reach a value; in float32, exact below 16 million, so that the loop runs many at a time."""
    count = np.float32(0.0)
    for course in range(len(scores)):
        count += np.float32(scores[course] >= value)
    return count


@bare_inline
def _that_reach(scores: Any, least: Any, keys: Any) -> int:
    """Put the keys of what reaches ``least``, a number, into ``keys``; return how many there are."""
    size = 0
    for course in range(len(scores)):
        keys[size] = course
        size += scores[course] >= least
    _make_keys(scores, keys[:size])
    return size


@bare_inline
def _in_strips(scores: Any, greatest: Any, least: Any, keys: Any) -> int:
    """As ``_that_reach``, looking only into strips that hold any."""
    size, strips = 0, len(greatest)
    for start in range(0, strips, _WORD):
        waiting = _reaching(greatest[start : start + _WORD], least)
        while waiting:
            strip = start + _PLACES[(np.uint64(waiting & -waiting) * np.uint64(_HASH)) >> np.uint64(58)]
            waiting &= waiting - 1
            course = np.uint64(strip)
            while course < len(scores):
                keys[size] = course
                size += scores[course] >= least
                course += np.uint64(strips)
    _make_keys(scores, keys[:size])
    return size


@bare_inline
def _make_keys(scores: Any, keys: Any) -> None:
    """Turn courses into their keys."""
    bits = scores.view(np.int32)
    for place in range(len(keys)):
        keys[place] = _key(bits[keys[place]], keys[place])


@bare_inline
def _reaching(values: Any, least: Any) -> Any:
    """Return a bit for each of 64 values: whether it reaches ``least``."""
    found = np.int64(0)
    for place in range(_WORD):
        found |= np.int64(values[place] >= least) << np.int64(place)
    return found


@bare_inline
def _key(bits: Any, course: int) -> Any:
    """Return a number that is greater the better the course: by the bits of its score, then the lower number.

    As whole numbers the bits of floats above 0 are in order, of those below 0 in the opposite one; both zeros are one.
    """
    value = np.int64(bits)
    value = -(value & 0x7FFFFFFF) if value < 0 else value
    return (value << 32) - course


@bare_inline
def _keep(keys: Any, scores: Any, courses: Any, values: Any) -> int:
    """Put the best into ``courses`` and ``values``, best first; return how many."""
    n, k = len(keys), len(courses)
    if n > _FEW:
        _sort(keys)
        for place in range(min(n, k)):
            course = -keys[n - 1 - place] & 0xFFFFFFFF
            courses[place], values[place] = course, scores[course]
        return min(n, k)
    for one in range(n):
        key, better = keys[one], 0
        for other in range(n):
            better += keys[other] > key
        if better < k:
            course = -key & 0xFFFFFFFF
            courses[better], values[better] = course, scores[course]
    return min(n, k)


@bare
def _sort(keys: Any) -> None:
    """Sort in place, the least first, by a heap: numba's own sort makes arrays."""
    n = len(keys)
    for start in range(n // 2 - 1, -1, -1):
        _sink(keys, start, n)
    for end in range(n - 1, 0, -1):
        keys[0], keys[end] = keys[end], keys[0]
        _sink(keys, 0, end)


@bare
def _sink(keys: Any, place: int, end: int) -> None:
    """Move a key down a heap until both below it are less."""
    key = keys[place]
    while 2 * place + 1 < end:
        below = 2 * place + 1
        if below + 1 < end and keys[below + 1] > keys[below]:
            below += 1
        if keys[below] <= key:
            break
        keys[place] = keys[below]
        place = below
    keys[place] = key
