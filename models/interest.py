"""Interest: what choices say of a learner's taste, whatever happened to be in view.

What is chosen next depends on what is shown now, on what everybody in such a post takes and on what comes after what;
that is what a list for today should know. What a learner is interested in lasts, so it is learned apart: from choices
held out at random instead of the last ones, by models that know no moment and no order, against courses drawn as they
come into view. What is chosen more often than it comes into view is of interest: noise contrastive estimation (Gutmann
and Hyvärinen, AISTATS 2010) with the popularity in the learner's post, organisation and everywhere as the noise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from models.base import Scores, TrainingData, seen_mask
from models.holdout import Judged, hold_out
from models.plan import MODELS, Plan, fit_models, item_item_alone, shown, situation
from models.popularity import Popularity
from models.terms import terms_of

LASTING = ("item_item", "spectral", "tastes", "content")
"""Models that say what, not when, from choices alone; what was taken long ago counts as much for them here."""
ENOUGH = 150
"""Learners that justify learned weights."""
DRAWN = 10
"""Courses that each choice is held against."""


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
    shares = Popularity().fit(holdout.train).score(batch)
    in_view = np.where(seen_mask(batch.histories) | ~taken, -np.inf, shares)
    rows, chosen, others = contrasts(holdout.known, in_view, np.random.default_rng(seed))
    scores = np.stack([units[name] for name in names], axis=-1)
    ahead = scores[rows, chosen][:, None] - scores[rows[:, None], others]
    found = contrastive_weights(ahead.reshape(-1, len(names)))
    if not found.any():
        return item_item_alone()
    weights = np.zeros(len(MODELS), dtype=np.float32)
    weights[[MODELS.index(name) for name in names]] = found
    say(f"interest: {shown(names, found)}")
    return weights


def contrasts(
    judged: Judged, in_view: Scores, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return learners' choices and what each is held against.

    Parameters
    ----------
    judged
        Learners and what they chose.
    in_view
        Shape (n_learners, n_courses), log of how likely a course comes into view, but for a term of the learner; -inf
        for never.
    generator
        Draws.

    Returns
    -------
    Row of the learner and course of each choice that may come into view, shapes (m,), and ``DRAWN`` courses drawn as
    they come into view, shape (m, DRAWN).
    """
    rows = np.repeat(np.arange(len(judged)), judged.targets.lengths)
    chosen = judged.targets.courses.astype(np.int64)
    kept = np.isfinite(in_view[rows, chosen])
    rows, chosen = rows[kept], chosen[kept]
    likely = np.exp(in_view.astype(np.float64) - in_view.max(axis=1, keepdims=True, initial=-1e30))
    upto = np.cumsum(likely, axis=1)
    drawn = generator.random((len(rows), DRAWN)) * upto[rows, -1][:, None]
    others = [np.searchsorted(upto[row], draw, side="right") for row, draw in zip(rows, drawn, strict=True)]
    most = in_view.shape[1] - 1
    return rows, chosen, np.minimum(np.array(others, dtype=np.int64).reshape(len(rows), DRAWN), most)


def contrastive_weights(ahead: Scores) -> NDArray[np.float32]:
    """Return the weights, none below 0, that best tell choices from what they are held against; the largest is 1.

    ``ahead`` has shape (n_pairs, n_models): by how much each model puts the choice ahead. Zeros where none helps.
    """

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = ahead @ weights
        return float(np.logaddexp(0.0, -margin).mean()), -(ahead * expit(-margin)[:, None]).mean(axis=0)

    n = ahead.shape[1]
    found = minimize(loss, np.ones(n), jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * n).x
    return np.asarray(found / max(float(found.max()), 1e-9), dtype=np.float32)


def interest_plan(plan: Plan) -> Plan:
    """Return the plan that blends for interest instead of the next choice.

    Those without a history are told by their profile alone, without what is taken just now.
    """
    weights = np.repeat(plan.interest[None, :], len(plan.weights), axis=0).astype(np.float32)
    weights[0] = np.where(_of_the_moment(), 0.0, plan.weights[0])
    if not weights[0].any():
        weights[0, MODELS.index("popularity")] = 1.0
    weights[:, MODELS.index("need")] = 0.0
    return replace(plan, weights=weights)


def _of_the_moment() -> NDArray[np.bool_]:
    return np.array([name in ("trend", "need") for name in MODELS])
