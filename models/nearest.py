"""Neighbours in large catalogues: sparse products of which every course keeps the strongest entries alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.histories import Histories
from models.base import Scores

_AT_ONCE = 16_000_000
"""Numbers of a block of the product that are held at once."""


def strongest(left: sparse.csr_matrix, right: sparse.csr_matrix, most: int) -> sparse.csr_matrix:
    """Return ``left' right``, shape (n, n), of which each column keeps its ``most`` largest entries; no diagonal.

    ``left`` and ``right`` have a row for each learner, or moment, and a column for each course; none below 0.
    """
    n = left.shape[1]
    columns = right.T.tocsr()
    size = max(1, _AT_ONCE // max(n, 1))
    parts = [_largest(columns[start : start + size] @ left, start, most) for start in range(0, n, size)]
    return sparse.csr_matrix(sparse.vstack(parts, format="csr").T, dtype=np.float32)


def cosine_neighbours(histories: Histories, neighbours: int, shrink: float, power: float = 0.5) -> sparse.csr_matrix:
    """Return the cosines of every course and those nearest to it, shape (n, n): row = taken, column = scored.

    ``power``: the scored course's count is divided by to this power, the taken course's to 1 - power; .5 is the cosine.
    """
    taken = histories.matrix()
    counts = np.maximum(np.bincount(histories.courses, minlength=histories.n_courses), 1).astype(np.float64)
    scaled = sparse.diags_array((1.0 / (counts + shrink) ** power).astype(np.float32))
    other = sparse.diags_array((1.0 / (counts + shrink) ** (1.0 - power)).astype(np.float32))
    return strongest(sparse.csr_matrix(taken @ other), sparse.csr_matrix(taken @ scaled), neighbours)


def sums(histories: Histories, weights: sparse.csr_matrix, values: NDArray[np.float32] | None = None) -> Scores:
    """Return for each learner the weighted sum of the rows of the courses taken, shape (n_learners, n_courses)."""
    return np.asarray((histories.matrix(values) @ weights).toarray(), dtype=np.float32)


def _largest(block: sparse.csr_matrix, start: int, most: int) -> sparse.csr_matrix:
    """Return the rows with their largest entries; row ``r`` of the block is course ``start + r``."""
    block = sparse.csr_matrix(block)
    rows = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
    values = np.where(block.indices == rows + start, 0.0, block.data)
    order = np.lexsort((-values, rows))
    place = np.arange(len(order)) - np.repeat(block.indptr[:-1], np.diff(block.indptr))
    kept = order[(place < most) & (values[order] > 0)]
    where = (rows[kept], block.indices[kept])
    return sparse.csr_matrix((values[kept].astype(np.float32), where), shape=block.shape)
