"""Weights and place of courses that nobody has taken, learned from courses that are hidden or that came later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.base import Model, Scores, TrainingData
from models.blend import candidates, ndcg, prune, steady_search
from models.blended import blended_parts, known_parts, new_scores, with_new_terms
from models.catalogue import nearness
from models.holdout import Holdout, hide_courses
from models.item_item import side_gram
from models.new_courses import NewCourses
from models.plan import NEW_MODELS, Plan, fit_models, shown, situation
from models.terms import terms_of

ENOUGH = 150
"""Learners that justify learned weights."""
WORTH = 0.0005
"""NDCG among new courses that a model must add to stay."""
CAUTION = 0.0005
"""NDCG that letting new courses further up must gain."""
LEVELS = (-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
SLOPES = (0.25, 0.5, 1.0)


def new_course_weights(data: TrainingData, plan: Plan, seed: int, say: Callable[[str], None]) -> Scores:
    """Return the weights that rank hidden courses best among themselves, shape (len(NEW_MODELS),)."""
    rest, _, judged = hide_courses(data, seed)
    if len(judged) < ENOUGH:
        return plan.new_weights
    models = fit_models(rest, plan.settings, seed)
    new = new_courses(rest, models, plan)
    known = new.known(data.n_courses)
    terms = with_new_terms(models, plan, new, terms_of(models, rest, known), rest)
    rows = situation(judged.batch.histories.lengths)
    raw = terms.raw(models, judged.batch)
    blended = np.asarray(sum(known_parts(terms.unit(raw, known, rows), plan.weights, rows).values()), dtype=np.float32)
    fresh = new_scores(raw, blended, judged.batch, rows, plan, new, terms)
    names = [name for name in NEW_MODELS if name in fresh]
    parts = [_spread(fresh[name], new.columns, data.n_courses) for name in names]
    among = np.zeros(data.n_courses, dtype=bool)
    among[new.columns] = True
    found = candidates(parts, judged.batch.histories, judged.targets, among)
    chosen = prune(found, steady_search(found, np.ones(len(names), dtype=np.float32)), WORTH)
    weights = np.zeros(len(NEW_MODELS), dtype=np.float32)
    weights[[NEW_MODELS.index(name) for name in names]] = chosen
    say(f"new courses: {shown(names, chosen)}, ndcg among them {ndcg(found, chosen):.4f}")
    return weights


def place_of_new_courses(
    holdout: Holdout, models: Mapping[str, Model], plan: Plan, say: Callable[[str], None]
) -> Scores:
    """Return level and slope that rank best, on the validation slice, known and new courses together."""
    new = new_courses(holdout.train, models, plan)
    judged = holdout.known
    if not len(new.columns) or len(judged) < ENOUGH:
        return plan.new_place
    kept = {name: model for name, model in models.items() if name in plan.settings}
    terms = terms_of(kept, holdout.train, new.known(holdout.train.n_courses))
    terms = with_new_terms(kept, plan, new, terms, holdout.train)
    best, place = -1.0, plan.new_place
    for level in LEVELS:
        for slope in SLOPES:
            tried = np.array([level, slope], dtype=np.float32)
            parts = blended_parts(kept, replace(plan, new_place=tried), new, terms, judged.batch)
            scores = np.asarray(sum(parts.values()), dtype=np.float32)
            value = ndcg(candidates([scores], judged.batch.histories, judged.targets), np.ones(1, dtype=np.float32))
            if value > best + CAUTION:
                best, place = value, tried
    say(f"new courses stand at {place[0]:g} standard deviations, slope {place[1]:g}")
    return place


def new_courses(data: TrainingData, models: Mapping[str, Model], plan: Plan) -> NewCourses:
    """Return the courses that nobody took, and what known ones lend them by text, features and place.

    Where nobody has taken anything yet no course is new beside others: profiles, needs and texts rank them all.
    """
    untaken = data.support() == 0
    new = untaken & (not untaken.all())
    if "content" not in models or not new.any():
        return NewCourses.of(new, np.zeros((data.n_courses, data.n_courses), dtype=np.float32))
    kernel = side_gram(data)
    series = plan.settings.get("item_item", {}).get("series", 0.0)
    if series:
        kernel += series * nearness(data)
    return NewCourses.of(new, kernel.astype(np.float32))


def _spread(scores: Scores, columns: NDArray[np.int64], n_courses: int) -> Scores:
    out = np.zeros((len(scores), n_courses), dtype=np.float32)
    out[:, columns] = scores
    return out
