"""The plan of a hybrid: settings of the models and weights of the blend, chosen on held-out training data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models.base import Model, Scores, TrainingData
from models.blend import ndcg, prune, steady_search
from models.holdout import Holdout, Kind, fewer, hold_out
from models.interest import interest_weights
from models.item_item import ItemItem
from models.new_course_fitting import learn_new_courses, place_of_new_courses
from models.newcomers import WITHOUT_HISTORY, Slice, newcomers, tune_popularity, validate_newcomers
from models.plan import MODELS, NEIGHBOURS_NAME, NEW_MODELS, NO_NEW, SITUATIONS, Plan, fit_models, shown, situation
from models.trend import Trend
from models.tuning import says_order_to, tune, tune_als, tune_item_item, tune_spectral, tune_transition
from models.validation import Validation, validate, with_earlier

NEED_WEIGHT = (0.5, 0.25, 0.15)
"""Weight of need per situation, relative to the strongest model: a decision, since histories cannot tell it."""
ENOUGH = 150
"""Learners of a situation that justify weights of its own."""
NOT_WEIGHED = ("tastes", "need")
"""Models that histories do not weigh for the next choice: one is there for interest, of the other it is decided."""
FADE_TOGETHER = ("item_item", "transition", "series", "spectral", "content")
"""Models that read histories as sums of rows."""
FEW, DRAWS = 1000, 5
"""Of fewer learners than this so many random slices are judged instead of one: of one slice much is chance."""
WORTH = 0.0005
"""NDCG that a model must add to stay."""
APART = ("latest",)
WORTH_APART = 0.002
"""NDCG that a model must add whose rows fade in a way of their own: it costs a matrix more, and a row more a list."""


def make_plan(
    data: TrainingData,
    seed: int,
    kind: Kind,
    say: Callable[[str], None],
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> Plan:
    """Choose weights, and settings where none are given, on a slice of the training data (``holdout.fewer``)."""
    data = fewer(data, seed)
    ordered = kind != "share" and says_order(data, seed)
    say(f"the order of the choices {'says something' if ordered else 'says nothing'}")
    holdout = hold_out(data, kind, ordered=ordered, seed=seed)
    say(f"validation: {len(holdout.known)} learners with a history, {len(holdout.newcomers)} without")
    came = newcomers(holdout, seed)
    settings = choose_settings(holdout, came, say, lasting=kind == "tail") if settings is None else settings
    models = fit_models(holdout.train, settings, seed)
    last = kind == "last" and ordered
    fresh = validate_newcomers(came, settings, seed)
    weights = choose_weights(models, fresh, holdout, say, settings if last else None, seed)
    if not ordered and 0 < len(holdout.known) < FEW:
        weights = steadier_weights(data, weights, settings, seed, say)
    interest = interest_weights(data, settings, seed, say)
    used = {name: max(weights[:, n].max(), interest[n]) > 0 for n, name in enumerate(MODELS)}
    side = has_side(data)
    needed = {"need", "item_item", *(NEW_MODELS if side else ())}
    kept = {name: own for name, own in settings.items() if used.get(name) or name in needed}
    plan = Plan(kept, weights, *NO_NEW, interest)
    if not side:
        return plan
    plan = learn_new_courses(data, plan, settings.get(NEIGHBOURS_NAME), seed, say)
    return replace(plan, new_place=place_of_new_courses(holdout, models, plan, say))


def steadier_weights(
    data: TrainingData, first: Scores, settings: Mapping[str, Mapping[str, Any]], seed: int, say: Callable[[str], None]
) -> Scores:
    """Return the mean of the first weights and those that other random slices of little data ask for."""
    found = [first]
    for draw in range(1, DRAWS):
        holdout = hold_out(data, "share", ordered=False, seed=seed + draw)
        models = fit_models(holdout.train, settings, seed)
        fresh = validate_newcomers(newcomers(holdout, seed), settings, seed)
        found.append(choose_weights(models, fresh, holdout, lambda _: None))
    mean = np.mean(found, axis=0)
    say(f"blend, mean of {DRAWS} slices: {shown(MODELS, mean[-1])}")
    return np.asarray(mean, dtype=np.float32)


def choose_settings(
    holdout: Holdout, came: Sequence[Slice], say: Callable[[str], None], *, lasting: bool = False
) -> dict[str, dict[str, Any]]:
    """Return the settings of the models that the data can feed.

    ``lasting``: not only the next choice is to be told, so what order does not say counts too.
    """
    data = holdout.train
    settings: dict[str, dict[str, Any]] = {"popularity": {}, "need": {}}
    settings["item_item"] = tune_item_item(holdout, has_side(data))
    say(f"item_item: {settings['item_item']}")
    if holdout.ordered:
        settings["transition"] = tune_transition(holdout, settings["item_item"])
        say(f"transition: {settings['transition']}")
        settings["latest"] = {}
        settings["series"] = {}
    if data.histories.days is not None:
        settings["trend"] = tune(Trend, {"bandwidth": 30.0}, {"bandwidth": (7.0, 100.0)}, holdout.train, holdout.known)
    if lasting or not holdout.ordered:
        settings["als"] = tune_als(holdout, settings["item_item"])
        say(f"als: {settings['als']}")
    settings["spectral"] = tune_spectral(holdout, settings["item_item"])
    settings["tastes"] = {}
    say(f"spectral: {settings['spectral']}")
    if has_side(data):
        settings["content"] = {}
    if data.learner_features.shape[1]:
        settings["lightfm"] = {}
        enough = sum(len(one.judged) for one in came) >= ENOUGH
        settings["popularity"] = tune_popularity(came if enough else [Slice(holdout.train, holdout.known)])
        say(f"popularity: {settings['popularity']}")
    return with_one_fading(settings)


def with_one_fading(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the settings with one decay for all models that read histories: half way between those they like best.

    Models that fade alike fold into one matrix; on validation slices they lose nothing that is not chance by it.
    """
    liked = [settings[name]["decay"] for name in ("item_item", "transition") if name in settings]
    decay = round(sum(liked) / len(liked), 3)
    return {name: {**own, "decay": decay} if name in FADE_TOGETHER else dict(own) for name, own in settings.items()}


