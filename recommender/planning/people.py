"""Who works where: learners with the position that they hold, as a table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import polars as pl

from features.errors import KarmapathError
from features.interactions import TableScanner
from features.records import Learner
from features.reference import Reference

FORBIDDEN = ("caste", "category", "religion", "gender", "sex", "disability", "pwd", "name", "email", "phone")
"""What no plan and no assignment may look at, not even by mistake."""

SCHEMA: Mapping[str, Any] = {
    "learner_id": pl.String, "organisation_id": pl.String, "position_id": pl.String, "designation": pl.String,
    "group": pl.String, "cadre": pl.String, "languages": pl.List(pl.String), "joined_on": pl.Datetime("ms"),
    "verified": pl.Boolean,
}  # fmt: skip


def refuse_forbidden(columns: Iterable[str]) -> None:
    """Raise ``KarmapathError`` if a table about people has a column that must not decide anything."""
    for column in columns:
        words = set(column.casefold().replace("-", "_").replace(" ", "_").split("_"))
        if not words.isdisjoint(FORBIDDEN):
            raise KarmapathError(
                f"a column {column!r} about people",
                "columns about posts, competencies and service only",
                "take it out: caste, religion, gender and disability never decide, and names are not needed",
            )


def people_of(source: TableScanner, reference: Reference, organisations: Collection[str] | None = None) -> pl.DataFrame:
    """Return learners by id with the position they hold (``SCHEMA``); of some organisations, or of all."""
    wanted = [
        "learner_id",
        "organisation_id",
        "position_id",
        "designation",
        "group",
        "cadre",
        "languages",
        "joined_on",
        "verified",
    ]
    scan = source.scan("learners").select(wanted)
    if organisations is not None:
        scan = scan.filter(pl.col("organisation_id").is_in(list(organisations)))
    return placed(scan.collect().sort("learner_id"), reference)


def people_from(learners: Iterable[Learner], reference: Reference) -> pl.DataFrame:
    """Return the same table of learners that are at hand."""
    rows = [
        (o.id, o.organisation, o.position, o.designation, o.group, o.cadre, list(o.languages), o.joined_on, o.verified)
        for o in learners
    ]
    return placed(pl.DataFrame(rows, schema=dict(SCHEMA), orient="row").sort("learner_id"), reference)


def placed(frame: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Fill in the position by id or title, and its group; one look-up for each distinct job."""
    jobs = frame.select("position_id", "designation", "organisation_id").unique()
    found = [
        reference.position_of(position, designation, organisation)
        for position, designation, organisation in jobs.iter_rows()
    ]
    known = jobs.with_columns(
        pl.Series("held", [None if one is None else one.id for one in found], dtype=pl.String),
        pl.Series("title", [None if one is None else one.designation for one in found], dtype=pl.String),
        pl.Series("its_group", [None if one is None else one.group for one in found], dtype=pl.String),
    )
    return (
        frame.join(known, on=jobs.columns, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(
            position_id=pl.col("held"),
            designation=pl.coalesce("designation", "title"),
            group=pl.coalesce("group", "its_group"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())
    )
