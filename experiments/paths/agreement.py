"""Whether everyone's paths are those that the service gives: a sample of learners, each planned again alone."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from features.records import LearnerRecord
from features.snapshot_records import SnapshotRecords
from features.warehouse import Snapshot
from recommender.engine import Engine
from recommender.paths import Path as LearningPath
from recommender.paths import PathSettings
from recommender.paths.closing import closed_steps, worth
from recommender.paths.sharing import meets_duties

SEED = 11
_EQUAL = 1e-6


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a sample's paths compare with the service's."""

    learners: int
    same_courses: float
    """Share of the learners."""
    same_order: float
    most_lost: float
    """The most that any learner's path is worth less, as a share of the service's."""
    most_hours: float
    """The most hours that any path takes beyond the service's where it is worth no more."""
    duties_broken: int
    """Paths told as meeting their duties that miss one, or a date."""
    hours_broken: int
    """Paths that take more hours than were given, where the service's does not."""


def agreement(
    folder: Path, snapshot: Snapshot, engine: Engine, at: datetime, settings: PathSettings, sample: int = 500
) -> Agreement:
    """Compare the paths in a folder with the service's answers to a random sample of the snapshot's learners."""
    ids = snapshot.scan("learners").select("learner_id").sort("learner_id").collect()["learner_id"].to_list()
    chosen = sorted(random.Random(SEED).sample(ids, min(sample, len(ids))))
    rows = pl.scan_parquet(folder / "part-*.parquet").filter(pl.col("learner_id").is_in(chosen)).collect()
    paths = {one[0]: frame.sort("position") for one, frame in rows.group_by(["learner_id"])}
    records = SnapshotRecords(snapshot)
    judged = [
        _judged(record, paths.get(one), engine.guided(record, at, settings))
        for one in chosen
        for record in records.between((one, one + "\0"), at)
    ]
    n = max(len(judged), 1)
    return Agreement(
        learners=len(judged),
        same_courses=sum(one.same_courses for one in judged) / n,
        same_order=sum(one.same_order for one in judged) / n,
        most_lost=max((one.lost for one in judged), default=0.0),
        most_hours=max((one.more_hours for one in judged), default=0.0),
        duties_broken=sum(one.duties_broken for one in judged),
        hours_broken=sum(one.hours_broken for one in judged),
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    same_courses: bool
    same_order: bool
    lost: float
    more_hours: float
    duties_broken: bool
    hours_broken: bool


def _judged(record: LearnerRecord, rows: pl.DataFrame | None, alone: LearningPath) -> _Judged:
    problem = alone.problem
    if problem is None:
        raise AssertionError(f"the path of {record.learner.id} came without its problem")
    courses = [] if rows is None else rows["course_id"].to_list()
    own = list(alone.courses())
    hours = sum(problem.by_id[one].hours for one in courses)
    value = worth(problem.needs, closed_steps(problem, courses))
    feasible = alone.status != "infeasible"
    return _Judged(
        same_courses=set(courses) == set(own),
        same_order=courses == own,
        lost=max(0.0, alone.value - value) / max(alone.value, _EQUAL),
        more_hours=max(0.0, hours - alone.hours) if value <= alone.value + _EQUAL else 0.0,
        duties_broken=feasible and not meets_duties(problem, tuple(courses)),
        hours_broken=feasible and hours > problem.hours + _EQUAL,
    )
