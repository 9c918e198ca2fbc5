"""Cases: what was known before a cut, and what the learners then chose.

Nothing that came at or after the cut is in what models are fitted on. All courses that could be taken are ranked, but
for those the learner was enrolled in already; a learner without a later choice is not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.errors import KarmapathError
from features.histories import Histories
from features.reference import Reference
from features.warehouse import Snapshot
from models.assemble import histories_of, training_data
from models.base import LearnerBatch, TrainingData

_EPOCH = datetime(1970, 1, 1)
LITTLE_HISTORY = 3
SMALL_ORGANISATION = 50
MOST_JUDGED = 50_000
"""Of more learners who chose something later a random part is judged: intervals are narrow enough, lists are dense."""
SMALL_LANGUAGE = 0.05
"""A language in which at most this share of the choices was made is a small one."""

Targets = tuple[NDArray[np.int32], ...]


@dataclass(frozen=True)
class Case:
    """Learners to judge, as they were known at the cut."""

    name: str
    train: TrainingData
    """Everything before the cut, of all learners."""
    batch: LearnerBatch
    """The judged learners."""
    targets: Targets
    """What each judged learner chose at or after the cut, oldest first; at least one course each."""
    seen: Histories
    """All enrolments of each judged learner before the cut, preference or not: not suggested again."""
    to_be_had: NDArray[np.bool_]
    """Shape (n_courses,), whether the course could be taken at the cut."""
    rows: NDArray[np.int64]
    """Row of each judged learner in ``train``."""
    learner_ids: tuple[str, ...]
    at: datetime | None
    """The cut; ``None`` where the data has an order but no times."""


def time_cut(
    snapshot: Snapshot,
    vectors: NDArray[np.float32] | None,
    cut: datetime | None,
    share: float,
    window: float | None = None,
) -> Case:
    """Return the case of a cut at a moment, by default the one that leaves the last ``share`` of choices after it.

    With ``window`` only the choices of that share of all, the first after the cut, are judged: rolling cuts each judge
    their own stretch of time.

    Raises
    ------
    KarmapathError
        If the enrolments have no times, or nothing lies before or after the cut.
    """
    data, learner_ids = training_data(snapshot, Reference.load(snapshot), vectors=vectors)
    days = data.histories.days
    if days is None or not len(days):
        raise KarmapathError("found enrolments without times", "a time for each", "evaluate with --protocol last-out")
    day = float(np.quantile(days, 1 - share)) if cut is None else (cut - _EPOCH).total_seconds() / 86_400
    moment = _EPOCH + timedelta(days=day)
    before = days < day
    if before.all() or not before.any():
        raise KarmapathError(
            f"found {int(before.sum())} choices before {moment:%Y-%m-%d} and {int((~before).sum())} after",
            "some on either side", f"choose a cut between {_date(days.min())} and {_date(days.max())}",
        )  # fmt: skip
    if window is not None:
        end = float(np.quantile(days, min(1.0, 1 - share + window)))
        inside = days <= end
        data, before, days = data.keep(inside), before[inside], days[inside]
    return _case(
        f"time cut {moment:%Y-%m-%d}", data, before,
        lambda rows: _enrolled_before(snapshot, learner_ids.gather(rows), data.course_ids, moment),
        _to_be_had(snapshot, data.course_ids, moment), learner_ids, moment,
    )  # fmt: skip


def last_out(snapshot: Snapshot, vectors: NDArray[np.float32] | None, least: int = 3) -> Case:
    """Return the case that holds out the last choice of each learner who made at least ``least``."""
    data, learner_ids = training_data(snapshot, Reference.load(snapshot), vectors=vectors)
    histories = data.histories
    held_out = (histories.ages() == 0) & np.repeat(histories.lengths >= least, histories.lengths)
    if not held_out.any():
        raise KarmapathError(
            f"found no learner with {least} choices or more", "some", "import more enrolments, or lower --least"
        )
    kept = histories.keep(~held_out)
    had = np.ones(data.n_courses, dtype=bool)
    return _case("last choice out", data, ~held_out, kept.rows, had, learner_ids, None)


def slices(case: Case) -> Mapping[str, tuple[NDArray[np.int64], Targets]]:
    """Return the parts of a case that real deployments consist of: number of each judged learner, and its targets.

    ``new_learner``, ``little_history``, ``warm``: by the choices before the cut. ``new_course``: only targets that
    nobody chose before the cut. ``small_language``, ``small_organisation``: by the profile. Empty ones are left out.
    """
    lengths = case.batch.histories.lengths
    masks = {
        "new_learner": lengths == 0,
        "little_history": (lengths > 0) & (lengths <= LITTLE_HISTORY),
        "warm": lengths > LITTLE_HISTORY,
        "small_organisation": _small(case, "organisation", SMALL_ORGANISATION / max(len(case.train.histories), 1)),
        "small_language": _small(case, "language", SMALL_LANGUAGE),
    }
    found = {name: _part(np.flatnonzero(mask), case.targets) for name, mask in masks.items() if mask.any()}
    cold = case.train.support() == 0
    fresh = tuple(target[cold[target]] for target in case.targets)
    numbers = np.flatnonzero([len(target) > 0 for target in fresh])
    return {**found, "new_course": _part(numbers, fresh)} if len(numbers) else found


def _part(numbers: NDArray[np.int64], targets: Targets) -> tuple[NDArray[np.int64], Targets]:
    return numbers, tuple(targets[number] for number in numbers)


def _small(case: Case, kind: str, share: float) -> NDArray[np.bool_]:
    """Return which judged learners have a feature of that kind that at most ``share`` of all learners have."""
    names = case.train.learner_vocabulary.names
    columns = [column for column, name in enumerate(names) if name.startswith(f"{kind}=")]
    if not columns:
        return np.zeros(len(case.batch), dtype=bool)
    common = np.asarray(case.train.learner_features[:, columns].mean(axis=0)).ravel()
    rare = np.where(common <= share, 1.0, 0.0)
    return np.asarray(case.batch.features[:, columns] @ rare) > 0


def _case(
    name: str,
    data: TrainingData,
    before: NDArray[np.bool_],
    seen_by: Callable[[NDArray[np.int64]], Histories],
    to_be_had: NDArray[np.bool_],
    learner_ids: pl.Series,
    at: datetime | None,
) -> Case:
    train = data.keep(before)
    later = data.histories.keep(~before)
    rows = _some(np.flatnonzero(later.lengths > 0))
    seen = seen_by(rows)
    targets = [_open(later.row(int(row)), seen.row(place), to_be_had) for place, row in enumerate(rows)]
    judged = np.flatnonzero([len(target) > 0 for target in targets])
    return Case(
        name=name,
        train=train,
        batch=train.batch.rows(rows[judged]),
        targets=tuple(targets[place] for place in judged),
        seen=seen.rows(judged),
        to_be_had=to_be_had,
        rows=rows[judged],
        learner_ids=tuple(learner_ids.gather(rows[judged]).to_list()),
        at=at,
    )


def _some(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows, at most ``MOST_JUDGED`` of them; which ones is always the same."""
    if len(rows) <= MOST_JUDGED:
        return rows
    return np.sort(np.random.default_rng(0).permutation(rows)[:MOST_JUDGED])


