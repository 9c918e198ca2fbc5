"""Stray entries: numbers in a fixed place of every list that are no courses the learner took.

Some public list files carry such an entry at the end of each line (a count, a label) that only looks like one more
course. It poisons whoever trusts the newest course most. The check needs the training file alone: courses that a
learner took can be told from the others in the list; an entry that is told hardly better than by popularity, while
the entry before it is told far better, does not belong to the list.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from features.histories import Histories
from models.base import Scores, seen_mask
from models.item_item import sum_of_rows
from models.knn import cosines
from models.nearest import cosine_neighbours, sums

PLACES = 2
DENSE, NEAREST = 8000, 100
"""Catalogues of more courses are looked at by each course's nearest alone."""
LEARNERS = 2000
LEAST = 500
"""Fewer lists than this are not checked: chance could look like a pattern."""
NO_BETTER = 1.5
"""A stray entry is told by the entries before it at most so many times better than by popularity: by chance."""
BETTER = 3.0
"""The entry before it is told so many times better than the stray one."""


def stray_places(histories: Histories, seed: int = 0) -> tuple[int, ...]:
    """Return the places, counted from the end (0: the last), whose entries do not belong to the lists.

    Only the last ``PLACES`` places are looked at. Whether a place is sound is told from older entries alone.
    """
    lifts = [_lift(histories, place, seed) for place in range(PLACES + 1)]
    return tuple(
        place
        for place, (own, before) in enumerate(pairwise(lifts))
        if own is not None and before is not None and own < NO_BETTER and before > BETTER * own
    )


def is_stray(histories: Histories, seed: int = 0) -> NDArray[np.bool_]:
    """Return which interactions stand in a stray place, shape (n_interactions,); none where times are known."""
    if histories.days is not None:
        return np.zeros(len(histories.courses), dtype=bool)
    return np.isin(histories.ages(), stray_places(histories, seed))


def _lift(histories: Histories, place: int, seed: int) -> float | None:
    """Return how many times better an entry is told by the entries before it than by popularity.

    Told better: mean reciprocal rank among all courses, by the cosine of co-occurrences. ``None``: too few lists.
    """
    ages = histories.ages()
    long_enough = np.flatnonzero(histories.lengths >= place + 3)
    if len(long_enough) < LEAST:
        return None
    before = histories.keep(ages > place)
    judged = LEARNERS if histories.n_courses <= DENSE else LEAST
    learners = np.sort(np.random.default_rng(seed).permutation(long_enough)[:judged])
    targets = histories.courses[histories.indptr[learners + 1] - 1 - place]
    some = before.rows(learners)
    few = before.n_courses <= DENSE
    told = sum_of_rows(some, cosines(before)) if few else sums(some, cosine_neighbours(before, NEAREST, shrink=0.0))
    popular = np.tile(np.bincount(before.courses, minlength=before.n_courses).astype(np.float32), (len(some), 1))
    return _reciprocal(told, some, targets) / max(_reciprocal(popular, some, targets), 1e-9)


def _reciprocal(scores: Scores, some: Histories, targets: NDArray[np.int32]) -> float:
    """Return the mean reciprocal rank of the targets; among equal scores a target stands in the middle."""
    masked = np.where(seen_mask(some), -np.inf, scores)
    own = masked[np.arange(len(masked)), targets][:, None]
    above, ties = (masked > own).sum(axis=1), (masked == own).sum(axis=1) - 1
    return float((1.0 / (1.0 + above + ties / 2.0)).mean())
