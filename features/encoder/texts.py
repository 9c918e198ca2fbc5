"""What every encoder does to texts before and to vectors after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from features.text.cleaning import clean

MAX_CHARACTERS = 4_000
"""More than 512 tokens of any language hold; what follows cannot change a vector, only cost time."""


def encode_filled(
    texts: Sequence[str], dimension: int, encode: Callable[[list[str]], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Clean the texts, encode those that say something, and leave a zero row for the others.

    Returns
    -------
    Shape (len(texts), dimension); every row has length 1 or 0, and no number is NaN.
    """
    vectors = np.zeros((len(texts), dimension), dtype=np.float32)
    cleaned = [clean(text)[:MAX_CHARACTERS] for text in texts]
    filled = [row for row, text in enumerate(cleaned) if text]
    if filled:
        vectors[filled] = unit_rows(encode([cleaned[row] for row in filled]))
    return vectors


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale each row to length 1; a row without direction (zero, NaN) becomes zero.

    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32)).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    finite = np.nan_to_num(vectors, nan=0.0, posinf=0.0, neginf=0.0)
    lengths = np.linalg.norm(finite, axis=1, keepdims=True)
    return (finite / np.where(lengths > 1e-12, lengths, 1.0)).astype(np.float32)
