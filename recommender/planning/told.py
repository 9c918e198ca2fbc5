"""Evidence of many learners out of the warehouse's tables, as the arrays that the filter over levels takes.

The same reading as ``recommender.state.reading`` does for one record, in columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import polars as pl

from features.interactions import TableScanner
from features.reference import Reference
from features.schema import EVIDENCE_KINDS
from recommender.state.evidence_table import EvidenceTable
from recommender.state.many import EvidenceRows

_COMPLETION = EVIDENCE_KINDS.index("completion")
_FEW = 5_000
"""Learners who are looked for by id; more are read as a range of ids."""
_SHOWN_UNLESS_DENIED = ("completion", "peer", "self_attestation", "tenure")


def evidence_of(
    source: TableScanner,
    people: pl.DataFrame,
    reference: Reference,
    competencies: Mapping[str, int],
    at: datetime,
    table: EvidenceTable,
    until: datetime | None = None,
) -> tuple[EvidenceRows, np.ndarray]:
    """Return the evidence about these people and competencies until a moment, and the cases it speaks of.

    A case is ``row of people * len(competencies) + number of the competency``; the rows point into the cases, which
    are sorted and unique. ``people`` has its rows in order of ``learner_id``. With ``until`` only what was observed by
    then counts, aged to ``at``.
    """
    rows = people.lazy().select("learner_id", "position_id").with_row_index("person")
    among = _among(people["learner_id"])
    taken = _taken(source, among, table).join(rows, on="learner_id")
    told = _told(source, among, table).join(rows, on="learner_id")
    kept = pl.collect_all([taken, told])
    spoken = _spoken(kept[0].lazy(), kept[1].lazy(), until or at, table.unknown_dwell)
    return _arrays(_about(spoken, reference, competencies, table).collect(), reference, competencies, at)


def _among(ids: pl.Series) -> pl.Expr:
    """Return the rows of these learners, or of all between the first and the last where they are many."""
    if len(ids) <= _FEW:
        return pl.col("learner_id").is_in(ids.implode())
    return pl.col("learner_id").is_between(pl.lit(ids.min()), pl.lit(ids.max()))


def _taken(source: TableScanner, among: pl.Expr, table: EvidenceTable) -> pl.LazyFrame:
    """Completions and what the time spent leaves of them."""
    skimmed, dwell = pl.col("skimmed").fill_null(value=False), pl.col("dwell_ratio")
    share = (dwell - table.skim) / max(table.full - table.skim, 1e-9)
    weight = (
        pl.when(dwell.is_null() & ~skimmed).then(table.unknown_dwell)
        .when(skimmed | (dwell < table.skim)).then(0.0)
        .otherwise(pl.min_horizontal(pl.lit(1.0), share))
    )  # fmt: skip
    return (
        source.scan("enrolments")
        .filter(among)
        .select(
            "learner_id",
            "course_id",
            weight.alias("dwell"),
            (pl.col("status") == "completed").alias("completed"),
            pl.coalesce("completed_on", "enrolled_on").alias("observed_on"),
        )
    )


def _told(source: TableScanner, among: pl.Expr, table: EvidenceTable) -> pl.LazyFrame:
    numbers = {kind: number for number, kind in enumerate(EVIDENCE_KINDS)}
    shown = pl.coalesce(
        "passed",
        pl.when(pl.col("kind").is_in(_SHOWN_UNLESS_DENIED)).then(pl.lit(value=True)),
        pl.col("score") >= table.pass_mark,
    )
    return (
        source.scan("evidence")
        .filter(among)
        .select(
            "learner_id", "competency_id", "course_id", "observed_on",
            pl.col("kind").replace_strict(numbers, return_dtype=pl.Int64),
            pl.col("level").cast(pl.Int64),
            shown.alias("passed"),
            pl.col("attempt").cast(pl.Int64).fill_null(1).clip(1),
        )
    )  # fmt: skip


def _spoken(taken: pl.LazyFrame, told: pl.LazyFrame, until: datetime, unknown_dwell: float) -> pl.LazyFrame:
    """Return all items: what is told, and completions that only the enrolments tell of."""
    completion = pl.col("kind") == _COMPLETION
    dwell = taken.select("person", "course_id", "dwell")
    said = told.join(dwell, on=["person", "course_id"], how="left").with_columns(
        dwell=pl.when(completion).then(pl.col("dwell").fill_null(unknown_dwell)).otherwise(1.0),
        attempt=pl.when(completion).then(1).otherwise(pl.col("attempt")),
    )
    untold = taken.filter("completed").join(told.filter(completion), on=["person", "course_id"], how="anti")
    silent = untold.select(
        "person", "position_id", "course_id", "observed_on", "dwell",
        competency_id=pl.lit(None, dtype=pl.String), kind=pl.lit(_COMPLETION, dtype=pl.Int64),
        level=pl.lit(None, dtype=pl.Int64), passed=pl.lit(value=True), attempt=pl.lit(1, dtype=pl.Int64),
    )  # fmt: skip
    columns = ["person", "position_id", "course_id", "observed_on", "dwell", "competency_id", "kind", "level", "passed"]
    both = pl.concat([said.select(*columns, "attempt"), silent.select(*columns, "attempt")], how="vertical_relaxed")
    speaks = (pl.col("observed_on") <= until) & (pl.col("dwell") > 0) & pl.col("passed").is_not_null()
    return both.filter(speaks)


def _about(
    items: pl.LazyFrame, reference: Reference, competencies: Mapping[str, int], table: EvidenceTable
) -> pl.LazyFrame:
    """Return a row for each item and competency that it speaks of, with its level and whether the post uses it."""
    taught = [
        (course.id, number, t.competency, max(t.to_level, 1))
        for number, course in enumerate(reference.courses.values())
        for t in course.teaches
    ]
    teaches = pl.LazyFrame(
        taught, schema=["course_id", "course", "competency_id", "taught"], orient="row",
        schema_overrides={"course_id": pl.String, "course": pl.Int64, "competency_id": pl.String, "taught": pl.Int64},
    )  # fmt: skip
    numbers = pl.LazyFrame(
        {"competency_id": list(competencies), "competency": list(competencies.values())},
        schema={"competency_id": pl.String, "competency": pl.Int64},
    )
    whole = items.filter(pl.col("competency_id").is_null()).drop("competency_id")
    one = items.filter(pl.col("competency_id").is_not_null())
    courses = teaches.select("course_id", "course").unique()
    both = pl.concat(
        [
            whole.join(teaches.join(numbers, on="competency_id"), on="course_id"),
            one.join(numbers, on="competency_id")
            .join(teaches.drop("course"), on=["course_id", "competency_id"], how="left")
            .join(courses, on="course_id", how="left"),
        ],
        how="diagonal_relaxed",
    )
    used = [
        (position, need.competency) for position in reference.positions
        for need in reference.requirements_of_position(position)
    ]  # fmt: skip
    uses = pl.LazyFrame(used, schema={"position_id": pl.String, "competency_id": pl.String}, orient="row").with_columns(
        in_use=pl.lit(value=True)
    )
    level = pl.coalesce(pl.when(pl.col("level") > 0).then(pl.col("level")), "taught", pl.lit(1)).clip(1, 5)
    return both.join(uses, on=["position_id", "competency_id"], how="left").select(
        "person", "competency", "course", "course_id", "kind", "passed", "attempt", "dwell", "observed_on",
        level.alias("level"), pl.col("in_use").fill_null(value=False),
    )  # fmt: skip


def _arrays(
    rows: pl.DataFrame, reference: Reference, competencies: Mapping[str, int], at: datetime
) -> tuple[EvidenceRows, np.ndarray]:
    many = len(reference.courses) + 1
    from_course = pl.col("course_id").is_not_null()
    # What a course that the catalogue has not says of one competency is a group of its own.
    foreign = rows.filter(from_course & pl.col("course").is_null()).select("course_id").unique().sort("course_id")
    numbered = foreign.with_row_index("foreign", offset=many + len(EVIDENCE_KINDS))
    known = rows.join(numbered, on="course_id", how="left") if foreign.height else rows.with_columns(foreign=pl.lit(0))
    member = pl.when(from_course).then(pl.coalesce("course", "foreign")).otherwise(many + pl.col("kind"))
    case = pl.col("person").cast(pl.Int64) * len(competencies) + pl.col("competency")
    age = (pl.lit(at) - pl.col("observed_on")).dt.total_milliseconds() / 86_400_000
    made = known.select(
        case.alias("case"), member.cast(pl.Int64).alias("member"), from_course.alias("from_course"),
        pl.col("kind").cast(pl.Int64), "passed", pl.col("level").cast(pl.Int64), age.alias("age"), "in_use",
        pl.col("attempt").cast(pl.Int64), pl.col("dwell").cast(pl.Float64),
    )  # fmt: skip
    key = made["case"].to_numpy() * (many + len(EVIDENCE_KINDS) + foreign.height + 1) + made["member"].to_numpy()
    order = np.argsort(key, kind="stable")
    arrays = {name: made[name].to_numpy()[order] for name in made.columns}
    cases, inverse = _runs(arrays["case"])
    return EvidenceRows(
        case=inverse,
        group=_runs(key[order])[1],
        from_course=arrays["from_course"],
        kind=arrays["kind"],
        passed=arrays["passed"],
        level=arrays["level"],
        age_days=arrays["age"],
        in_use=arrays["in_use"],
        attempt=arrays["attempt"],
        dwell=arrays["dwell"],
    ), cases


def _runs(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct values of a sorted array, and the number of each element's among them."""
    new = np.ones(len(values), dtype=np.bool_)
    new[1:] = values[1:] != values[:-1]
    return values[new], np.cumsum(new) - 1
