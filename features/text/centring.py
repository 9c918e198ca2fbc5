"""Vectors freed from the language they were written in.

A multilingual encoder puts all texts of one language a step aside from those of another, so an item's nearest
neighbours are items of its own language. Taking each language's mean away removes that step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Means = Mapping[str, NDArray[np.float32]]
"""Where the texts of each language lie, vectors of shape (d,)."""

_PRIOR_TEXTS = 4.0


def centre_by_language(vectors: NDArray[np.float32], languages: Sequence[str]) -> NDArray[np.float32]:
    """Subtract each language's mean vector and scale the rows to length 1 again.

    The mean of a language with few texts is drawn towards the mean of all, so that a language with a single text is
    not centred on itself. Rows of zeros (empty texts) stay zero.

    Parameters
    ----------
    vectors
        Shape (n, d), unit or zero rows.
    languages
        The language (or script) of each row.
    """
    return centre(vectors, languages, language_means(vectors, languages))


def language_means(
    vectors: NDArray[np.float32],
    languages: Sequence[str],
    anchors: Means | None = None,
    prior_texts: float = _PRIOR_TEXTS,
) -> Means:
    """Return the mean vector of each language, drawn towards its anchor as if ``prior_texts`` more texts lay there.

    Parameters
    ----------
    anchors
        Where the texts of each language lie in general; by default the mean of all rows.
    """
    filled = np.linalg.norm(vectors, axis=1) > 0
    everywhere = vectors[filled].mean(axis=0) if filled.any() else np.zeros(vectors.shape[1], dtype=np.float32)
    names = np.asarray(languages, dtype=str)
    means = dict(anchors or {})
    for language in np.unique(names[filled]):
        own = vectors[filled & (names == language)]
        anchor = means.get(str(language), everywhere)
        means[str(language)] = (own.sum(axis=0) + prior_texts * anchor) / (len(own) + prior_texts)
    return means


def centre(vectors: NDArray[np.float32], languages: Sequence[str], means: Means) -> NDArray[np.float32]:
    """Subtract the mean of each row's language and scale to length 1; a language without a mean is left as it is."""
    centred = vectors.astype(np.float32, copy=True)
    filled = np.linalg.norm(vectors, axis=1) > 0
    names = np.asarray(languages, dtype=str)
    for language, mean in means.items():
        centred[filled & (names == language)] -= mean
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return (centred / np.where(lengths > 1e-6, lengths, 1.0)).astype(np.float32)
