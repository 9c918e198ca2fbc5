"""Sparse matrices as plain arrays, for bundles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.base import Arrays


def csr_arrays(name: str, matrix: sparse.csr_matrix) -> Arrays:
    """Return a sparse matrix as plain arrays."""
    return {
        f"{name}.data": matrix.data,
        f"{name}.indices": matrix.indices.astype(np.int32),
        f"{name}.indptr": matrix.indptr.astype(np.int64),
        f"{name}.shape": np.array(matrix.shape, dtype=np.int64),
    }


def csr_from(arrays: Mapping[str, NDArray[Any]], name: str) -> sparse.csr_matrix:
    """Return the sparse matrix that ``csr_arrays`` took apart."""
    parts = (arrays[f"{name}.data"], arrays[f"{name}.indices"], arrays[f"{name}.indptr"])
    rows, columns = (int(size) for size in arrays[f"{name}.shape"])
    return sparse.csr_matrix(parts, shape=(rows, columns))
