"""Settings of the models, chosen on the validation slice, one setting at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from models.base import Model, Scores, seen_mask
from models.blend import candidates, quality
from models.holdout import Holdout, Judged
from models.item_item import ItemItem
from models.transition import Transition, moments, solve

Settings = dict[str, Any]

MOST_COURSES = 6000
"""Larger catalogues keep the first settings: every trial inverts a matrix of that size."""


def rank_quality(model: Model, judged: Judged) -> float:
    """Return how well a model alone ranks what the judged learners chose."""
    return score_quality(model.score(judged.batch), judged)


def tune(
    make: Callable[..., Model],
    start: Settings,
    choices: Mapping[str, tuple[Any, ...]],
    holdout: Holdout,
    judged: Judged,
) -> Settings:
    """Return the best settings found, trying for one name after the other all its choices."""
    best, settings = rank_quality(make(**start).fit(holdout.train), judged), dict(start)
    for name, values in choices.items():
        for value in values:
            if value == settings.get(name):
                continue
            tried = {**settings, name: value}
            found = rank_quality(make(**tried).fit(holdout.train), judged)
            if found > best:
                best, settings = found, tried
    return settings


def tune_item_item(holdout: Holdout, has_side: bool) -> Settings:
    """Return settings of ``ItemItem``; the decay is tried on each fit, since it needs none."""
    settings: Settings = {"ridge": 50.0, "dropout": 0.3, "length_power": 0.5, "side": 1.0 if has_side else 0.0}
    decays = (0.6, 0.7, 0.8, 0.9, 1.0) if holdout.ordered else (1.0,)
    settings["decay"] = decays[len(decays) // 2]
    if holdout.train.n_courses > MOST_COURSES or not len(holdout.known):
        return settings
    choices = {
        "ridge": (10.0, 150.0, 400.0),
        "dropout": (0.1, 0.5, 0.7),
        "length_power": (0.0,),
        **({"side": (0.0, 5.0, 20.0)} if has_side else {}),
    }
    best = -1.0

    def attempt(tried: Settings) -> tuple[float, float]:
        model = ItemItem(**tried).fit(holdout.train)
        found = []
        for decay in decays:
            model.decay = decay
            found.append((rank_quality(model, holdout.known), decay))
        return max(found)

    best, settings["decay"] = attempt(settings)
    for name, values in choices.items():
        for value in values:
            found, decay = attempt({**settings, name: value})
            if found > best:
                best = found
                settings = {**settings, name: value, "decay": decay}
    return settings


def tune_transition(holdout: Holdout) -> Settings:
    """Return settings of ``Transition``; ridges share the sums over the histories."""
    settings: Settings = {"decay": 0.7, "ridge": 10.0}
    if holdout.train.n_courses > MOST_COURSES or not len(holdout.known):
        return settings
    best = -1.0
    for decay in (0.5, 0.7, 0.85) if holdout.ordered else (0.95,):
        gram, cross = moments(holdout.train.histories, decay, Transition().length_power)
        for ridge in (3.0, 10.0, 30.0, 100.0):
            model = Transition(decay, ridge)
            model.weights = solve(gram, cross, ridge)
            found = rank_quality(model, holdout.known)
            if found > best:
                best, settings = found, {"decay": decay, "ridge": ridge}
    return settings


def order_matters(model: ItemItem, judged: Judged) -> bool:
    """Return whether weighing newer courses more predicts the held-out last choice better by more than chance."""
    flat, newer = 1.0, 0.8
    values = []
    for decay in (flat, newer):
        model.decay = decay
        values.append(_reciprocal_ranks(model.score(judged.batch), judged))
    gain = values[1] - values[0]
    return bool(gain.mean() > 2.0 * gain.std() / np.sqrt(max(len(gain), 1)))


def _reciprocal_ranks(scores: Scores, judged: Judged) -> Any:
    masked = np.where(seen_mask(judged.batch.histories), -np.inf, scores)
    target = judged.targets.courses[judged.targets.indptr[:-1]]
    own = masked[np.arange(len(target)), target]
    return 1.0 / (1.0 + (masked > own[:, None]).sum(axis=1))


def score_quality(scores: Scores, judged: Judged) -> float:
    """Return how well scores, shape (len(judged), n_courses), rank what the judged learners chose."""
    found = candidates([scores], judged.batch.histories, judged.targets)
    return quality(found, np.ones(1, dtype=np.float32))
