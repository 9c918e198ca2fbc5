"""The plain ways that matching is compared with: TF-IDF, BM25 and the raw encoder, without and with known links."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from experiments.matching.measures import Scores
from recommender.matching.encoded import EncodedTexts
from recommender.matching.lexical import bm25, gram_similarity

Scorer = Callable[[EncodedTexts, EncodedTexts], NDArray[np.floating]]
_RIDGE = 1.0
_NEIGHBOURS = 10


def tf_idf(queries: EncodedTexts, candidates: EncodedTexts) -> NDArray[np.float32]:
    """Return the cosine of TF-IDF weighted character n-grams of 3 to 5."""
    return gram_similarity(queries.grams, candidates.grams)


def words(queries: EncodedTexts, candidates: EncodedTexts) -> NDArray[np.float32]:
    """Return BM25 over stemmed words."""
    return bm25(queries.stems, candidates.stems)


def raw_encoder(queries: EncodedTexts, candidates: EncodedTexts) -> NDArray[np.float32]:
    """Return the cosine of the encoder's vectors, question to answer, as they come."""
    return queries.as_queries @ candidates.as_passages.T


UNTAUGHT: Mapping[str, Scorer] = {"TF-IDF": tf_idf, "BM25": words, "raw encoder": raw_encoder}
"""Rivals that only look at the texts."""


def taught(name: str, near: NDArray[np.float64], among: NDArray[np.float64], links: NDArray[np.float64]) -> Scores:
    """Return what links of known queries say by the plainest means: ridge regression on a rival's similarities.

    For BM25, which is no kernel, the ten nearest known queries vote.

    Parameters
    ----------
    name
        Name of the rival.
    near
        Similarity of each new query to each known one, shape (n_new, n_known).
    among
        Similarity of the known queries, shape (n_known, n_known).
    links
        Shape (n_known, n_candidates).
    """
    if name == "BM25":
        floor = np.sort(near, axis=1)[:, -min(_NEIGHBOURS, near.shape[1])][:, None]
        return np.asarray(np.where(near >= floor, near, 0) @ links)
    middle = links.mean(axis=0)
    solved = np.linalg.solve((among + among.T) / 2 + _RIDGE * np.eye(len(among)), links - middle)
    return np.asarray(near @ solved + middle)
