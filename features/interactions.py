"""From the enrolments of a snapshot to learners' histories, in order: what models fit on."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import numpy as np
import polars as pl

from features.histories import Histories


class TableScanner(Protocol):
    """Anything that hands out tables of the warehouse lazily (a snapshot)."""

    def scan(self, table: str) -> pl.LazyFrame:
        """Return a table, not yet read."""
        ...


def learner_histories(
    snapshot: TableScanner, until: datetime | None = None, *, preferences_only: bool = True
) -> tuple[list[str], tuple[str, ...], Histories]:
    """Return the learners who took anything, all courses, and what each learner took, oldest first.

    Order is by time, then by ``sequence``, then by course id; where times are unknown, by ``sequence`` alone.

    Parameters
    ----------
    snapshot
        A snapshot of the warehouse.
    until
        Only enrolments that began before this moment; those without a time are then left out.
    preferences_only
        Leave out what was mandated, taken in a campaign, or skimmed: it says nothing about interest.

    Returns
    -------
    learner_ids
        Learners with at least one such enrolment, sorted; row ``r`` of the histories is ``learner_ids[r]``.
    course_ids
        Every course of the snapshot, sorted, also those nobody took; column ``c`` is ``course_ids[c]``.
    histories
        Days are given where every enrolment has a time.
    """
    courses = snapshot.scan("courses").select("course_id").collect().to_series().sort()
    ordered = _ordered(snapshot, courses, until, preferences_only=preferences_only)
    runs = ordered["learner_id"].rle().struct.unnest()
    indptr = np.concatenate([[0], runs["len"].to_numpy().astype(np.int64).cumsum()])
    moments = ordered["enrolled_on"]
    days = (moments.dt.timestamp("ms") / 86_400_000).cast(pl.Float32).to_numpy() if not moments.has_nulls() else None
    numbers = ordered["course"].to_numpy().astype(np.int32)
    return runs["value"].to_list(), tuple(courses), Histories(indptr, numbers, len(courses), days)


def _ordered(
    snapshot: TableScanner, courses: pl.Series, until: datetime | None, *, preferences_only: bool
) -> pl.DataFrame:
    enrolments = snapshot.scan("enrolments")
    if preferences_only:
        marks = [pl.col(name).fill_null(value=False) for name in ("mandated", "campaign", "skimmed")]
        enrolments = enrolments.filter(~pl.any_horizontal(marks))
    if until is not None:
        enrolments = enrolments.filter(pl.col("enrolled_on") < until)
    numbers = pl.LazyFrame({"course_id": courses}).with_row_index("course")
    return (
        enrolments.select("learner_id", "course_id", "enrolled_on", "sequence")
        .join(numbers, on="course_id", how="inner")
        .sort("learner_id", "enrolled_on", "sequence", "course", nulls_last=True)
        .select("learner_id", "course", "enrolled_on")
        .collect()
    )
