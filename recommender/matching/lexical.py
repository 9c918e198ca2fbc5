"""How much two texts share letters, words and sounds: matrices of queries x candidates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.text.grams import inverse_document_frequency, weighted_unit_rows
from recommender.matching.stems import STOP_WORDS


def gram_similarity(queries: sparse.csr_matrix, candidates: sparse.csr_matrix) -> NDArray[np.float32]:
    """Return the cosine of TF-IDF weighted n-grams, 0 to 1."""
    weights = inverse_document_frequency(sparse.csr_matrix(sparse.vstack([queries, candidates])))
    product = weighted_unit_rows(queries, weights) @ weighted_unit_rows(candidates, weights).T
    return np.asarray(product.toarray(), dtype=np.float32)


def bm25(
    queries: Sequence[Sequence[str]], candidates: Sequence[Sequence[str]], k1: float = 1.2, b: float = 0.75
) -> NDArray[np.float32]:
    """Return the BM25 score of each candidate for each query (Robertson and Zaragoza 2009), 0 and up."""
    vocabulary: dict[str, int] = {}
    asked, held = _counts(queries, vocabulary), _counts(candidates, vocabulary)
    asked, held = (
        sparse.csr_matrix((m.data, m.indices, m.indptr), (m.shape[0], len(vocabulary))) for m in (asked, held)
    )
    seen = np.bincount(held.indices, minlength=len(vocabulary))
    rarity = np.log(1 + (len(candidates) - seen + 0.5) / (seen + 0.5))
    lengths = np.asarray(held.sum(axis=1)).ravel()
    relative = np.repeat(lengths / max(lengths.mean(), 1e-9) if len(lengths) else lengths, np.diff(held.indptr))
    values = rarity[held.indices] * held.data * (k1 + 1) / (held.data + k1 * (1 - b + b * relative))
    weights = sparse.csr_matrix((values, held.indices, held.indptr), held.shape)
    return np.asarray((asked.log1p() @ weights.T).toarray(), dtype=np.float32)


def name_coverage(queries: Sequence[Sequence[str]], names: Sequence[Sequence[str]]) -> NDArray[np.float32]:
    """Return the share of each candidate's name whose words stand in the query, 0 to 1; rare words count more."""
    vocabulary: dict[str, int] = {}
    held = _counts(names, vocabulary)
    asked = _counts(queries, vocabulary, grow=False)
    asked = sparse.csr_matrix((np.ones_like(asked.data), asked.indices, asked.indptr), (len(queries), len(vocabulary)))
    held = sparse.csr_matrix((np.ones_like(held.data), held.indices, held.indptr), (len(names), len(vocabulary)))
    seen = np.bincount(held.indices, minlength=len(vocabulary))
    rarity = np.log(1 + len(names) / np.maximum(seen, 1))
    rarity[[vocabulary[word] for word in STOP_WORDS if word in vocabulary]] *= 0.1
    weights = sparse.csr_matrix((held.data * rarity[held.indices], held.indices, held.indptr), held.shape)
    whole = np.maximum(np.asarray(weights.sum(axis=1)).ravel(), 1e-9)
    return np.asarray((asked @ weights.T).toarray() / whole, dtype=np.float32)


def _counts(texts: Sequence[Sequence[str]], vocabulary: dict[str, int], *, grow: bool = True) -> sparse.csr_matrix:
    """Count the words of each text; unknown words join the vocabulary, or are left out."""
    indptr, indices, data = [0], [], []
    for text in texts:
        for word, count in Counter(text).items():
            if grow or word in vocabulary:
                indices.append(vocabulary.setdefault(word, len(vocabulary)))
                data.append(float(count))
        indptr.append(len(indices))
    shape = (len(texts), len(vocabulary))
    return sparse.csr_matrix((np.array(data), np.array(indices, dtype=np.int64), np.array(indptr)), shape)
