"""Measures of matching; each takes scores of shape (n_queries, n_candidates), higher is better."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating]
Truth = NDArray[np.bool_]


def recall_at_1(scores: Scores) -> float:
    """Return how often query i ranks candidate i first."""
    return float((scores.argmax(axis=1) == np.arange(len(scores))).mean())


def r_precision(scores: Scores, truth: Truth) -> float:
    """Return the mean share of true candidates among as many first places as there are true ones."""
    return _mean_over_queries(scores, truth, lambda hits: hits[: hits.sum()].mean())


def r_precision_at(scores: Scores, truth: Truth, k: int) -> float:
    """Return the mean number of true candidates in the first k places, as a share of those that fit there."""
    return _mean_over_queries(scores, truth, lambda hits: hits[:k].sum() / min(k, hits.sum()))


def mean_average_precision(scores: Scores, truth: Truth) -> float:
    """Return the mean over queries of the average precision at each true candidate."""
    return _mean_over_queries(scores, truth, _average_precision)


def macro_average_precision(scores: Scores, truth: Truth) -> float:
    """Return the mean over candidates (labels) of the average precision over queries."""
    return mean_average_precision(scores.T, truth.T)


def quadratic_kappa(true: NDArray[np.int64], told: NDArray[np.int64], highest: int = 5) -> float:
    """Return Cohen's kappa with quadratic weights for levels 1 to ``highest``."""
    seen = np.zeros((highest, highest))
    np.add.at(seen, (true - 1, told - 1), 1)
    far = np.subtract.outer(np.arange(highest), np.arange(highest)) ** 2
    chance = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / seen.sum()
    return float(1 - (far * seen).sum() / (far * chance).sum())


def calibration_error(confidence: Scores, truth: Truth, bins: int = 10) -> float:
    """Return the mean distance between confidence and share of truth, over bins of equal width, by their size."""
    flat, true = confidence.ravel(), truth.ravel()
    number = np.minimum((flat * bins).astype(int), bins - 1)
    off = [abs(flat[number == b].mean() - true[number == b].mean()) * (number == b).mean() for b in np.unique(number)]
    return float(sum(off))


def _average_precision(hits: NDArray[np.bool_]) -> float:
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def _mean_over_queries(scores: Scores, truth: Truth, measure: object) -> float:
    """Average a measure of the ranked hits over the queries that have a true candidate."""
    values = [
        measure(true[np.argsort(-row, kind="stable")])  # type: ignore[operator]
        for row, true in zip(scores, truth, strict=True)
        if true.any()
    ]
    return float(np.mean(values))
