"""Interest: what choices say of a learner's taste, whatever happened to be in view.

What is chosen next depends on what is shown now, on what everybody takes and on what comes after what; that is what a
list for today should know. What a learner is interested in lasts, so it is learned apart: from choices held out at
random instead of the last ones, by models that know no moment and no order, and each found choice counts as much as the
course is rare, since a popular course is found by those too whom it does not interest (inverse propensity: Schnabel et
al., Recommendations as Treatments, ICML 2016; Yang et al., Unbiased Offline Recommender Evaluation, RecSys 2018).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import Scores, TrainingData
from models.blend import Candidates, K, candidates, prune, search
from models.holdout import hold_out
from models.plan import MODELS, Plan, fit_models, item_item_alone, shown, situation
from models.terms import terms_of

LASTING = ("popularity", "item_item", "spectral", "lightfm", "content")
"""Models that say what, not when; what was taken long ago counts as much for them here."""
ENOUGH = 150
"""Learners that justify learned weights."""
LEAST_TAKERS = 10.0
"""Courses that fewer took count as if so many had: what one learner chose is chance."""
WORTH = 0.0005
"""Weighted NDCG that a model must add to stay."""


def interest_weights(
    data: TrainingData, settings: Mapping[str, Mapping[str, Any]], seed: int, say: Callable[[str], None]
) -> Scores:
    """Return how much each model says of interest, shape (len(MODELS),); the item-item model alone on few data."""
    holdout = hold_out(data, "share", ordered=False, seed=seed)
    names = [name for name in LASTING if name in settings]
    if len(holdout.known) < ENOUGH:
        return item_item_alone()
    models = fit_models(holdout.train, {name: settings[name] for name in names}, seed)
    taken = holdout.train.support() > 0
    terms = terms_of(models, holdout.train, taken)
    batch = holdout.known.batch
    units = terms.unit(terms.raw(models, batch, flat=True), taken, situation(batch.histories.lengths))
    rarity = 1.0 / np.maximum(holdout.train.support(), LEAST_TAKERS)
    parts = [units[name] for name in names]
    parts.append(np.broadcast_to(rarity.astype(np.float32), parts[0].shape))
    found = by_rarity(candidates(parts, batch.histories, holdout.known.targets, taken))
    start = np.array([1.0 if name in ("item_item", "content") else 0.1 for name in names], dtype=np.float32)
    chosen = prune(found, search(found, start), WORTH)
    weights = np.zeros(len(MODELS), dtype=np.float32)
    weights[[MODELS.index(name) for name in names]] = chosen
    say(f"interest: {shown(names, chosen)}")
    return weights


def by_rarity(found: Candidates) -> Candidates:
    """Return the candidates with gains instead of hits; the last of the scores is what a hit is worth."""
    gains = np.where(found.relevant, found.scores[..., -1], 0.0).astype(np.float64)
    discount = 1.0 / np.log2(np.arange(2, K + 2))
    best = -np.sort(-gains, axis=1)[:, :K]
    ideal = np.maximum(best @ discount[: best.shape[1]], 1e-12)
    return replace(found, scores=found.scores[..., :-1], relevant=gains, ideal=ideal)


def interest_plan(plan: Plan) -> Plan:
    """Return the plan that blends for interest instead of the next choice.

    Those without a history are told by their profile alone, without what is taken just now.
    """
    weights = np.repeat(plan.interest[None, :], len(plan.weights), axis=0).astype(np.float32)
    weights[0] = np.where(_moment(), 0.0, plan.weights[0])
    if not weights[0].any():
        weights[0, MODELS.index("popularity")] = 1.0
    weights[:, MODELS.index("need")] = 0.0
    return replace(plan, weights=weights)


def _moment() -> NDArray[np.bool_]:
    return np.array([name == "trend" for name in MODELS])
