"""Puts enrolments in the warehouse's shape: one row a learner and course, with status and order."""

from __future__ import annotations

import polars as pl

from features.schema import ENROLMENT_STATUSES

FINISHED = 0.9
"""Share of a course from which it counts as completed where the source gives a share and no status: players seldom
report the last seconds."""

_KEY = ["learner_id", "course_id"]


def fold(frame: pl.DataFrame) -> pl.DataFrame:
    """Fold repeated enrolments into the first: earliest dates, furthest status and progress, newest rating."""
    repeated = frame.select(_KEY).is_duplicated()
    if not repeated.any():
        return frame
    again = frame.filter(repeated)
    present = set(frame.columns)
    order = [name for name in ("enrolled_on",) if name in present]
    again = again.sort(order, maintain_order=True, nulls_last=True) if order else again
    rules = {
        "status": _furthest_status(),
        "progress": pl.col("progress").max(),
        "dwell_ratio": pl.col("dwell_ratio").max(),
        "completed_on": pl.col("completed_on").min(),
        "rating": pl.col("rating").drop_nulls().last(),
        "mandated": pl.col("mandated").any(),
    }
    others = [pl.col(name).first() for name in frame.columns if name not in rules and name not in _KEY]
    folded = again.group_by(_KEY, maintain_order=True).agg(
        *(rule for name, rule in rules.items() if name in present), *others
    )
    return pl.concat([frame.filter(~repeated), folded.select(frame.columns)])


def complete(frame: pl.DataFrame) -> pl.DataFrame:
    """Fill in a status where none was given, and each enrolment's place in its learner's order.

    Rows stand in the order of their files; ``sequence`` numbers them by time, then by that order. A status that was
    not given is "completed" with a completion date or a progress of at least ``FINISHED``, "not_started" with a
    progress of 0, else "in_progress".
    """
    for name, dtype in (("status", pl.String), ("progress", pl.Float64), ("completed_on", pl.Datetime("ms"))):
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=dtype).alias(name))
    progress = pl.col("progress")
    derived = (
        pl.when(pl.col("completed_on").is_not_null() | (progress >= FINISHED)).then(pl.lit("completed"))
        .when(progress == 0).then(pl.lit("not_started"))
        .otherwise(pl.lit("in_progress"))
    )  # fmt: skip
    frame = frame.with_columns(pl.coalesce("status", derived).alias("status"))
    if "sequence" in frame.columns:
        return frame
    ordered = (
        frame.sort("enrolled_on", nulls_last=True, maintain_order=True) if "enrolled_on" in frame.columns else frame
    )
    place = pl.int_range(pl.len(), dtype=pl.Int32).over("learner_id")
    return ordered.with_columns(place.alias("sequence"))


def _furthest_status() -> pl.Expr:
    rank = pl.col("status").replace_strict(list(ENROLMENT_STATUSES), range(len(ENROLMENT_STATUSES)), default=None)
    return rank.max().replace_strict(
        list(range(len(ENROLMENT_STATUSES))), list(ENROLMENT_STATUSES), default=None, return_dtype=pl.String
    )
