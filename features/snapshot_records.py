"""Learners' records straight from a snapshot, some learners at a time: what the store would say before any event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

import polars as pl

from features.records import Enrolment, Evidence, Learner, LearnerRecord, PlannedCourse
from features.store.holders import holders_of, plan_holder, split_lineage
from features.store.load import lineages, plan_rows
from features.store.record_rows import beginning
from features.store.shared_plans import strongest_plans
from features.warehouse import Snapshot

Row = Mapping[str, Any]
Bounds = tuple[str | None, str | None]
"""First learner, and the learner before whom it ends; ``None``: without a bound."""


class SnapshotRecords:
    """Reads learners of a snapshot; plans and organisations are read once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def ranges(self, size: int) -> list[Bounds]:
        """Return ranges of so many learners, in order."""
        ids = self.snapshot.scan("learners").select("learner_id").collect()["learner_id"].sort()
        return list(pairwise([None, *ids.gather_every(size).to_list()[1:], None]))

    def between(self, bounds: Bounds, at: datetime) -> Iterator[LearnerRecord]:
        """Yield the records of a range's learners, with the plans that hold at a moment, in order of their ids."""
        enrolments, evidence = self._rows("enrolments", bounds), self._rows("evidence", bounds)
        for row in self.snapshot.between("learners", *bounds).sort("learner_id").collect().iter_rows(named=True):
            one = row["learner_id"]
            yield self.record(row, enrolments.get(one, ()), evidence.get(one, ()), at)

    def record(self, row: Row, enrolments: Iterable[Row], evidence: Iterable[Row], at: datetime) -> LearnerRecord:
        """Return the record of a learner from the rows of the tables, with the plans that hold at a moment."""
        learner = Learner(
            row["learner_id"], row["organisation_id"], row["position_id"], row["designation"], row["group"],
            row["cadre"], tuple(row["languages"] or ()), row["joined_on"], bool(row["verified"]),
        )  # fmt: skip
        taken = sorted((_enrolment(one) for one in enrolments), key=beginning)
        shown = [_evidence(one) for one in evidence]
        shown.sort(key=lambda one: (one.observed_on, one.id))
        return LearnerRecord(learner, tuple(taken), tuple(shown), self.plans_of(learner, at))

    def has_own_plans(self, learner: str) -> bool:
        """Whether a plan is for this learner alone."""
        return plan_holder("learner", learner, None) in self._plans

    def _rows(self, table: str, bounds: Bounds) -> Mapping[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.snapshot.between(table, *bounds).collect().iter_rows(named=True):
            found[row["learner_id"]].append(row)
        return found

    @cached_property
    def _lineages(self) -> Mapping[str, str]:
        return dict(lineages(self.snapshot.read("organisations")).iter_rows())

    @cached_property
    def _plans(self) -> Mapping[str, list[tuple[PlannedCourse, datetime | None]]]:
        found: dict[str, list[tuple[PlannedCourse, datetime | None]]] = defaultdict(list)
        columns = ["holder", "plan_id", "course_id", "mandatory", "due_on", "apar", "allocated_on"]
        for holder, plan, course, mandatory, due, apar, since in (
            plan_rows(self.snapshot.read("plans")).select(pl.col(columns)).iter_rows()
        ):
            found[holder].append((PlannedCourse(plan, course, mandatory, due, apar), since))
        return found

    def plans_of(self, learner: Learner, at: datetime) -> tuple[PlannedCourse, ...]:
        """Return the plans that hold for a learner at a moment."""
        lineage = split_lineage(self._lineages.get(learner.organisation or ""), learner.organisation)
        held = (one for key in holders_of(learner.id, lineage, learner.designation) for one in self._plans.get(key, ()))
        return strongest_plans(plan for plan, since in held if since is None or since <= at)


def _enrolment(row: Mapping[str, Any]) -> Enrolment:
    return Enrolment(
        row["course_id"], row["status"], row["progress"], row["dwell_ratio"], row["enrolled_on"], row["completed_on"],
        row["sequence"], row["rating"], bool(row["mandated"]), bool(row["campaign"]), bool(row["skimmed"]),
    )  # fmt: skip


def _evidence(row: Mapping[str, Any]) -> Evidence:
    return Evidence(
        row["evidence_id"], row["kind"], row["observed_on"], row["competency_id"], row["course_id"], row["level"],
        row["passed"], row["score"], row["attempt"],
    )  # fmt: skip
