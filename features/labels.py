"""Marks completions that say nothing about interest: mandated, in a campaign, or skimmed.

The rules, each adding to what the source marked itself:

mandated
    A plan assigns the course to the learner (by id, by designation in the plan's organisation or one below it, or to
    everybody there), is not marked voluntary, and did so before the completion. An enrolment that was not completed
    counts if the plan came before it began.
campaign
    Completed in a campaign window: one that was configured, or one that was detected. Detection is conservative:
    at least ``MIN_DAYS`` days in a row, each with ``SURGE`` times the completions of a usual day (the median of the
    eight weeks around it) and at least ``MIN_COMPLETIONS`` of them.
skimmed
    Completed with less than ``SKIM_RATIO`` of the course's time spent on it; where that is not known, completed less
    than ``SKIM_RATIO`` of the course's hours after the enrolment. Times that are both whole days say too little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

SKIM_RATIO = 0.1
SURGE = 4.0
MIN_COMPLETIONS = 50
MIN_DAYS = 3
_AROUND = 57
"""Days around a day whose median is its usual: eight weeks and itself."""

MARKS = ("mandated", "campaign", "skimmed")


@dataclass(frozen=True, slots=True)
class Window:
    """A span of days, both ends included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}:{self.last}"


def mark(enrolments: pl.DataFrame, tables: Mapping[str, pl.DataFrame], windows: Sequence[Window] = ()) -> pl.DataFrame:
    """Return the enrolments with ``mandated``, ``campaign`` and ``skimmed`` true or false in every row.

    Parameters
    ----------
    enrolments
        Rows of the table ``enrolments``.
    tables
        The tables ``courses``, ``learners``, ``organisations`` and ``plans``.
    windows
        Campaign windows.
    """
    skimmed = _skimmed(enrolments, tables["courses"])
    mandated = _mandated(enrolments, tables["plans"], tables["learners"], tables["organisations"])
    campaign = pl.any_horizontal(
        pl.lit(value=False), *(pl.col("completed_on").dt.date().is_between(w.first, w.last) for w in windows)
    )
    computed = (("mandated", pl.lit(mandated)), ("campaign", campaign), ("skimmed", pl.lit(skimmed)))
    return enrolments.with_columns(
        (pl.col(name).fill_null(value=False) | value.fill_null(value=False)).alias(name) for name, value in computed
    )


def label_shares(enrolments: pl.DataFrame) -> dict[str, float]:
    """Return the share of enrolments with each mark, and of those with none (``preference``), 0 to 1."""
    marks = [pl.col(name).fill_null(value=False) for name in MARKS]
    shares = enrolments.select(*(m.mean() for m in marks), preference=(~pl.any_horizontal(marks)).mean())
    return {name: round(share or 0.0, 4) for name, share in shares.row(0, named=True).items()}


def detect_campaigns(enrolments: pl.DataFrame) -> tuple[Window, ...]:
    """Return the windows in which completions ran far above the usual, oldest first."""
    return campaigns_in(completions_a_day(enrolments))


def completions_a_day(enrolments: pl.DataFrame) -> pl.DataFrame:
    """Return columns ``day`` and ``completions``, in no order."""
    return enrolments.select(day=pl.col("completed_on").dt.date()).drop_nulls().group_by("day").len("completions")


