"""Puts enrolments in the warehouse's shape: one row a learner and course, with status and order."""

from __future__ import annotations

import polars as pl

from features.schema import ENROLMENT_STATUSES

FINISHED = 0.9
"""Share of a course from which it counts as completed where the source gives a share and no status: players seldom
report the last seconds."""

COMPUTED = ("status", "sequence")
"""Columns that ``complete`` fills in."""

_KEY = ["learner_id", "course_id"]
_PLACE = "__place"


def fold(frame: pl.DataFrame) -> pl.DataFrame:
    """Fold repeated enrolments into the first: earliest dates, furthest status and progress, newest rating.

    The first is the earliest by time, else by place; rows keep the order of the files.
    """
    repeated = frame.select(_KEY).is_duplicated()
    if not repeated.any():
        return frame
    placed = frame.with_row_index(_PLACE)
    again = placed.filter(repeated)
    if "enrolled_on" in frame.columns:
        again = again.sort("enrolled_on", maintain_order=True, nulls_last=True)
    rules = {
        "status": _furthest_status(),
        "progress": pl.col("progress").max(),
        "dwell_ratio": pl.col("dwell_ratio").max(),
        "completed_on": pl.col("completed_on").min(),
        "rating": pl.col("rating").drop_nulls().last(),
        "mandated": pl.col("mandated").any(),
    }
    cells = [rules.get(name, pl.col(name).drop_nulls().first()) for name in placed.columns if name not in _KEY]
    folded = again.group_by(_KEY, maintain_order=True).agg(cells)
    return pl.concat([placed.filter(~repeated), folded.select(placed.columns)]).sort(_PLACE).drop(_PLACE)


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
