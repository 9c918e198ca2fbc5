"""The fold of the models that read profiles: what each feature of a learner adds to the score of every course.

As with histories (``models.fold``) the blend itself is asked, about a learner who has one feature alone. A profile's
rows add up to what the profile says; no matrix is multiplied when a learner nobody has met before asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.histories import Histories
from models.base import Arrays, LearnerBatch, Model, Scores
from models.blended import linear_parts, places
from models.fold import ALL, in_units
from models.new_courses import NewCourses
from models.plan import BY_PROFILE, MODELS, NEIGHBOURS_NAME, SITUATIONS, Plan
from models.terms import Terms, centred, inverse

AVERAGES = ("popularity",)
"""Models that take the mean over a learner's features; the others take the sum."""
_AT_ONCE = 512


@dataclass(frozen=True)
class ProfileFold:
    """What profiles add to scores, S situations, n courses, F features, M parts of which m read features, q new."""

    parts: NDArray[np.int64]
    """Shape (M,), number of each part's model in ``models.fold.ALL``."""
    start: Scores
    """Shape (S, M, n): the parts for a learner of whom nothing is known."""
    part: NDArray[np.int64]
    """Shape (m,), which part each reader of features adds to."""
    averaged: NDArray[np.bool_]
    """Shape (m,), whether it takes the mean over a learner's features."""
    weight: Scores
    """Shape (S, m), what a raw score counts in each situation."""
    rows: NDArray[np.int16]
    """Shape (m, F, n): what each feature adds to the raw scores of courses that somebody took, in units of the row."""
    unit: Scores
    """Shape (m, F): what 1 stands for in each row."""
    columns: NDArray[np.int64]
    """Shape (q,), the new courses."""
    new_rows: Scores
    """Shape (m, S, F, q): what each feature adds to the parts of new courses."""

    def arrays(self) -> Arrays:
        """Return the fields."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what ``arrays`` came from; the rows stay mapped to their file."""
        return cls(**{one.name: arrays[one.name] for one in fields(cls)})


def profile_fold_of(
    models: Mapping[str, Model], plan: Plan, new: NewCourses, terms: Terms, n_features: int, n_courses: int
) -> ProfileFold:
    """Ask the models that read profiles about each feature alone, and about nobody."""
    own = {name: model for name, model in models.items() if name in BY_PROFILE}
    nobody = {name: model.score(_who_have(0, 0, n_features, n_courses)) for name, model in own.items()}
    start = _start(nobody, plan, new, terms, n_courses)
    readers = [name for name in own if name != "trend"]
    known = new.known(n_courses)
    n, n_new = len(readers), len(new.columns)
    rows = np.zeros((n, n_features, n_courses), dtype=np.int16)
    unit = np.zeros((n, n_features), dtype=np.float32)
    new_rows = np.zeros((n, len(SITUATIONS), n_features, n_new), dtype=np.float32)
    for number, name in enumerate(readers):
        for first in range(0, n_features, _AT_ONCE):
            some = slice(first, min(first + _AT_ONCE, n_features))
            batch = _who_have(some.start, some.stop, n_features, n_courses)
            raw = own[name].score(batch) - nobody[name]
            rows[number, some], unit[number, some] = in_units(np.where(known, centred(raw, known), 0.0))
            for row in range(len(SITUATIONS)):
                found = linear_parts({name: raw}, batch, np.full(len(raw), row), plan, new, terms, lends=False)
                new_rows[number, row, some] = sum(part[:, new.columns] for part in found.values())
    columns = [MODELS.index(name) for name in readers]
    none = np.zeros((len(SITUATIONS), 0, n_courses), dtype=np.float32)
    return ProfileFold(
        parts=np.array([ALL.index(name) for name in start], dtype=np.int64),
        start=np.stack(list(start.values()), axis=1) if start else none,
        part=np.array([list(start).index(name) for name in readers], dtype=np.int64),
        averaged=np.array([name in AVERAGES for name in readers], dtype=np.bool_),
        weight=(plan.weights[:, columns] * inverse(terms.scale[:, columns])).astype(np.float32),
        rows=rows,
        unit=unit,
        columns=new.columns,
        new_rows=new_rows,
    )


def _start(
    nobody: Mapping[str, Scores], plan: Plan, new: NewCourses, terms: Terms, n_courses: int
) -> dict[str, Scores]:
    """Return the parts of a learner without features, shapes (len(SITUATIONS), n_courses)."""
    rows = np.arange(len(SITUATIONS))
    batch = LearnerBatch(Histories.of([()] * len(rows), n_courses), sparse.csr_matrix(np.zeros((len(rows), 0))))
    raw = {name: np.repeat(scores, len(rows), axis=0) for name, scores in nobody.items()}
    parts = linear_parts(raw, batch, rows, plan, new, terms, lends=False) if raw else {}
    if not new.known(n_courses).all():
        nothing = np.zeros((len(rows), n_courses), dtype=np.float32)
        parts[NEIGHBOURS_NAME] = places(parts.get(NEIGHBOURS_NAME, nothing), rows, plan, new, terms)
    return parts


def _who_have(first: int, last: int, n_features: int, n_courses: int) -> LearnerBatch:
    """Return learners who have features ``first`` up to ``last``, one each; where there are none, one who has none."""
    n = max(last - first, 1)
    has = sparse.csr_matrix(np.eye(n, n_features, k=first, dtype=np.float32) * np.float32(last > first))
    return LearnerBatch(Histories.of([()] * n, n_courses), has)
