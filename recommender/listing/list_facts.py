"""The facts behind a list: which gap each course closes, what it goes with, what speaks for it most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.fold import ALL
from models.hybrid import Hybrid
from recommender.gaps import SURE
from recommender.listing.kernel import FROM_GROUP, FROM_NEED, FROM_OTHERS, Best
from recommender.listing.lists import NOTHING
from recommender.listing.posts import PostTable, TaughtTable
from recommender.listing.ranges import changes, ranges
from recommender.listing.reason_codes import (
    CLOSES,
    CLOSES_CRITICAL,
    CLOSES_CRITICAL_UNKNOWN,
    CLOSES_UNKNOWN,
    GOES_WITH,
    NEED,
    OF_MODEL,
)
from recommender.listing.standings import Standings

GAP_CODES = np.array([[CLOSES_UNKNOWN, CLOSES_CRITICAL_UNKNOWN], [CLOSES, CLOSES_CRITICAL]], dtype=np.uint8)
"""By whether evidence speaks, then by whether the requirement is critical."""


def gap_reasons(
    courses: NDArray[np.int32],
    post: NDArray[np.int64],
    standing: Standings,
    posts: PostTable,
    taught: TaughtTable,
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return for each listed course the worst gap of the learner that it closes a step of.

    Parameters
    ----------
    courses
        Shape (n, k), ``NOTHING`` where a list is shorter.
    post
        Shape (n,), row of each learner's post.

    Returns
    -------
    codes
        Shape (n, k), 0 where a course closes no gap.
    competencies
        Shape (n, k), the gap's competency, else ``NOTHING``.
    """
    n, k = courses.shape
    flat = courses.ravel().astype(np.int64)
    sizes = np.where(flat == NOTHING, 0, np.diff(taught.start)[flat])
    lesson = ranges(np.where(flat == NOTHING, 0, taught.start[flat]), sizes)
    place = np.repeat(np.arange(len(flat)), sizes)
    slot = posts.slot[post[place // k], taught.competency[lesson]] if k else np.empty(0, dtype=np.int16)
    lesson, place, slot = lesson[slot >= 0], place[slot >= 0], slot[slot >= 0]
    row = standing.start[place // max(k, 1)] + slot
    required = posts.required[standing.need[row]]
    level = np.minimum(taught.to_level[lesson], required)
    closes = (taught.from_level[lesson] < required) & (standing.at_least[row, level] < SURE)
    place, row = place[closes], row[closes]
    order = np.lexsort((standing.rank[row], place))
    first = order[changes(place[order])]
    rows = np.full(n * k, NOTHING, dtype=np.int64)
    rows[place[first]] = row[first]
    found = np.flatnonzero(rows != NOTHING)
    need = standing.need[rows[found]]
    codes, competencies = np.zeros(n * k, dtype=np.uint8), np.full(n * k, NOTHING, dtype=np.int32)
    codes[found] = GAP_CODES[standing.known[rows[found]].astype(np.int64), posts.critical[need].astype(np.int64)]
    competencies[found] = posts.competency[need]
    return codes.reshape(n, k), competencies.reshape(n, k)


@dataclass(frozen=True)
class Voices:
    """Which reason code stands for what the kernel found loudest."""

    of_group: NDArray[np.uint8]
    """Shape (2, n_groups, 2): little or long history, group of the fold, known or new course."""
    of_others: int
    is_new: NDArray[np.int64]
    """Shape (n_courses,), 1 for courses that nobody had taken."""

    @classmethod
    def of(cls, hybrid: Hybrid, n_courses: int) -> Voices:
        """Read what the fold and the plan say."""
        code = np.array([OF_MODEL[name] for name in ALL], dtype=np.uint8)
        known = np.ones(n_courses, dtype=bool) if hybrid.new is None else hybrid.new.known(n_courses)
        others = hybrid.others
        return cls(code[hybrid.folded().loudest], OF_MODEL[others[0]] if others else 0, (~known).astype(np.int64))


def reasons_of(
    best: Best,
    gap: tuple[NDArray[np.uint8], NDArray[np.int32]],
    said: NDArray[np.uint8],
    voices: Voices,
    situations: NDArray[np.int64],
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return reason codes and subjects, shapes (n, k, 2): the gap, else what it goes with, else what says most.

    Parameters
    ----------
    best
        What the kernel found.
    gap
        Code and competency of the gap that each course closes (``gap_reasons``).
    said
        Shape (n, n_courses), reason code of each learner's base row.
    voices
        The codes of everything else.
    situations
        Shape (n,), number in ``SITUATIONS``.
    """
    listed = best.courses != NOTHING
    courses = np.where(listed, best.courses, 0)
    loud = np.take_along_axis(said, courses, axis=1)
    group = best.loudest.astype(np.int64) - FROM_GROUP
    long = np.maximum(situations - 1, 0)[:, None]
    in_group = voices.of_group[long, np.maximum(group, 0), voices.is_new[courses]] if voices.of_group.size else loud
    loud = np.where(group >= 0, in_group, loud)
    loud = np.where(best.loudest == FROM_NEED, NEED, np.where(best.loudest == FROM_OTHERS, voices.of_others, loud))
    goes = best.nearest != NOTHING
    codes, competencies = gap
    closes = codes > 0
    nothing = np.full_like(competencies, NOTHING)
    with_course = np.where(goes, GOES_WITH, loud), np.where(goes, best.nearest, NOTHING)
    first = np.where(closes, codes, with_course[0]), np.where(closes, competencies, with_course[1])
    second = np.where(closes, with_course[0], np.where(goes, loud, 0)), np.where(closes, with_course[1], nothing)
    reasons = np.where(listed[..., None], np.stack([first[0], second[0]], axis=-1), 0)
    return reasons.astype(np.uint8), np.stack([first[1], second[1]], axis=-1).astype(np.int32)
