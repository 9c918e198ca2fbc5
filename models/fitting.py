"""The plan of a hybrid: settings of the models and weights of the blend, chosen on held-out training data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import Model, Scores, TrainingData
from models.blend import Candidates, candidates, ndcg, prune, search
from models.holdout import Holdout, Judged, Kind, hide_courses, hold_out
from models.item_item import ItemItem
from models.new_courses import NewCourses
from models.situations import MODELS, NEW_MODELS, SITUATIONS, fit_models, situation, standardised
from models.tuning import order_matters, tune, tune_item_item, tune_transition

NEED_WEIGHT = (0.5, 0.25, 0.15)
"""Weight of need per situation, relative to the strongest model: a decision, since histories cannot tell it."""
ENOUGH = 150
"""Learners of a situation that justify weights of its own."""
WORTH = 0.0005
"""NDCG that a model must add to stay."""
_LEVELS = (-1.0, 0.0, 1.0, 2.0, 3.0)
_SLOPES = (0.25, 0.5, 1.0)


@dataclass(frozen=True)
class Plan:
    """What a hybrid is made of."""

    settings: Mapping[str, Mapping[str, Any]]
    """Settings of each model that takes part."""
    weights: Scores
    """Shape (len(SITUATIONS), len(MODELS)), 0 or more."""
    new_weights: Scores
    """Shape (len(NEW_MODELS),), 0 or more."""
    new_place: Scores
    """Level and slope: where new courses stand among known ones, in standard deviations of the learner's scores."""


def make_plan(data: TrainingData, seed: int, kind: Kind, say: Callable[[str], None]) -> Plan:
    """Choose settings and weights on a slice of the training data."""
    ordered = data.histories.days is not None or _ordered(data, seed)
    say(f"the order of the choices {'says something' if ordered else 'says nothing'}")
    holdout = hold_out(data, kind, ordered=ordered, seed=seed)
    say(f"validation: {len(holdout.known)} learners with a history, {len(holdout.newcomers)} without")
    settings = choose_settings(holdout, say)
    models = fit_models(holdout.train, settings, seed)
    weights = choose_weights(models, holdout, say)
    used = {name: weights[:, n].max() > 0 for n, name in enumerate(MODELS)}
    has_side = _has_side(data)
    needed = {"need", *(NEW_MODELS if has_side else ())}
    kept = {name: own for name, own in settings.items() if used[name] or name in needed}
    new_weights, place = choose_for_new_courses(data, kept, weights, seed, say) if has_side else _NO_NEW
    return Plan(kept, weights, new_weights, place)


_NO_NEW = (np.ones(len(NEW_MODELS), dtype=np.float32), np.array([-1.0, 0.25], dtype=np.float32))


