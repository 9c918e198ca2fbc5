"""Which candidate each query means, where nothing was learned from links: meaning, letters and sounds, and no hubs.

In many dimensions a few candidates are near everything ("hubs") and take the first place of queries that are not
theirs. Where two lists mirror each other, as a list of titles and its translation do, every candidate should be chosen
about equally often; scaling the scores towards that (Sinkhorn's iteration with one side relaxed, after Cuturi 2013 and
Chizat et al. 2018) puts them in their place. Where the lists do not mirror each other (many courses, few
competencies) that would do harm; how far they do is told by how many pairs choose each other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.matching.encoded import EncodedTexts
from recommender.matching.lexical import gram_similarity

_TEMPERATURE = 0.04
_LETTERS = 0.25
_SOUNDS = 0.25
_ROUNDS = 10
_MIRRORED = 0.6
"""Share of mutual choices from which on two lists are taken to mirror each other fully."""
_MOST_BALANCE = 0.9


def pair_scores(queries: EncodedTexts, candidates: EncodedTexts) -> NDArray[np.float64]:
    """Return how well each candidate fits each query, shape (n_queries, n_candidates), higher is better.

    Each row is a share: its numbers lie between 0 and 1 and add up to 1.
    """
    scores = similarity(queries, candidates)
    if 0 in scores.shape:
        return scores.astype(np.float64)
    return balanced_shares(scores / _TEMPERATURE, balance_for(scores))


def row_shares(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return each row's shares of ``similarity``, columns as they come."""
    return balanced_shares(scores / _TEMPERATURE, 0.0)


def balance_for(scores: NDArray[np.floating]) -> float:
    """Return how far columns should be used equally: 0.9 where the lists mirror each other, less where they do not."""
    return _MOST_BALANCE * min(1.0, mutual_share(scores) / _MIRRORED) ** 2


def similarity(queries: EncodedTexts, candidates: EncodedTexts) -> NDArray[np.float32]:
    """Return the similarity of meaning, letters and sounds, shape (n_queries, n_candidates)."""
    asked = queries.centred("query") + queries.centred("passage")
    held = candidates.centred("query") + candidates.centred("passage")
    meaning = asked @ held.T / 4
    letters = gram_similarity(queries.grams, candidates.grams)
    sounds = gram_similarity(queries.sound_grams, candidates.sound_grams)
    return np.asarray(meaning + _LETTERS * letters + _SOUNDS * sounds, dtype=np.float32)


def mutual_share(scores: NDArray[np.floating]) -> float:
    """Return how many of the possible pairs choose each other, 0 to 1."""
    chosen, choosing = scores.argmax(axis=1), scores.argmax(axis=0)
    mutual = int((choosing[chosen] == np.arange(len(scores))).sum())
    return float(mutual / min(scores.shape))


def balanced_shares(logs: NDArray[np.floating], balance: float) -> NDArray[np.float64]:
    """Return each row's shares of exp(logs), with columns scaled towards equal use."""
    scaled = logs + column_scales(logs, balance)
    return np.asarray(np.exp(scaled - _log_sum(scaled, axis=1)[:, None]))


def column_scales(logs: NDArray[np.floating], balance: float) -> NDArray[np.float64]:
    """Return what to add to each column so that it is used as often as others: 0 at balance 0, fully at 1."""
    logs = logs.astype(np.float64)
    columns = np.zeros(logs.shape[1])
    fair = np.log(logs.shape[0] / logs.shape[1])
    for _ in range(_ROUNDS):
        rows = -_log_sum(logs + columns, axis=1)
        columns = -balance * (_log_sum(logs + rows[:, None], axis=0) - fair)
    return columns


def _log_sum(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    top = values.max(axis=axis, keepdims=True)
    return np.asarray(np.log(np.exp(values - top).sum(axis=axis)) + top.squeeze(axis))
