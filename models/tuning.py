"""Settings of the models, chosen on the validation slice, one setting at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from models.als import Als
from models.base import LearnerBatch, Model, Scores, TrainingData, seen_mask
from models.blend import candidates, quality
from models.holdout import Holdout, Judged, hold_out, in_order_of_ids
from models.item_item import ItemItem
from models.spectral import Spectral
from models.transition import Transition, moments, solve

Settings = dict[str, Any]

_ITEM_ITEM: dict[str, tuple[Any, ...]] = {
    "length_power": (0.0, 0.8),
    "dropout": (0.1, 0.6, 0.8),
    "ridge": (10.0, 20.0, 150.0, 400.0),
}
_ORDERED: dict[str, tuple[Any, ...]] = {"series": (2.0,)}
_SIDE: dict[str, tuple[Any, ...]] = {"side": (0.0, 0.3, 3.0, 10.0)}
_TRANSITION: dict[str, tuple[Any, ...]] = {"decay": (0.5, 0.85), "ridge": (10.0, 100.0), "trust": (0.0, 2.0, 4.0)}

_ALS: dict[str, tuple[Any, ...]] = {
    "regularisation": (10.0, 40.0, 200.0),
    "alpha": (4.0, 24.0),
    "length_power": (0.0,),
}
_SPECTRAL: dict[str, tuple[Any, ...]] = {"factors": (48, 192), "power": (0.25,), "soft": (True,)}
_SHARE = np.float32(0.7)
"""Weight of a model that is judged by what it adds to the item-item model."""

GAIN = 0.0005
"""Another value must rank that much better than the first one: less is likely chance."""
MOST_COURSES = 6000
"""Larger catalogues keep the first settings: every trial inverts a matrix of that size."""


def rank_quality(model: Model, judged: Judged) -> float:
    """Return how well a model alone ranks what the judged learners chose."""
    return score_quality(model.score(judged.batch), judged)


def tune(
    make: Callable[..., Model],
    start: Settings,
    choices: Mapping[str, tuple[Any, ...]],
    train: TrainingData,
    judged: Judged,
) -> Settings:
    """Return the best settings found, trying for one name after the other all its choices."""
    best, settings = rank_quality(make(**start).fit(train), judged), dict(start)
    for name, values in choices.items():
        for value in values:
            if value == settings.get(name):
                continue
            tried = {**settings, name: value}
            found = rank_quality(make(**tried).fit(train), judged)
            if found > best + GAIN:
                best, settings = found, tried
    return settings


def tune_item_item(holdout: Holdout, has_side: bool) -> Settings:
    """Return settings of ``ItemItem``; the decay is tried on each fit, since it needs none."""
    decays = (0.6, 0.7, 0.8, 0.9, 1.0) if holdout.ordered else (1.0,)
    settings: Settings = {"ridge": 50.0, "dropout": 0.3, "length_power": 0.5, "side": float(has_side)}
    settings["decay"] = decays[len(decays) // 2]
    if holdout.train.n_courses > MOST_COURSES or not len(holdout.known):
        return settings
    choices = _ITEM_ITEM | (_ORDERED if holdout.ordered else {}) | (_SIDE if has_side else {})
    best = -1.0
    for tried in one_at_a_time(settings, choices):
        model = ItemItem(**{**settings, **tried}).fit(holdout.train)
        for decay in decays:
            model.decay = decay
            found = rank_quality(model, holdout.known)
            if found > best + (GAIN if tried else 0.0):
                best = found
                settings.update(tried, decay=decay)
    return settings


def tune_transition(holdout: Holdout, item_item: Settings) -> Settings:
    """Return settings of ``Transition``; all trials of a decay share the sums over the histories."""
    settings: Settings = {"decay": 0.7, "ridge": 30.0, "trust": 1.0}
    if holdout.train.n_courses > MOST_COURSES or not len(holdout.known):
        return settings
    prior = ItemItem(**item_item).fit(holdout.train).weights
    sums: dict[float, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    best = -1.0
    for tried in one_at_a_time(settings, _TRANSITION):
        own = {**settings, **tried}
        if own["decay"] not in sums:
            sums = {own["decay"]: moments(holdout.train.histories, own["decay"], Transition().length_power)}
        model = Transition(**own)
        gram, cross = sums[own["decay"]]
        model.weights = solve(gram, cross, own["ridge"], prior, own["trust"])
        found = rank_quality(model, holdout.known)
        if found > best + GAIN:
            best = found
            settings.update(tried)
    return settings


def tune_als(holdout: Holdout, item_item: Settings) -> Settings:
    """Return the settings of ``Als`` that add most to the item-item model: its best settings alone add less."""
    return _tune_beside(Als, {"regularisation": 100.0, "alpha": 12.0, "length_power": 0.4}, _ALS, holdout, item_item)


def tune_spectral(holdout: Holdout, item_item: Settings) -> Settings:
    """Return the settings of ``Spectral`` that add most to the item-item model."""
    start: Settings = {"factors": 96, "power": 0.5, "soft": False, "decay": item_item["decay"]}
    if holdout.train.n_courses > MOST_COURSES:
        return start
    return _tune_beside(Spectral, start, _SPECTRAL, holdout, item_item)


def _tune_beside(
    make: Callable[..., Model],
    start: Settings,
    choices: Mapping[str, tuple[Any, ...]],
    holdout: Holdout,
    item_item: Settings,
) -> Settings:
    """Return the settings that rank best in a sum with the item-item model."""
    settings = dict(start)
    if not len(holdout.known):
        return settings
    judged = holdout.known
    taken = holdout.train.support() > 0
    first = standardised(ItemItem(**item_item).fit(holdout.train).score(judged.batch), taken)
    best = -1.0
    for tried in one_at_a_time(settings, choices):
        own = make(**{**settings, **tried}).fit(holdout.train).score(judged.batch)
        found = score_quality(first + _SHARE * standardised(own, taken), judged)
        if found > best + GAIN:
            best = found
            settings.update(tried)
    return settings


def one_at_a_time(settings: Settings, choices: Mapping[str, tuple[Any, ...]]) -> Iterator[Settings]:
    """Yield no change, then each other value of each setting; the caller keeps in ``settings`` what is best so far."""
    yield {}
    for name, values in choices.items():
        for value in values:
            if value != settings.get(name):
                yield {name: value}


class Fading(Protocol):
    """A model of histories that newer courses may count more for."""

    decay: float

    def fit(self, data: TrainingData) -> Self:
        """Fit."""
        ...

    def score(self, batch: LearnerBatch) -> Scores:
        """Return scores, shape (len(batch), n_courses)."""
        ...


def says_order_to(model: Fading, data: TrainingData, seed: int) -> bool:
    """Return whether the order of the choices says something: always where times are known, else ``model`` tries it.

    Lists that stand in the order of the courses' ids say nothing: that is how the file was written.
    """
    if data.histories.days is not None:
        return True
    if in_order_of_ids(data.histories, data.course_ids):
        return False
    holdout = hold_out(data, "last", ordered=True, seed=seed)
    if not len(holdout.known):
        return False
    return order_matters(model.fit(holdout.train), holdout.known)


def order_matters(model: Fading, judged: Judged) -> bool:
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


def quality_in_parts(score: Callable[[Judged], Scores], judged: Judged) -> float:
    """Return ``score_quality`` of what ``score`` says of a few of the judged learners at a time."""
    parts = [(score_quality(score(part), part), len(part)) for part in judged.few_at_a_time()]
    return sum(value * size for value, size in parts) / max(len(judged), 1)


def standardised(scores: Scores, among: NDArray[np.bool_]) -> Scores:
    """Return each row with mean 0 and standard deviation 1 over the columns ``among``; constant rows become zeros."""
    judged = scores if among.all() else scores[:, among]
    if not judged.shape[1]:
        return np.zeros_like(scores)
    mean = judged.mean(axis=1, keepdims=True)
    spread = judged.std(axis=1, keepdims=True)
    return np.asarray(np.where(spread > 1e-7, (scores - mean) / np.maximum(spread, 1e-7), 0.0), dtype=np.float32)
