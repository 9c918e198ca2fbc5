"""The blend itself: every model's part in the score of every course. All of it is linear in what the models say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.base import LearnerBatch, Model, Scores, TrainingData
from models.history_rows import recency
from models.new_courses import NewCourses
from models.plan import MODELS, NEIGHBOURS_NAME, NEW_MODELS, Plan, situation
from models.terms import Terms, centred, inverse, samples, usual_spread

NEED_HEIGHT = 14.0
"""Where the course that closes most stands, in spreads: the usual one of needs, which few courses meet."""


def blended_parts(
    models: Mapping[str, Model], plan: Plan, new: NewCourses, terms: Terms, batch: LearnerBatch
) -> dict[str, Scores]:
    """Return what each model adds to the scores, shapes (n, n_courses); their sum is the score."""
    rows = situation(batch.histories.lengths)
    parts = linear_parts(terms.raw(models, batch), batch, rows, plan, new, terms, lends=True)
    if not new.known(batch.histories.n_courses).all():
        parts[NEIGHBOURS_NAME] = places(parts[NEIGHBOURS_NAME], rows, plan, new, terms)
    if "need" in models:
        parts["need"] = need_part(models, plan, batch, rows)
    return parts


def need_part(models: Mapping[str, Model], plan: Plan, batch: LearnerBatch, rows: NDArray[np.int64]) -> Scores:
    """Return what needs add, shape (n, n_courses): the same for known and new courses."""
    if "need" not in models or batch.needs is None:
        return np.zeros((len(batch), batch.histories.n_courses), dtype=np.float32)
    return (need_height(plan, rows)[:, None] * models["need"].score(batch)).astype(np.float32)


def need_height(plan: Plan, rows: NDArray[np.int64]) -> Scores:
    """Return what needs add to the course that closes most in the situations ``rows``."""
    return np.asarray(NEED_HEIGHT * plan.weights[rows, MODELS.index("need")], dtype=np.float32)


def linear_parts(
    raw: Mapping[str, Scores],
    batch: LearnerBatch,
    rows: NDArray[np.int64],
    plan: Plan,
    new: NewCourses,
    terms: Terms,
    *,
    lends: bool,
) -> dict[str, Scores]:
    """Return the parts that are sums of rows: all but needs and the places of new courses.

    Parameters
    ----------
    raw
        Scores of some models, or all: what each of them adds does not depend on the others.
    batch
        The learners.
    rows
        The situation of each learner.
    plan, new, terms
        What the blend is made of.
    lends
        Whether that a course was taken counts for new courses here; once among all parts that are added up.
    """
    known = new.known(batch.histories.n_courses)
    units = terms.unit(raw, known, rows)
    parts = known_parts(units, plan.weights, rows)
    if not known.all():
        blended = np.asarray(sum(parts.values(), np.zeros((len(rows), len(known)))), dtype=np.float32)
        fresh = new_scores(raw, blended, batch, rows, plan, new, terms, lends=lends)
        parts[NEIGHBOURS_NAME] = np.zeros_like(blended)
        for part in parts.values():
            part[:, new.columns] = part[:, new.silent] = 0.0
        total = max(float(plan.new_weights.sum()), 1e-9)
        height = plan.new_place[1] * terms.spread[rows, None] / total
        for number, name in enumerate(NEW_MODELS):
            if name in fresh:
                parts[name][:, new.columns] += height * plan.new_weights[number] * fresh[name]
    return parts


def known_parts(units: Mapping[str, Scores], weights: Scores, rows: NDArray[np.int64]) -> dict[str, Scores]:
    """Return each model's scores times its weight in the learner's situation."""
    return {name: weights[rows, MODELS.index(name), None] * scores for name, scores in units.items()}


def new_scores(
    raw: Mapping[str, Scores],
    blended: Scores,
    batch: LearnerBatch,
    rows: NDArray[np.int64],
    plan: Plan,
    new: NewCourses,
    terms: Terms,
    *,
    lends: bool = True,
) -> dict[str, Scores]:
    """Return each model's scores of the new courses, centred over them, in usual spreads; (n, len(new.columns)).

    ``blended`` are the learners' scores of the known courses. Without ``lends``, what was taken counts for nothing.
    """
    everywhere = np.ones(len(new.columns), dtype=bool)
    found = {name: raw[name][:, new.columns] for name in NEW_MODELS if name in raw}
    if "popularity" in raw:
        # A new course has no choices of its own to count: those of its neighbours say how popular it may become.
        found["popularity"] = centred(raw["popularity"], new.known(blended.shape[1])) @ new.lent
    taken = _taken(batch, plan) if lends else np.zeros_like(blended)
    found[NEIGHBOURS_NAME] = new.lend(blended * inverse(terms.spread)[rows, None], taken)
    return {
        name: centred(scores, everywhere) * inverse(terms.new_scale[rows, NEW_MODELS.index(name)])[:, None]
        for name, scores in found.items()
    }


def with_new_terms(
    models: Mapping[str, Model], plan: Plan, new: NewCourses, terms: Terms, data: TrainingData, *, flat: bool = False
) -> Terms:
    """Return the terms with what depends on the weights: the blend's own spread and the scales of new courses.

    ``flat`` as in ``Terms.raw``.
    """
    known = new.known(data.n_courses)
    if known.all():
        return terms
    n = len(terms.scale)
    found = replace(
        terms,
        spread=np.zeros(n, dtype=np.float32),
        floor=np.zeros(n, dtype=np.float32),
        new_scale=np.ones((n, len(NEW_MODELS)), dtype=np.float32),
    )
    scales = np.zeros_like(found.new_scale)
    for row, batch in enumerate(samples(data)):
        rows = np.full(len(batch), row)
        raw = terms.raw(models, batch, flat=flat)
        parts = known_parts(terms.unit(raw, known, rows), plan.weights, rows)
        blended = np.asarray(sum(parts.values(), np.zeros((len(batch), len(known)))), dtype=np.float32)
        found.spread[row] = usual_spread(blended[:, known])
        found.floor[row] = blended[:, known].min(initial=0.0) - 1.0
        for name, scores in new_scores(raw, blended, batch, rows, plan, new, found).items():
            scales[row, NEW_MODELS.index(name)] = usual_spread(scores)
    return replace(found, new_scale=scales)


def _taken(batch: LearnerBatch, plan: Plan) -> Scores:
    """Return how much each course taken counts as one, newer ones more: shape (n, n_courses)."""
    histories, lending = batch.histories, plan.lending
    values = lending.taken * recency(histories.ages(), lending.decay)
    return np.asarray(histories.matrix(values.astype(np.float32)).toarray(), dtype=np.float32)


def places(part: Scores, rows: NDArray[np.int64], plan: Plan, new: NewCourses, terms: Terms) -> Scores:
    """Put new courses where they stand among known ones, and those of which nothing is known last."""
    part[:, new.columns] += plan.new_place[0] * terms.spread[rows, None]
    part[:, new.silent] += terms.floor[rows, None]
    return part
