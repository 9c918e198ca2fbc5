"""Which gap each listed course closes: the first fact behind a list."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.gaps import SURE
from recommender.listing.lists import NOTHING
from recommender.listing.posts import PostTable, TaughtTable
from recommender.listing.ranges import ranges
from recommender.listing.reason_codes import CLOSES, CLOSES_CRITICAL, CLOSES_CRITICAL_UNKNOWN, CLOSES_UNKNOWN
from recommender.listing.standings import Standings

_CODES = np.array([[CLOSES_UNKNOWN, CLOSES_CRITICAL_UNKNOWN], [CLOSES, CLOSES_CRITICAL]], dtype=np.uint8)
"""By whether evidence speaks, then by whether the requirement is critical."""


def gap_reasons(
    courses: NDArray[np.int32],
    post: NDArray[np.int64],
    standing: Standings,
    posts: PostTable,
    taught: TaughtTable,
) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.int64]]:
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
    rows
        Shape (n, k), the gap's row in the standings, else ``NOTHING``.
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
    first = order[np.diff(place[order], prepend=-1) != 0]
    rows = np.full(n * k, NOTHING, dtype=np.int64)
    rows[place[first]] = row[first]
    found = np.flatnonzero(rows != NOTHING)
    need = standing.need[rows[found]]
    codes, competencies = np.zeros(n * k, dtype=np.uint8), np.full(n * k, NOTHING, dtype=np.int32)
    codes[found] = _CODES[standing.known[rows[found]].astype(np.int64), posts.critical[need].astype(np.int64)]
    competencies[found] = posts.competency[need]
    return codes.reshape(n, k), competencies.reshape(n, k), rows.reshape(n, k)
