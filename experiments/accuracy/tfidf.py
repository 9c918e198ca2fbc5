"""Text vectors without an encoder: TF-IDF of words and character trigrams, reduced by singular values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

_UNSPACED = "\u3040-\u30ff\u3400-\u9fff"
"""Scripts that write no spaces between words: Han, Hiragana, Katakana."""
_RUN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|[^\W{_UNSPACED}]+")
MOST_COMMON = 0.3
"""Terms in more than this share of the texts say little."""


def tfidf_vectors(texts: Sequence[str], dimension: int = 256) -> NDArray[np.float32]:
    """Return one unit row a text, shape (len(texts), at most ``dimension``); zero for a text without known terms.

    Deerwester et al., Indexing by Latent Semantic Analysis, JASIS 1990. Trigrams of characters let languages without
    spaces, and words with other endings, meet.
    """
    counts = [Counter(_terms(text)) for text in texts]
    documents = Counter(term for row in counts for term in row)
    most = MOST_COMMON * max(len(texts), 1)
    kept = {term: n for n, term in enumerate(sorted(t for t, c in documents.items() if 2 <= c <= max(most, 2)))}
    entries = [(r, kept[t], (1 + np.log(c)) * np.log(len(texts) / documents[t]))
               for r, row in enumerate(counts) for t, c in sorted(row.items()) if t in kept]  # fmt: skip
    if not entries:
        return np.zeros((len(texts), 1), dtype=np.float32)
    rows, columns, values = zip(*entries, strict=True)
    matrix = sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), len(kept)))
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix = sparse.csr_matrix(sparse.diags_array(1.0 / np.maximum(norms, 1e-9)) @ matrix)
    width = min(dimension, min(matrix.shape) - 1)
    if width < 1:
        return np.asarray(matrix.toarray(), dtype=np.float32)
    left, singular, _ = svds(matrix, k=width, v0=np.ones(min(matrix.shape)))
    reduced = left[:, ::-1] * singular[::-1]
    lengths = np.linalg.norm(reduced, axis=1, keepdims=True)
    return np.where(lengths > 1e-6, reduced / np.maximum(lengths, 1e-6), 0.0).astype(np.float32)


def _terms(text: str) -> list[str]:
    """Return words and their trigrams; of a script without spaces single characters, pairs and triples."""
    terms: list[str] = []
    for match in _RUN.finditer(text.casefold()):
        run = match.group()
        if match.lastgroup == "unspaced":
            terms += [run[start : start + n] for n in (1, 2, 3) for start in range(len(run) - n + 1)]
        else:
            terms.append(run)
            terms += [f"#{run[start : start + 3]}" for start in range(len(run) - 2)] if len(run) > 3 else []
    return terms
