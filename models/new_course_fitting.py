"""Weights and place of courses that nobody has taken, learned from courses that are hidden or that came later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import Model, Scores, TrainingData
from models.blend import Candidates, candidates, ndcg, prune, quality, steady_search
from models.blended import blended_parts, known_parts, new_scores, with_new_terms
from models.catalogue import nearness
from models.holdout import Holdout, Judged, hide_courses
from models.item_item import side_gram
from models.new_courses import Lending, NewCourses
from models.plan import NEIGHBOURS_NAME, NEW_MODELS, Plan, fit_models, shown, situation
from models.terms import terms_of
from models.tuning import MOST_COURSES, one_at_a_time

ENOUGH = 150
"""Learners that justify learned weights."""
WORTH = 0.0005
"""NDCG among new courses that a model must add to stay."""
CAUTION = 0.0005
"""NDCG that letting new courses further up must gain."""
LENDING: Mapping[str, tuple[float, ...]] = {
    "decay": (1.0,),
    "taken": (4.0, 25.0),
    "ridge": (0.3, 3.0, 8.0),
    "text": (0.5, 2.0),
    "series": (0.0, 2.0, 4.0, 8.0),
}
"""Settings of lending that are tried, one after the other."""
JUDGED = 1500
"""Learners by whom they are judged."""
LEVELS = (-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
SLOPES = (0.25, 0.5, 1.0)


def learn_new_courses(
    data: TrainingData, plan: Plan, lending: Mapping[str, Any] | None, seed: int, say: Callable[[str], None]
) -> Plan:
    """Return the plan with how neighbours lend, and the weights, that rank hidden courses best among themselves.

    ``lending`` are settings of ``Lending`` to use instead of choosing them.
    """
    plan = with_lending(plan, lending if lending is not None else asdict(first_lending(plan)))
    rest, _, judged = hide_courses(data, seed)
    if len(judged) < ENOUGH:
        return plan
    hidden = _Hidden(rest, judged, fit_models(rest, plan.settings, seed))
    if lending is None and data.n_courses <= MOST_COURSES:
        plan = _choose_lending(hidden, plan, say)
    return replace(plan, new_weights=_weights(hidden, plan, say))


def first_lending(plan: Plan) -> Lending:
    """Return the settings that are tried first: what counts for the item-item model, and how much."""
    own = plan.settings.get("item_item", {})
    return Lending(series=float(own.get("series", 0.0)), decay=float(own.get("decay", 1.0)))


@dataclass(frozen=True)
class _Hidden:
    """Data without some courses, the learners who took those, and the models fitted on what is left."""

    rest: TrainingData
    judged: Judged
    models: Mapping[str, Model]

    def fresh(self, plan: Plan) -> tuple[NewCourses, dict[str, Scores]]:
        """Return the new courses and each model's scores of them."""
        new = new_courses(self.rest, self.models, plan)
        known = new.known(self.rest.n_courses)
        terms = with_new_terms(self.models, plan, new, terms_of(self.models, self.rest, known), self.rest)
        batch = self.judged.batch
        rows = situation(batch.histories.lengths)
        raw = terms.raw(self.models, batch)
        units = known_parts(terms.unit(raw, known, rows), plan.weights, rows)
        blended = np.asarray(sum(units.values()), dtype=np.float32)
        return new, new_scores(raw, blended, batch, rows, plan, new, terms)

    def candidates(self, new: NewCourses, fresh: Sequence[Scores]) -> Candidates:
        """Return the new courses worth ranking."""
        among = np.zeros(self.rest.n_courses, dtype=bool)
        among[new.columns] = True
        parts = [_spread(scores, new.columns, self.rest.n_courses) for scores in fresh]
        return candidates(parts, self.judged.batch.histories, self.judged.targets, among)


def _choose_lending(hidden: _Hidden, plan: Plan, say: Callable[[str], None]) -> Plan:
    """Return the plan with the settings of lending with which neighbours alone rank hidden courses best."""
    few = replace(hidden, judged=_some(hidden.judged, JUDGED))
    settings = dict(plan.settings[NEIGHBOURS_NAME])
    best = -1.0
    for tried in one_at_a_time(settings, LENDING):
        new, fresh = few.fresh(with_lending(plan, {**settings, **tried}))
        found = quality(few.candidates(new, [fresh[NEIGHBOURS_NAME]]), np.ones(1, dtype=np.float32))
        if found > best + CAUTION:
            best = found
            settings.update(tried)
    say(f"neighbours: {settings}")
    return with_lending(plan, settings)


def with_lending(plan: Plan, settings: Mapping[str, Any]) -> Plan:
    """Return the plan with these settings of ``Lending``."""
    return replace(plan, settings={**plan.settings, NEIGHBOURS_NAME: dict(settings)})


def _weights(hidden: _Hidden, plan: Plan, say: Callable[[str], None]) -> Scores:
    """Return the weights that rank hidden courses best among themselves, shape (len(NEW_MODELS),)."""
    new, fresh = hidden.fresh(plan)
    names = [name for name in NEW_MODELS if name in fresh]
    found = hidden.candidates(new, [fresh[name] for name in names])
    chosen = prune(found, steady_search(found, np.ones(len(names), dtype=np.float32)), WORTH)
    weights = np.zeros(len(NEW_MODELS), dtype=np.float32)
    weights[[NEW_MODELS.index(name) for name in names]] = chosen
    say(f"new courses: {shown(names, chosen)}, ndcg among them {ndcg(found, chosen):.4f}")
    return weights


def _some(judged: Judged, most: int) -> Judged:
    """Return some of the judged learners, spread evenly."""
    rows = np.unique(np.linspace(0, len(judged) - 1, min(most, len(judged))).astype(np.int64))
    return Judged(judged.batch.rows(rows), judged.targets.rows(rows), judged.rows[rows])


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
        return NewCourses.of(new, np.zeros((data.n_courses, data.n_courses), dtype=np.float32), 1.0)
    lending = plan.lending
    kernel = side_gram(data, lending.text)
    if lending.series:
        kernel += lending.series * nearness(data)
    return NewCourses.of(new, kernel.astype(np.float32), lending.ridge)


def _spread(scores: Scores, columns: NDArray[np.int64], n_courses: int) -> Scores:
    out = np.zeros((len(scores), n_courses), dtype=np.float32)
    out[:, columns] = scores
    return out
