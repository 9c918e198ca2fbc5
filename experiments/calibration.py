"""How far scores can be read as chances: what share of the suggested courses is chosen, by what the scores promise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.cases import Case
from experiments.metrics import hits
from experiments.ranked import Scorer, ranked_lists
from models.base import LearnerBatch

_CHUNK = 2048


@dataclass(frozen=True)
class Reliability:
    """Suggestions in bins of equal size by the promised chance."""

    promised: NDArray[np.float64]
    """Mean promised chance of each bin, 0 to 1."""
    observed: NDArray[np.float64]
    """Share of each bin that was chosen."""
    error: float
    """Expected calibration error: mean distance between the two, weighted by the size of the bins."""


def reliability(scorer: Scorer, case: Case, k: int, bins: int = 10) -> Reliability | None:
    """Return the reliability of the first ``k`` suggestions of each judged learner.

    A logistic regression on score and place turns scores into chances; it is fitted on every second learner and judged
    on the others. ``None`` where either half has too few learners, or nothing that was chosen.
    """
    from sklearn.calibration import calibration_curve  # noqa: PLC0415 - takes two seconds to import
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    lists = ranked_lists(scorer, case, k)
    places = np.broadcast_to(np.log2(np.arange(2, k + 2)), lists.shape)
    signals = np.stack([_scores_of(scorer, case.batch, lists), places], axis=-1)
    chosen = hits(lists, case.targets)
    fit, judged = (lists >= 0) & (np.arange(len(lists)) % 2 == 0)[:, None], np.zeros_like(chosen)
    judged[1::2] = lists[1::2] >= 0
    if min(chosen[fit].sum(), chosen[judged].sum()) < bins:
        return None
    model = LogisticRegression().fit(signals[fit], chosen[fit])
    promised = model.predict_proba(signals[judged])[:, 1]
    observed, mean = calibration_curve(chosen[judged], promised, n_bins=bins, strategy="quantile")
    return Reliability(mean, observed, float(np.abs(observed - mean).mean()))


def _scores_of(scorer: Scorer, batch: LearnerBatch, lists: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the scores of the listed courses, standardised over all courses of the learner; 0 for empty places."""
    found = np.zeros(lists.shape, dtype=np.float32)
    for start in range(0, len(batch), _CHUNK):
        part = slice(start, min(start + _CHUNK, len(batch)))
        scores = scorer.score(batch.rows(part))
        spread = np.maximum(scores.std(axis=1, keepdims=True), 1e-9)
        standard = (scores - scores.mean(axis=1, keepdims=True)) / spread
        found[part] = np.take_along_axis(standard, np.maximum(lists[part], 0), axis=1)
    return np.where(lists >= 0, found, 0.0).astype(np.float32)
