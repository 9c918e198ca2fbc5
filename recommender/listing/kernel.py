"""Add rows, mask, keep the best: the plain version, learner by learner, of what ``kernel_numba`` compiles.

Both add in the same order, in float32 and without fused operations, so they agree to the last bit: first the learner's
base row, then what other models say, then the rows of the history, the newest course first and the fadings in turn,
then the rows of fadings that speak of few courses, then needs. Of equal scores the course with the lower number comes
first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.base import Scores
from recommender.listing.lists import NOTHING
from recommender.listing.rough import RoughRows

ALL_COURSES, ONLY_GUIDED, ONLY_DESIRABLE = 0, 1, 2
FROM_BASE, FROM_NEED, FROM_OTHERS, FROM_GROUP = 0, 1, 2, 3
"""What said most for a course; ``FROM_GROUP + g``: the history, through the rows of group ``g``."""


@dataclass(slots=True)
class Work:
    """What the kernel reads of n learners."""

    base: Scores
    """Shape (n_bases, n_courses): what profiles say."""
    own: NDArray[np.int64]
    """Shape (n,), row of ``base``."""
    bars: Scores
    """Shape (n_bars, n_courses): 0, ``-inf`` for what may not be shown."""
    bar: NDArray[np.int64]
    """Shape (n,), row of ``bars``."""
    others: Scores
    """Shape (n, n_courses): what models say that are no sums of rows; shape (0, 0) where there are none."""
    rows: NDArray[np.int16]
    """Shape (2, n_groups, n_courses, n_courses): ``models.fold.Fold.rows``."""
    unit: Scores
    """Shape (2, n_groups, n_courses): what 1 stands for in each row."""
    few_from: NDArray[np.int64]
    """Shape (n_groups + 1,): group ``g`` speaks of the courses ``few[few_from[g]:few_from[g + 1]]``; none: of all."""
    few: NDArray[np.int64]
    recency: Scores
    """Shape (n_groups, n_ages): weight of a course by its age; the last holds for all older ones."""
    learner: NDArray[np.int64]
    """Shape (n,): whose history and whose barred courses these are; the arrays hold those of others as well."""
    history_from: NDArray[np.int64]
    history: NDArray[np.int32]
    need_from: NDArray[np.int64]
    need_course: NDArray[np.int32]
    need: Scores
    """What needs add, above 0."""
    barred_from: NDArray[np.int64]
    barred: NDArray[np.int32]
    little: int
    """Histories longer than this are long: they read ``rows[1]``, shorter ones ``rows[0]``."""
    rough: RoughRows | None = None
    """What the compiled version may read as well, to be done sooner; the plain one works out every course."""


@dataclass(slots=True)
class Best:
    """What the kernel found; every array has shape (n, k)."""

    courses: NDArray[np.int32]
    """``NOTHING`` where fewer courses may be shown."""
    scores: Scores
    guided: NDArray[np.bool_]
    nearest: NDArray[np.int32]
    """The course of the history that adds most, ``NOTHING`` where none adds anything."""
    loudest: NDArray[np.uint8]
    """What adds most: ``FROM_BASE``, ``FROM_NEED``, ``FROM_OTHERS`` or ``FROM_GROUP + g``."""

    @classmethod
    def empty(cls, n: int, k: int) -> Best:
        """Return lists without courses."""
        courses, nearest = np.empty((2, n, k), dtype=np.int32)
        scores = np.empty((n, k), dtype=np.float32)
        courses.fill(NOTHING)
        nearest.fill(NOTHING)
        scores.fill(-np.inf)
        return cls(courses, scores, np.zeros((n, k), dtype=np.bool_), nearest, np.zeros((n, k), dtype=np.uint8))


def best_plain(work: Work, k: int, track: int) -> Best:
    """Return the k best courses of each learner."""
    found = Best.empty(len(work.own), k)
    for learner in range(len(work.own) if k else 0):
        _best_of_one(work, learner, k, track, found)
    return found


def _best_of_one(work: Work, learner: int, k: int, track: int, found: Best) -> None:
    number, base = int(work.learner[learner]), work.base[work.own[learner]]
    before = base + work.bars[work.bar[learner]]
    if len(work.others):
        before += work.others[learner]
    history = _between(work.history, work.history_from, number)[::-1].astype(np.int64)
    long = int(len(history) > work.little)
    ages = np.minimum(np.arange(len(history)), work.recency.shape[1] - 1)
    weights = work.recency[:, ages] * work.unit[long][:, history]
    scores = _with_history(before, history, weights, work, long)
    needed, need = _between(work.need_course, work.need_from, learner), _between(work.need, work.need_from, learner)
    lift = np.zeros(len(scores), dtype=np.float32)
    lift[needed] = need
    lift[_between(work.barred, work.barred_from, number)] = -np.inf
    scores += lift
    if track != ALL_COURSES:
        scores[(lift > 0) != (track == ONLY_GUIDED)] = -np.inf
    best = _best_k(scores, k)
    size = len(best)
    found.courses[learner, :size], found.scores[learner, :size] = best, scores[best]
    found.guided[learner, :size] = lift[best] > 0
    said = [base[best], lift[best], work.others[learner, best] if len(work.others) else np.full(size, -np.inf)]
    if len(history):
        groups = np.arange(len(weights))[:, None, None]
        added = weights[:, :, None] * work.rows[long][groups, history[None, :, None], best]
        together = np.cumsum(added, axis=0)[-1]
        nearest = together.argmax(axis=0)
        speaks = together[nearest, np.arange(size)] > 0
        found.nearest[learner, :size] = np.where(speaks, history[nearest], NOTHING)
        said += list(np.cumsum(added, axis=1)[:, -1])
    found.loudest[learner, :size] = np.argmax(said, axis=0)


def _with_history(before: Scores, history: NDArray[np.int64], weights: Scores, work: Work, long: int) -> Scores:
    """Add the rows of the courses taken, newest first, times their weights; fadings that speak of few courses last."""
    few = np.diff(work.few_from) > 0
    age, group = np.nonzero(np.where(few[:, None], 0.0, weights).T)
    if not len(age):
        scores = before.copy()
    else:
        added = np.empty((len(age) + 1, len(before)), dtype=np.float32)
        added[0] = before
        np.multiply(weights[group, age, None], work.rows[long, group, history[age]], out=added[1:])
        # Along the first axis numpy adds row after row.
        scores = np.add.reduce(added, axis=0)
    for group_of_few in np.flatnonzero(few):
        where = _between(work.few, work.few_from, int(group_of_few))
        for place, course in enumerate(history):
            scores[where] += weights[group_of_few, place] * work.rows[long, group_of_few, course, where]
    return scores


def _best_k(scores: Scores, k: int) -> NDArray[np.int64]:
    """Return the k best of those above ``-inf``, best first; of equal ones the lower number."""
    least = np.partition(scores, -k)[-k] if k < len(scores) else scores.min()
    drawn = np.flatnonzero((scores >= least) & (scores > -np.inf))
    return drawn[np.argsort(-scores[drawn], kind="stable")[:k]]


def _between(values: NDArray[np.generic], starts: NDArray[np.int64], row: int) -> NDArray[np.generic]:
    return values[starts[row] : starts[row + 1]]
