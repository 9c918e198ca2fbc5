"""Character n-grams of many texts at once, hashed to columns: the lexical signal that needs no model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

COLUMNS = 1 << 20
"""Number of hash columns; two n-grams share one only rarely at the size of a catalogue."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SPACE = ord(" ")


def gram_counts(texts: Sequence[str], sizes: tuple[int, int] = (2, 5)) -> sparse.csr_matrix:
    """Count each text's n-grams of ``sizes[0]`` to ``sizes[1]`` characters, inside words and their borders.

    Words are what stands between spaces; an n-gram never runs over two of them.

    Returns
    -------
    Texts x ``COLUMNS``, float32 counts.
    """
    padded = [f" {' '.join(text.split())} " if text.strip() else " " for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in padded])
    found = [_grams_of_size(codes, rows, size) for size in range(sizes[0], sizes[1] + 1)]
    row, column = (np.concatenate(part) if found else np.empty(0, dtype=np.int64) for part in zip(*found, strict=True))
    counts = sparse.csr_matrix((np.ones(len(row), dtype=np.float32), (row, column)), shape=(len(texts), COLUMNS))
    counts.sum_duplicates()
    return counts


def _grams_of_size(
    codes: NDArray[np.uint64], rows: NDArray[np.int64], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (text, column) of each n-gram of one size."""
    count = len(codes) - size + 1
    if count <= 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    mixed = np.full(count, np.uint64(size))
    inside = rows[:count] == rows[size - 1 :]
    for place in range(size):
        here = codes[place : place + count]
        mixed = (mixed ^ here) * _MULTIPLIER
        mixed ^= mixed >> np.uint64(29)
        if 0 < place < size - 1:
            inside &= here != _SPACE
    return rows[:count][inside], (mixed[inside] % np.uint64(COLUMNS)).astype(np.int64)


def inverse_document_frequency(counts: sparse.csr_matrix) -> NDArray[np.float32]:
    """Return each column's weight, shape (columns,): rare n-grams say more; unseen ones weigh as if seen once."""
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.log((1 + counts.shape[0]) / (1 + np.maximum(seen, 1)) + 1).astype(np.float32)


def weighted_unit_rows(counts: sparse.csr_matrix, weights: NDArray[np.float32]) -> sparse.csr_matrix:
    """Return rows of length 1 (or 0): log counts times weights."""
    values = np.log1p(counts.data) * weights[counts.indices]
    rows = sparse.csr_matrix((values.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1), dtype=np.float32)).ravel()
    return sparse.csr_matrix(sparse.diags(1 / np.where(lengths > 0, lengths, 1)) @ rows, dtype=np.float32)