def _open(later: NDArray[np.int32], seen: NDArray[np.int32], to_be_had: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return the later choices that could have been suggested."""
    return later[to_be_had[later] & ~np.isin(later, seen)]


def _enrolled_before(
    snapshot: Snapshot, learner_ids: pl.Series, course_ids: tuple[str, ...], cut: datetime
) -> Histories:
    """Return all enrolments of these learners before the cut, preference or not: they are not suggested again."""
    began = pl.coalesce("enrolled_on", "completed_on")
    wanted = ["learner_id", "course_id", "enrolled_on", "completed_on", "sequence"]
    earlier = snapshot.scan("enrolments").select(wanted).filter(began.is_null() | (began < cut))
    theirs = earlier.join(learner_ids.alias("learner_id").to_frame().lazy(), on="learner_id", how="semi").collect()
    return histories_of(theirs, learner_ids, course_ids)[0]


def _to_be_had(snapshot: Snapshot, course_ids: tuple[str, ...], cut: datetime) -> NDArray[np.bool_]:
    """Return which courses had not been retired by the cut."""
    retired = dict(snapshot.scan("courses").select("course_id", "retired_on").collect().iter_rows())
    return np.array([retired[course] is None or retired[course] > cut for course in course_ids])


def _date(day: float) -> str:
    return f"{_EPOCH + timedelta(days=float(day)):%Y-%m-%d}"
