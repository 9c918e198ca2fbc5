"""People whose gaps are alike, put together: k-means from far-apart beginnings, the same on every run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDS = 25


def alike(points: Floats, most: int) -> NDArray[np.int64]:
    """Return each point's group, 0 to at most ``most - 1``; no group is empty.

    Equal points are in one group. Beginnings are chosen one after the other, each the point farthest from those before
    (Gonzalez 1985), the first the one nearest to the mean; then Lloyd's rounds.
    """
    kinds, member, counts = np.unique(points, axis=0, return_inverse=True, return_counts=True)
    if len(kinds) <= most:
        return np.asarray(member.ravel(), dtype=np.int64)
    centres = _far_apart(kinds, most, counts)
    group = np.zeros(len(kinds), dtype=np.int64)
    for _ in range(_ROUNDS):
        nearest = _distances(kinds, centres).argmin(axis=1)
        if (nearest == group).all():
            break
        group = nearest
        for number in np.unique(group):
            inside = group == number
            centres[number] = np.average(kinds[inside], axis=0, weights=counts[inside])
    used = np.unique(group, return_inverse=True)[1]
    return np.asarray(used[member.ravel()], dtype=np.int64)


def _far_apart(kinds: Floats, most: int, counts: NDArray[np.int64]) -> Floats:
    middle = np.average(kinds, axis=0, weights=counts)[None, :]
    chosen = [int(_distances(kinds, middle)[:, 0].argmin())]
    away = _distances(kinds, kinds[chosen])[:, 0]
    while len(chosen) < most:
        # Far from the others, and not alone: a lonely point makes a group for nobody.
        chosen.append(int((away * np.sqrt(counts)).argmax()))
        away = np.minimum(away, _distances(kinds, kinds[chosen[-1:]])[:, 0])
    return kinds[chosen].copy()


def _distances(points: Floats, centres: Floats) -> Floats:
    """Return squared distances, shape (points, centres)."""
    cross = points @ centres.T
    return np.asarray(np.maximum((points**2).sum(axis=1)[:, None] - 2 * cross + (centres**2).sum(axis=1)[None, :], 0.0))
