"""Vectors freed from the language they were written in.

A multilingual encoder puts all texts of one language a step aside from those of another, so an item's nearest
neighbours are items of its own language. Taking each language's mean away removes that step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_PRIOR_TEXTS = 4.0


def centre_by_language(
    vectors: NDArray[np.float32], languages: Sequence[str], anchors: Mapping[str, NDArray[np.float32]] | None = None
) -> NDArray[np.float32]:
    """Subtract each language's mean vector and scale the rows to length 1 again.

    The mean of a language with few texts is drawn towards its anchor, as if it had four more texts there, so that a
    language with a single text is not centred on itself. Rows of zeros (empty texts) stay zero.

    Parameters
    ----------
    vectors
        Shape (n, d), unit or zero rows.
    languages
        The language (or script) of each row.
    anchors
        Where the texts of each language lie in general, shape (d,); by default the mean of all rows.
    """
    centred = vectors.astype(np.float32, copy=True)
    filled = np.linalg.norm(vectors, axis=1) > 0
    if not filled.any():
        return centred
    everywhere = vectors[filled].mean(axis=0)
    names = np.asarray(languages, dtype=str)
    for language in np.unique(names):
        rows = filled & (names == language)
        if rows.any():
            anchor = everywhere if anchors is None else anchors[str(language)]
            centred[rows] -= (vectors[rows].sum(axis=0) + _PRIOR_TEXTS * anchor) / (rows.sum() + _PRIOR_TEXTS)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return (centred / np.where(lengths > 1e-6, lengths, 1.0)).astype(np.float32)