def choose_weights(
    models: Mapping[str, Model],
    fresh: Validation | None,
    holdout: Holdout,
    say: Callable[[str], None],
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    seed: int = 0,
) -> Scores:
    """Return the weights of every situation, shape (len(SITUATIONS), len(MODELS)).

    ``fresh`` are learners without a history. With ``settings``, where last choices are held out and learners are few,
    earlier choices are judged as well.
    """
    names = [name for name in MODELS if name in models and name not in NOT_WEIGHED]
    weights = np.zeros((len(SITUATIONS), len(MODELS)), dtype=np.float32)
    columns = [MODELS.index(name) for name in names]
    apart = np.array([name in APART for name in names])
    taken = holdout.train.support() > 0
    known = validate(models, names, holdout.train, holdout.known, taken)
    if known is not None and settings is not None:
        known = with_earlier(known, names, holdout, settings, seed)
    start = np.array([1.0 if name in ("item_item", "transition", "trend") else 0.1 for name in names], dtype=np.float32)
    overall = start
    if known is not None:
        say(f"weighing models by {len(known.lengths)} choices")
        worth = np.where(apart, WORTH_APART, WORTH)
        overall = prune(known.found, steady_search(known.found, start), worth)
        say(f"blend: {shown(names, overall)}, ndcg {ndcg(known.found, overall):.4f}")
    weights[:, columns] = overall
    for row in (1, 2):
        part = None if known is None else known.found.rows(situation(known.lengths) == row)
        if part is not None and len(part.scores) >= ENOUGH:
            found = np.where(apart & (overall == 0), 0.0, steady_search(part, overall))
            weights[row, columns] = (overall + found) / 2.0
            say(f"blend, {SITUATIONS[row]} history: {shown(names, weights[row, columns])}, "
                f"ndcg {ndcg(part, weights[row, columns]):.4f}")  # fmt: skip
    weights[0] = 0.0
    weights[0, MODELS.index("popularity")] = 1.0
    if fresh is not None and len(fresh.lengths) >= ENOUGH // 3:
        own = [name for name in names if name in WITHOUT_HISTORY]
        found = prune(fresh.found, steady_search(fresh.found, np.ones(len(own), dtype=np.float32)), WORTH)
        weights[0, [MODELS.index(name) for name in own]] = found
        say(f"blend, no history: {shown(own, found)}, ndcg {ndcg(fresh.found, found):.4f} of {len(fresh.lengths)}")
    weights[:, MODELS.index("need")] = np.array(NEED_WEIGHT) * weights.max(axis=1)
    return weights


def says_order(data: TrainingData, seed: int) -> bool:
    """Return whether the order of the choices says something (``says_order_to``)."""
    return says_order_to(ItemItem(), data, seed)


def has_side(data: TrainingData) -> bool:
    """Return whether anything but histories is known of the courses."""
    return data.course_features.shape[1] > 0 or data.course_vectors is not None
