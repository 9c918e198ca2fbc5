"""The discrete Bayesian filter over levels, for many (learner, competency) pairs at once.

An item of evidence multiplies the odds of each step "at level s against s - 1". Its log-odds at the item's level m is
log LR; a pass also speaks for the steps below m and a failure for the steps above, weaker by ``spread`` a step. So

    log b(l) = log prior(l) + sum over items of weight * sum over s <= l of spread^|s - m| * log LR

Forgetting is exponential: with age a the belief returns to the prior, b_t ~ prior^(1 - f) * b^f, f = 2^(-a / half-life)
(Kulhavy and Zarrop 1993), which in log-odds is the factor f on each item. Likelihoods are monotone in the level, so a
pass never lowers P(level >= r), whatever else is known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.schema import EVIDENCE_KINDS, MAX_LEVEL
from recommender.state.evidence_table import EvidenceTable

Floats = NDArray[np.float64] | NDArray[np.float32]

DAYS_A_MONTH = 365.25 / 12
_LEVELS = np.arange(1, MAX_LEVEL + 1)


def step_odds(table: EvidenceTable) -> NDArray[np.float64]:
    """Return log-odds of each step by kind, outcome and item level.

    Shape (kinds, 2, 5, 5): kind as in ``EVIDENCE_KINDS``, failed / passed, item level 1 to 5, step 1 to 5.
    """
    distance = _LEVELS[:, None] - _LEVELS[None, :]
    below = np.where(distance >= 0, table.spread ** np.abs(distance), 0.0)
    above = np.where(distance <= 0, table.spread ** np.abs(distance), 0.0)
    kinds = [table.kinds[name] for name in EVIDENCE_KINDS]
    return np.stack([np.stack([np.log(k.failed) * above, np.log(k.passed) * below]) for k in kinds])


def remaining(age_days: Floats, half_life_days: Floats) -> NDArray[np.float64]:
    """Return the share of an item's weight that is left at its age; an item from the future weighs nothing."""
    age = np.asarray(age_days, dtype=np.float64)
    return np.where(age >= 0, np.exp2(-np.maximum(age, 0) / half_life_days), 0.0)


def posterior(log_prior: Floats, steps: Floats) -> Floats:
    """Return probabilities of levels 0 to 5, shape (n, 6), from log-odds of steps, shape (n, 5)."""
    likelihoods = level_logits(log_prior, steps)
    np.exp(likelihoods, out=likelihoods)
    found: Floats = likelihoods / likelihoods.sum(axis=1, keepdims=True)
    return found


def level_logits(log_prior: Floats, steps: Floats) -> Floats:
    """Return log-odds of each level against the likeliest one, shape (n, 6), from log-odds of steps, shape (n, 5)."""
    logits: Floats = np.empty((len(steps), MAX_LEVEL + 1), dtype=steps.dtype)
    logits[:, 0] = 0.0
    np.cumsum(steps, axis=1, out=logits[:, 1:])
    logits += np.asarray(log_prior, dtype=steps.dtype)
    logits -= logits.max(axis=1, keepdims=True)
    return logits


def update_many(
    beliefs: Floats,
    *,
    kinds: NDArray[np.int8],
    passed: NDArray[np.bool_],
    levels: NDArray[np.int8],
    weights: Floats,
    table: EvidenceTable,
) -> Floats:
    """Update many beliefs by one item of evidence each.

    Parameters
    ----------
    beliefs
        Shape (n, 6), the belief before; rows sum to 1.
    kinds, passed, levels
        Shape (n,): number in ``EVIDENCE_KINDS``, whether the level was shown, the item's level 1 to 5.
    weights
        Shape (n,), 0 to 1: what dwell, attempts and age leave of the item.
    """
    odds = step_odds(table).astype(beliefs.dtype)
    factors = np.exp(np.concatenate([np.zeros_like(odds[..., :1]), np.cumsum(odds, axis=-1)], axis=-1))
    flat = (kinds.astype(np.int64) * 2 + passed) * MAX_LEVEL + (levels.astype(np.int64) - 1)
    likelihood: Floats = factors.reshape(-1, MAX_LEVEL + 1)[flat]
    partial = weights != 1
    if partial.any():
        likelihood[partial] **= np.asarray(weights, dtype=beliefs.dtype)[partial, None]
    likelihood *= beliefs
    likelihood /= likelihood.sum(axis=1, keepdims=True)
    return likelihood