def campaigns_in(daily: pl.DataFrame) -> tuple[Window, ...]:
    """Return the windows of ``detect_campaigns`` from the completions of each day."""
    if daily.height < MIN_DAYS:
        return ()
    every_day = daily.select(pl.date_range(pl.col("day").min(), pl.col("day").max()))
    days = every_day.join(daily, on="day", how="left").sort("day").with_columns(pl.col("completions").fill_null(0))
    usual = pl.col("completions").cast(pl.Float64).rolling_median(_AROUND, center=True, min_samples=1)
    surging = (pl.col("completions") >= MIN_COMPLETIONS) & (pl.col("completions") >= SURGE * usual.clip(1.0))
    runs = days.with_columns(surging=surging).with_columns(run=pl.col("surging").rle_id())
    found = (
        runs.filter("surging")
        .group_by("run")
        .agg(pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
    )
    long = found.filter(pl.col("last") - pl.col("first") >= timedelta(days=MIN_DAYS - 1)).sort("first")
    return tuple(Window(first, last) for first, last in long.select("first", "last").iter_rows())


def _skimmed(enrolments: pl.DataFrame, courses: pl.DataFrame) -> pl.Series:
    hours = courses.select("course_id", pl.col("hours").alias("course_hours"))
    began, ended = pl.col("enrolled_on"), pl.col("completed_on")
    whole_days = (began == began.dt.truncate("1d")) & (ended == ended.dt.truncate("1d"))
    elapsed = pl.when(~whole_days & (ended >= began)).then((ended - began).dt.total_seconds() / 3600)
    ratio = pl.coalesce("dwell_ratio", elapsed / pl.when(pl.col("course_hours") > 0).then("course_hours"))
    rows = enrolments.select("course_id", "dwell_ratio", "enrolled_on", "completed_on", "status")
    joined = rows.join(hours, on="course_id", how="left", maintain_order="left")
    return joined.select(skimmed=(pl.col("status") == "completed") & (ratio < SKIM_RATIO)).to_series()


def _mandated(
    enrolments: pl.DataFrame, plans: pl.DataFrame, learners: pl.DataFrame, organisations: pl.DataFrame
) -> pl.Series:
    duties = plans.filter(pl.col("mandatory").fill_null(value=True)).with_columns(
        pl.coalesce("allocated_on", pl.lit(date(1900, 1, 1)).cast(pl.Datetime("ms"))).alias("allocated_on")
    )
    moment = pl.when(pl.col("status") == "completed").then(pl.coalesce("completed_on", "enrolled_on"))
    rows = enrolments.lazy().select("learner_id", "course_id", moment.otherwise("enrolled_on").alias("moment"))
    rows = rows.with_row_index("row").join(duties.lazy().select("course_id").unique(), on="course_id", how="semi")
    people = _people(learners, organisations)
    by_learner = duties.filter(pl.col("scope") == "learner").lazy()
    by_title = duties.filter(pl.col("scope") == "designation").lazy().with_columns(_title("scope_value"))
    by_place = duties.filter(pl.col("scope") == "organisation").lazy()
    placed = rows.join(people.lazy(), on="learner_id")
    in_place = ["course_id", "organisation_id"]
    hits = pl.concat(
        [
            _in_time(rows.join(by_learner, left_on=["learner_id", "course_id"], right_on=["scope_value", "course_id"])),
            _in_time(placed.join(by_title, left_on=[*in_place, "title"], right_on=[*in_place, "scope_value"])),
            _in_time(placed.join(by_place, left_on=in_place, right_on=["course_id", "scope_value"])),
        ]
    ).collect()
    return pl.select(pl.int_range(enrolments.height, dtype=pl.UInt32).is_in(hits["row"].unique().implode())).to_series()


def _in_time(hits: pl.LazyFrame) -> pl.LazyFrame:
    early_enough = pl.col("moment").is_null() | (pl.col("allocated_on") <= pl.col("moment"))
    return hits.filter(early_enough).select("row")


def _people(learners: pl.DataFrame, organisations: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each learner and each organisation that he or she is in, directly or from above."""
    parents = organisations.select("organisation_id", "parent_id").drop_nulls()
    level = learners.select("learner_id", _title("designation").alias("title"), "organisation_id")
    levels = [level.filter(pl.col("organisation_id").is_not_null())]
    for _ in range(12):  # deeper than any tree of organisations; a loop in the tree ends here
        above = levels[-1].join(parents, on="organisation_id").drop("organisation_id")
        if above.is_empty():
            break
        levels.append(above.rename({"parent_id": "organisation_id"}))
    return pl.concat(levels).unique()


def _title(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
