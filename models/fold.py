"""The fold: the whole blend of the models that read histories, as one matrix for each situation and fading.

A linear blend of linear models is one linear model. What a course taken adds to the score of every course is one row,
found by asking the blend itself about a learner who took that course alone; the rows of a history, each times how
recent it is, add up to what the history says. Models that fade alike share a matrix. What the profile says is one more
row, made when it is asked for. Only what is not linear (factors solved for each learner) stays outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.histories import Histories
from models.base import Arrays, LearnerBatch, Model, Scores
from models.blended import linear_parts
from models.history_rows import ReadsHistory, recency
from models.new_courses import NewCourses
from models.plan import MODELS, NEIGHBOURS_NAME, NEW_MODELS, SITUATIONS, Plan
from models.terms import Terms

_BEFORE_NEIGHBOURS = MODELS.index("need") + 1
ALL = (*MODELS[:_BEFORE_NEIGHBOURS], NEIGHBOURS_NAME, *MODELS[_BEFORE_NEIGHBOURS:])
"""Names that ``Fold.loudest`` numbers; those of models that came later stand after the ones that bundles know."""
_AT_ONCE = 512
WITH_HISTORY = SITUATIONS[1:]
"""The situations that have matrices."""


@dataclass(frozen=True)
class Fold:
    """What histories add to scores."""

    decays: NDArray[np.float64]
    """Shape (n_groups,): weight of a course relative to the one taken after it, for the models of each group."""
    rows: NDArray[np.int16]
    """Shape (len(WITH_HISTORY), n_groups, n, n): row = course taken, column = course scored, in units of the row.

    Two bytes a weight: half the memory to read, and a ranking that differs only where scores are equal to five digits.
    """
    unit: Scores
    """Shape (len(WITH_HISTORY), n_groups, n): what 1 stands for in each row."""
    loudest: NDArray[np.int64]
    """Shape (len(WITH_HISTORY), n_groups, 2): number in ``ALL`` of the model that weighs most in the group, for courses
    that somebody took and for new ones."""

    def sums(self, histories: Histories, rows: NDArray[np.int64]) -> Scores:
        """Return what histories add in the situations ``rows``, shape (n_learners, n)."""
        total = np.zeros((len(histories), histories.n_courses), dtype=np.float32)
        for number in range(len(WITH_HISTORY)):
            learners = np.flatnonzero(rows == number + 1)
            own = histories.rows(learners)
            for group, decay in enumerate(self.decays):
                values = recency(own.ages(), float(decay)) * self.unit[number, group][own.courses]
                total[learners] += own.matrix(values.astype(np.float32)) @ self.rows[number, group].astype(np.float32)
        return total

    def pull(self, courses: NDArray[Any], rows: int = -1) -> Scores:
        """Return what each of some courses adds, just taken, shape (len(courses), n); by default to a long history."""
        pulls = self.rows[rows][:, courses] * self.unit[rows][:, courses, None]
        return np.asarray(pulls.sum(axis=0), dtype=np.float32)

    def arrays(self) -> Arrays:
        """Return the fields."""
        return {"decays": self.decays, "rows": self.rows, "unit": self.unit, "loudest": self.loudest}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what ``arrays`` came from; the rows stay mapped to their file."""
        unit = np.asarray(arrays["unit"], dtype=np.float32)
        return cls(np.asarray(arrays["decays"]), arrays["rows"], unit, np.asarray(arrays["loudest"]))


def fold_of(
    models: Mapping[str, Model], plan: Plan, new: NewCourses, terms: Terms, n_features: int, n_courses: int
) -> Fold:
    """Ask the blend what each course says when it is the only one taken."""
    groups = fading(models, plan, lends=len(new.columns) > 0)
    rows = np.zeros((len(WITH_HISTORY), len(groups), n_courses, n_courses), dtype=np.int16)
    unit = np.zeros(rows.shape[:3], dtype=np.float32)
    for group, names in enumerate(groups.values()):
        own = {name: models[name] for name in names if name in models}
        lends = NEIGHBOURS_NAME in names
        for start in range(0, n_courses, _AT_ONCE):
            courses = np.arange(start, min(start + _AT_ONCE, n_courses))
            batch = _each_alone(courses, n_features, n_courses)
            raw = terms.raw(own, batch)
            for number in range(len(WITH_HISTORY)):
                situations = np.full(len(courses), number + 1)
                parts = linear_parts(raw, batch, situations, plan, new, terms, lends=lends)
                whole = np.asarray(sum(parts.values()), dtype=np.float32)
                rows[number, group, courses], unit[number, group, courses] = in_units(whole)
    return Fold(np.array(list(groups), dtype=np.float64), rows, unit, _loudest(groups, plan))


def in_units(rows: Scores) -> tuple[NDArray[np.int16], Scores]:
    """Return rows as whole numbers, and what 1 stands for in each, shape (n_rows,)."""
    unit = (np.abs(rows).max(axis=1, initial=0.0) / np.iinfo(np.int16).max).astype(np.float32)
    safe = np.where(unit > 0, unit, 1.0)
    return np.rint(rows / safe[:, None]).astype(np.int16), unit


def fading(models: Mapping[str, Model], plan: Plan, *, lends: bool) -> dict[float, list[str]]:
    """Return the models that read histories and weigh anything, by how their inputs fade.

    ``lends``: there are new courses, for which what was taken speaks as well, as one more reader of histories.
    """
    decays = {name: model.history_rows().decay for name, model in models.items() if isinstance(model, ReadsHistory)}
    groups: dict[float, list[str]] = {}
    for name, decay in decays.items():
        weight = plan.weights[1:, MODELS.index(name)].max()
        if lends and name in NEW_MODELS:
            weight = max(weight, plan.new_weights[NEW_MODELS.index(name)])
        if weight > 0:
            groups.setdefault(decay, []).append(name)
    if lends:
        groups.setdefault(plan.lending.decay, []).append(NEIGHBOURS_NAME)
    if not groups and "item_item" in decays:
        groups[decays["item_item"]] = ["item_item"]
    return dict(sorted(groups.items()))


def _each_alone(courses: NDArray[np.int64], n_features: int, n_courses: int) -> LearnerBatch:
    """Return learners without a profile, each of whom took one of the courses."""
    histories = Histories(np.arange(len(courses) + 1, dtype=np.int64), courses.astype(np.int32), n_courses)
    return LearnerBatch(histories, sparse.csr_matrix(np.zeros((len(courses), n_features), dtype=np.float32)))


def _loudest(groups: Mapping[float, list[str]], plan: Plan) -> NDArray[np.int64]:
    found = np.zeros((len(WITH_HISTORY), len(groups), 2), dtype=np.int64)
    for number in range(len(WITH_HISTORY)):
        for group, names in enumerate(groups.values()):
            known = {name: plan.weights[number + 1, MODELS.index(name)] for name in names if name in MODELS}
            new = {name: plan.new_weights[NEW_MODELS.index(name)] for name in names if name in NEW_MODELS}
            known, new = known or new, new or known
            found[number, group] = [ALL.index(max(weights, key=lambda name: weights[name])) for weights in (known, new)]
    return found
