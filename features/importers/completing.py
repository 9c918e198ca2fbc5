"""Fills in what exports leave to be understood, once all files are read."""

from __future__ import annotations

import polars as pl

from features.importers.tabulate import Pseudonym
from features.levels import COURSE_LEVELS


def with_levels(teaches: pl.DataFrame, courses: pl.DataFrame) -> pl.DataFrame:
    """Return ``teaches`` with levels taken from the course's difficulty where none are given.

    The platform's tags say which competency a course teaches, not to which level; a difficulty that is not in
    ``COURSE_LEVELS`` leaves the levels empty.
    """
    difficulty = courses.select("course_id", pl.col("difficulty").str.to_lowercase().str.strip_chars())
    words = list(COURSE_LEVELS)
    starts, ends = zip(*COURSE_LEVELS.values(), strict=True)
    level = pl.col("difficulty").replace_strict
    unsaid = pl.col("to_level").is_null()
    return (
        teaches.join(difficulty, on="course_id", how="left", maintain_order="left")
        .with_columns(
            pl.when(unsaid & pl.col("from_level").is_null())
            .then(level(words, starts, default=None, return_dtype=pl.Int8))
            .otherwise("from_level")
            .alias("from_level"),
            pl.coalesce("to_level", level(words, ends, default=None, return_dtype=pl.Int8)).alias("to_level"),
        )
        .select(teaches.columns)
    )


def with_publication(courses: pl.DataFrame, enrolments: pl.DataFrame) -> pl.DataFrame:
    """Return ``courses`` with none published after its first enrolment.

    Exports tell when a course was *last* published; who took it earlier could do so. Of the enrolments the columns
    ``course_id`` and ``enrolled_on`` are looked at, and only the earliest of each course matters.
    """
    first = enrolments.group_by("course_id").agg(pl.col("enrolled_on").min().alias("__first"))
    earlier = pl.when(pl.col("published_on") > pl.col("__first")).then("__first").otherwise("published_on")
    joined = courses.join(first, on="course_id", how="left", maintain_order="left")
    return joined.with_columns(earlier.alias("published_on")).select(courses.columns)


def with_scopes(plans: pl.DataFrame, pseudonym: Pseudonym | None) -> pl.DataFrame:
    """Return ``plans`` with the organisation's id as the scope of plans for everybody, and learners as pseudonyms."""
    scope = pl.col("scope")
    value = pl.when(scope == "organisation").then("organisation_id").otherwise("scope_value")
    plans = plans.with_columns(value.alias("scope_value"))
    if pseudonym is None:
        return plans
    hidden = pseudonym(plans["scope_value"])
    return plans.with_columns(pl.when(scope == "learner").then(hidden).otherwise("scope_value").alias("scope_value"))
