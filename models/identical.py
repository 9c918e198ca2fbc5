"""Learners who are alike in everything that a model sees: the same profile and the same courses.

Among many learners most are alike. A model that takes interactions one by one, and sees a learner as features and as
the set of courses taken, gives exactly the same with one row for all who are alike, each interaction still counted:
only the rows become fewer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from features.histories import Histories

_SEED = 20_261_122


@dataclass(frozen=True)
class Kinds:
    """Learners sorted into kinds."""

    of: NDArray[np.int64]
    """Shape (n_learners,), the number of each learner's kind; kinds are numbered as they first come."""
    first: NDArray[np.int64]
    """Shape (n_kinds,), the first learner of each kind."""
    counts: NDArray[np.int64]
    """Shape (n_kinds,), how many learners are of the kind."""


def identical_learners(histories: Histories, features: sparse.csr_matrix) -> Kinds:
    """Sort learners into kinds by the sets of their features and of their courses.

    Sets are told apart by 128 random bits for each feature and course, added up (Zobrist, A new hashing method with
    application for game playing, 1970): of ten million different learners two fall together once in 10^25 times.

    >>> kinds = identical_learners(Histories.of([[1, 0], [0, 1], [2]], 3), sparse.csr_matrix(np.ones((3, 1))))
    >>> kinds.of.tolist(), kinds.first.tolist(), kinds.counts.tolist()
    ([0, 0, 1], [0, 2], [2, 1])
    """
    generator = np.random.default_rng(_SEED)
    keys = {}
    for name in ("a", "b"):
        profile = _sums(generator, features.shape[1], features.indptr, features.indices)
        keys[name] = profile + _sums(generator, histories.n_courses, histories.indptr, histories.courses)
    frame = pl.DataFrame(keys).with_row_index("row")
    kinds = frame.group_by("a", "b", maintain_order=True).agg(pl.col("row").first(), pl.len()).with_row_index("kind")
    of = frame.join(kinds.select("a", "b", "kind"), on=["a", "b"], how="left", maintain_order="left")["kind"]
    return Kinds(
        of.to_numpy().astype(np.int64),
        kinds["row"].to_numpy().astype(np.int64),
        kinds["len"].to_numpy().astype(np.int64),
    )


def _sums(
    generator: np.random.Generator, width: int, indptr: NDArray[np.integer], columns: NDArray[np.integer]
) -> NDArray[np.uint64]:
    """Return the sum of the random bits of each row's columns, modulo 2^64."""
    bits = generator.integers(0, 2**64, max(width, 1), dtype=np.uint64)
    total = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(bits[columns], dtype=np.uint64)])
    return np.asarray(total[indptr[1:]] - total[indptr[:-1]], dtype=np.uint64)
