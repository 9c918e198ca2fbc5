"""How much texts share letters and words: indexes of candidates, and matrices of queries x candidates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.text.grams import inverse_document_frequency, weighted_unit_rows
from recommender.matching.stems import STOP_WORDS

Words = Sequence[str]


@dataclass(frozen=True)
class GramIndex:
    """Candidates by their character n-grams, rare ones counting more."""

    weights: NDArray[np.float32]
    """Shape (n_grams,)."""
    candidates: sparse.csr_matrix
    """Unit rows, transposed: n_grams x n_candidates."""

    @classmethod
    def of(cls, candidates: sparse.csr_matrix, queries: sparse.csr_matrix | None = None) -> GramIndex:
        """Index n-gram counts; rarity is told by the candidates, and by the queries where they are known."""
        everything = candidates if queries is None else sparse.csr_matrix(sparse.vstack([queries, candidates]))
        weights = inverse_document_frequency(everything)
        return cls(weights, sparse.csr_matrix(weighted_unit_rows(candidates, weights).T))

    def cosines(self, queries: sparse.csr_matrix) -> NDArray[np.float32]:
        """Return the cosine of weighted n-grams, shape (n_queries, n_candidates), 0 to 1."""
        product = weighted_unit_rows(queries, self.weights) @ self.candidates
        return np.asarray(product.toarray(), dtype=np.float32)


@dataclass(frozen=True)
class WordIndex:
    """Candidates by their words: how much each word of a query adds for each candidate."""

    vocabulary: dict[str, int]
    gains: sparse.csr_matrix
    """Shape (n_words, n_candidates)."""

    @classmethod
    def bm25(cls, candidates: Sequence[Words], k1: float = 1.2, b: float = 0.75) -> WordIndex:
        """Index for BM25 (Robertson and Zaragoza 2009)."""
        vocabulary: dict[str, int] = {}
        held = _counts(candidates, vocabulary)
        seen = np.bincount(held.indices, minlength=len(vocabulary))
        rarity = np.log(1 + (len(candidates) - seen + 0.5) / (seen + 0.5))
        lengths = np.asarray(held.sum(axis=1)).ravel()
        relative = np.repeat(lengths / max(float(lengths.mean()) if len(lengths) else 0, 1e-9), np.diff(held.indptr))
        values = rarity[held.indices] * held.data * (k1 + 1) / (held.data + k1 * (1 - b + b * relative))
        return cls(vocabulary, _transposed(values, held))

    @classmethod
    def coverage(cls, names: Sequence[Words]) -> WordIndex:
        """Index for the share of a candidate's name that a query says; rare words count more."""
        vocabulary: dict[str, int] = {}
        held = _counts(names, vocabulary)
        seen = np.bincount(held.indices, minlength=len(vocabulary))
        rarity = np.log(1 + len(names) / np.maximum(seen, 1))
        rarity[[vocabulary[word] for word in STOP_WORDS if word in vocabulary]] *= 0.1
        values = rarity[held.indices]
        whole = np.bincount(np.repeat(np.arange(len(names)), np.diff(held.indptr)), values, minlength=len(names))
        return cls(vocabulary, _transposed(values / np.repeat(np.maximum(whole, 1e-9), np.diff(held.indptr)), held))

    def scores(self, queries: Sequence[Words], *, counted: bool) -> NDArray[np.float32]:
        """Return the summed gains, shape (n_queries, n_candidates); repeated words count (by logarithm), or once."""
        asked = _counts(queries, self.vocabulary, grow=False)
        asked.data = np.log1p(asked.data) if counted else np.ones_like(asked.data)
        return np.asarray((asked @ self.gains).toarray(), dtype=np.float32)


def gram_similarity(queries: sparse.csr_matrix, candidates: sparse.csr_matrix) -> NDArray[np.float32]:
    """Return the cosine of TF-IDF weighted n-grams, 0 to 1; rarity is told by both sides."""
    return GramIndex.of(candidates, queries).cosines(queries)


def bm25(queries: Sequence[Words], candidates: Sequence[Words]) -> NDArray[np.float32]:
    """Return the BM25 score of each candidate for each query, 0 and up."""
    return WordIndex.bm25(candidates).scores(queries, counted=True)


def name_coverage(queries: Sequence[Words], names: Sequence[Words]) -> NDArray[np.float32]:
    """Return the share of each candidate's name whose words stand in the query, 0 to 1."""
    return WordIndex.coverage(names).scores(queries, counted=False)


def _transposed(values: NDArray[np.float64], held: sparse.csr_matrix) -> sparse.csr_matrix:
    return sparse.csr_matrix(sparse.csr_matrix((values, held.indices, held.indptr), held.shape).T)


def _counts(texts: Sequence[Words], vocabulary: dict[str, int], *, grow: bool = True) -> sparse.csr_matrix:
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
