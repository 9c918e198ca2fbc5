"""Many ranges of whole numbers at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def ranges(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of all ranges [start, start + size) one after the other.

    >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    before = np.cumsum(sizes) - sizes
    return np.asarray(np.repeat(starts - before, sizes) + np.arange(int(sizes.sum())), dtype=np.int64)


def changes(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether each value differs from the one before; the first does.

    >>> changes(np.array([3, 3, 1])).tolist()
    [True, False, True]
    """
    out = np.empty(len(values), dtype=bool)
    out[:1] = True
    np.not_equal(values[1:], values[:-1], out=out[1:])
    return out