def choose_settings(holdout: Holdout, say: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """Return the settings of the models that the data can feed."""
    data = holdout.train
    settings: dict[str, dict[str, Any]] = {"popularity": {}, "need": {}}
    settings["item_item"] = tune_item_item(holdout, _has_side(data))
    say(f"item_item: {settings['item_item']}")
    if holdout.ordered:
        settings["transition"] = tune_transition(holdout)
        say(f"transition: {settings['transition']}")
    if _has_side(data):
        settings["content"] = {"decay": 0.8 if holdout.ordered else 1.0}
    if data.learner_features.shape[1]:
        settings["lightfm"] = {}
        settings["popularity"] = _tune_popularity(holdout)
    return settings


def choose_weights(models: Mapping[str, Model], holdout: Holdout, say: Callable[[str], None]) -> Scores:
    """Return the weights of every situation, shape (len(SITUATIONS), len(MODELS))."""
    names = [name for name in MODELS if name in models and name != "need"]
    weights = np.zeros((len(SITUATIONS), len(MODELS)), dtype=np.float32)
    columns = [MODELS.index(name) for name in names]
    taken = holdout.train.support() > 0
    known = _candidates(models, names, holdout.known, taken)
    start = np.array([1.0 if name in ("item_item", "transition") else 0.1 for name in names], dtype=np.float32)
    overall = start
    if known is not None:
        overall = prune(known, search(known, start), WORTH)
        say(f"blend: {_shown(names, overall)}, ndcg {ndcg(known, overall):.4f}")
    weights[:, columns] = overall
    for row in (1, 2):
        mask = situation(holdout.known.batch.histories.lengths) == row
        if known is not None and mask.sum() >= ENOUGH:
            part = known.rows(mask)
            weights[row, columns] = search(part, overall, rounds=2)
            say(f"blend, {SITUATIONS[row]} history: {_shown(names, weights[row, columns])}, "
                f"ndcg {ndcg(part, weights[row, columns]):.4f}")  # fmt: skip
    weights[0] = 0.0
    weights[0, MODELS.index("popularity")] = 1.0
    new = _candidates(models, names, holdout.newcomers, taken)
    if new is not None and len(holdout.newcomers) >= ENOUGH:
        without = np.array([float(name in ("popularity", "lightfm")) for name in names], dtype=np.float32)
        weights[0, columns] = search(new, without)
        say(f"blend, no history: {_shown(names, weights[0, columns])}, ndcg {ndcg(new, weights[0, columns]):.4f}")
    weights[:, MODELS.index("need")] = np.array(NEED_WEIGHT) * weights.max(axis=1)
    return weights


def choose_for_new_courses(
    data: TrainingData,
    settings: Mapping[str, Mapping[str, Any]],
    weights: Scores,
    seed: int,
    say: Callable[[str], None],
) -> tuple[Scores, Scores]:
    """Return the weights of new courses and their place among the known ones, learned with some courses hidden."""
    from models.hybrid import Hybrid, new_scores  # noqa: PLC0415 - the hybrid needs a plan, this plan needs a hybrid

    rest, _, judged = hide_courses(data, seed)
    if len(judged) < ENOUGH:
        return _NO_NEW
    models = fit_models(rest, settings, seed)
    similar = np.asarray(models["content"].arrays()["similarity"], dtype=np.float32)
    new = NewCourses.of(rest.support() == 0, similar)
    known = np.ones(data.n_courses, dtype=bool)
    known[new.columns] = known[new.silent] = False
    standard = {name: standardised(model.score(judged.batch), known) for name, model in models.items()}
    rows = weights[situation(judged.batch.histories.lengths)]
    blended = sum(rows[:, [n]] * standard[name] for n, name in enumerate(MODELS) if name in standard)
    fresh = new_scores(standard, np.asarray(blended, dtype=np.float32), new)
    names = [name for name in NEW_MODELS if name in fresh]
    spread = [_spread(fresh[name], new.columns, data.n_courses) for name in names]
    found = candidates(spread, judged.batch.histories, judged.targets, among=_mask(new.columns, data.n_courses))
    chosen = prune(found, search(found, np.ones(len(names), dtype=np.float32)), WORTH)
    new_weights = np.zeros(len(NEW_MODELS), dtype=np.float32)
    new_weights[[NEW_MODELS.index(name) for name in names]] = chosen
    say(f"new courses: {_shown(names, chosen)}, ndcg among them {ndcg(found, chosen):.4f}")
    best, place = -1.0, np.array([-1.0, 0.25], dtype=np.float32)
    for level in _LEVELS:
        for slope in _SLOPES:
            tried = np.array([level, slope], dtype=np.float32)
            hybrid = Hybrid(plan=Plan(settings, weights, new_weights, tried))
            hybrid.models, hybrid.new = models, new
            value = _overall(hybrid.score(judged.batch), judged, data)
            if value > best:
                best, place = value, tried
    say(f"new courses stand at {place[0]:g} standard deviations, slope {place[1]:g}")
    return new_weights, place


def _overall(scores: Scores, judged: Judged, data: TrainingData) -> float:
    found = candidates([scores], judged.batch.histories, judged.targets)
    return ndcg(found, np.ones(1, dtype=np.float32))


def _tune_popularity(holdout: Holdout) -> dict[str, Any]:
    from models.popularity import Popularity  # noqa: PLC0415

    choices: dict[str, tuple[Any, ...]] = {"smoothing": (3.0, 10.0, 100.0)}
    if holdout.train.histories.days is not None:
        choices["days_to_half"] = (30.0, 90.0, 3650.0)
    judged = holdout.newcomers if len(holdout.newcomers) >= ENOUGH else holdout.known
    if not len(judged):
        return {}
    return tune(Popularity, {"smoothing": 30.0, "days_to_half": 365.0}, choices, holdout, judged)


def _ordered(data: TrainingData, seed: int) -> bool:
    holdout = hold_out(data, "last", ordered=True, seed=seed)
    if not len(holdout.known):
        return False
    return order_matters(ItemItem().fit(holdout.train), holdout.known)


def _has_side(data: TrainingData) -> bool:
    return data.course_features.shape[1] > 0 or data.course_vectors is not None


def _candidates(
    models: Mapping[str, Model], names: Sequence[str], judged: Judged, among: NDArray[np.bool_]
) -> Candidates | None:
    if not len(judged):
        return None
    parts = [standardised(models[name].score(judged.batch), among) for name in names]
    return candidates(parts, judged.batch.histories, judged.targets, among)


def _spread(scores: Scores, columns: NDArray[np.int64], n_courses: int) -> Scores:
    out = np.zeros((len(scores), n_courses), dtype=np.float32)
    out[:, columns] = scores
    return out


def _mask(columns: NDArray[np.int64], n_courses: int) -> NDArray[np.bool_]:
    mask = np.zeros(n_courses, dtype=bool)
    mask[columns] = True
    return mask


def _shown(names: Sequence[str], weights: NDArray[np.float32]) -> str:
    return ", ".join(f"{name} {weight:.2f}" for name, weight in zip(names, weights, strict=True) if weight > 0)
