"""Evidence columns from tables: what many learners have shown of what their posts require."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.schema import EVIDENCE_KINDS
from recommender.listing.block import EvidenceColumns
from recommender.listing.catalogue import Catalogue
from recommender.state.evidence_table import EvidenceTable
from recommender.state.reading import SHOWN_UNLESS_DENIED

_COMPLETION = EVIDENCE_KINDS.index("completion")
_TOLD = ("_row", "course_id", "_course", "_competency", "kind", "passed", "level", "observed_on", "attempt", "dwell")


def evidence_of_tables(
    evidence: pl.DataFrame,
    enrolments: pl.DataFrame,
    post: NDArray[np.int64],
    catalogue: Catalogue,
    table: EvidenceTable,
) -> EvidenceColumns:
    """Return the evidence about what posts require, the same rows as ``block_of_records`` gives.

    Parameters
    ----------
    evidence, enrolments
        Rows of the tables with ``_row``, the learner's number, and ``_course``, the course's, null for unknown ones.
    post
        Row of each learner's post in ``catalogue.posts``.
    """
    dwelt = enrolments.with_columns(dwell=_dwell(table))
    told = pl.concat([_told(evidence, dwelt, catalogue, table), _completions(evidence, dwelt)]).filter(
        pl.col("passed").is_not_null() & (pl.col("dwell") > 0)
    )
    return _sorted(_about(told, catalogue), catalogue.posts.slot, post, len(catalogue))


def _told(evidence: pl.DataFrame, enrolments: pl.DataFrame, catalogue: Catalogue, table: EvidenceTable) -> pl.DataFrame:
    """Return the rows of the table of evidence, with their weight by the time spent."""
    numbers = pl.DataFrame({"competency_id": catalogue.competencies}, schema={"competency_id": pl.String})
    numbers = numbers.with_row_index("_competency")
    kind = pl.col("kind").replace_strict(EVIDENCE_KINDS, range(len(EVIDENCE_KINDS)), return_dtype=pl.Int64)
    passed = (
        pl.when(pl.col("passed").is_not_null())
        .then("passed")
        .when(pl.col("kind").is_in(sorted(SHOWN_UNLESS_DENIED)))
        .then(pl.lit(value=True))
        .otherwise(pl.col("score") >= table.pass_mark)
    )
    completion = pl.col("kind") == "completion"
    dwell = pl.when(completion).then(pl.col("dwell").fill_null(table.unknown_dwell)).otherwise(1.0)
    attempt = pl.when(completion).then(1).otherwise(pl.col("attempt").fill_null(1).clip(1)).alias("attempt")
    named = pl.col("competency_id").is_not_null()
    return (
        evidence.join(enrolments.select("_row", "course_id", "dwell"), on=["_row", "course_id"], how="left")
        .join(numbers, on="competency_id", how="left")
        .filter(pl.col("_competency").is_not_null() | ~named)
        .select("_row", "course_id", "_course", pl.col("_competency").cast(pl.Int64), kind, passed,
                pl.col("level").cast(pl.Int64), "observed_on", attempt.cast(pl.Int64), dwell.alias("dwell"))
        .select(_TOLD)
    )  # fmt: skip


def _completions(evidence: pl.DataFrame, enrolments: pl.DataFrame) -> pl.DataFrame:
    """Return the completions that the table of evidence does not tell of."""
    told = evidence.filter(pl.col("kind") == "completion").select("_row", "course_id")
    return (
        enrolments.filter(pl.col("status") == "completed")
        .with_columns(observed_on=pl.coalesce("completed_on", "enrolled_on"))
        .filter(pl.col("observed_on").is_not_null())
        .join(told, on=["_row", "course_id"], how="anti")
        .select("_row", "course_id", "_course", pl.lit(None, pl.Int64).alias("_competency"),
                pl.lit(_COMPLETION, pl.Int64).alias("kind"), pl.lit(value=True).alias("passed"),
                pl.lit(None, pl.Int64).alias("level"), "observed_on", pl.lit(1, pl.Int64).alias("attempt"), "dwell")
        .select(_TOLD)
    )  # fmt: skip


def _dwell(table: EvidenceTable) -> pl.Expr:
    """Return 0 for a skimmed completion, 1 for one that took its time (``reading.dwell_weight``)."""
    ratio, skimmed = pl.col("dwell_ratio"), pl.col("skimmed").fill_null(value=False)
    share = ((ratio - table.skim) / max(table.full - table.skim, 1e-9)).clip(upper_bound=1.0)
    return (
        pl.when(ratio.is_null() & ~skimmed).then(table.unknown_dwell)
        .when(skimmed | (ratio < table.skim)).then(0.0)
        .otherwise(share)
    )  # fmt: skip


def _about(told: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Return a row for each competency that the evidence speaks of, with its level."""
    teaches = catalogue.teaches_frame
    named = told.filter(pl.col("_competency").is_not_null()).join(teaches, on=["course_id", "_competency"], how="left")
    open_ = told.filter(pl.col("_competency").is_null()).drop("_competency").join(teaches, on="course_id")
    level = pl.coalesce(pl.when(pl.col("level") > 0).then("level"), pl.col("to_level").fill_null(1).clip(1))
    return pl.concat([named, open_.select(named.columns)]).with_columns(level=level)


def _sorted(rows: pl.DataFrame, slots: NDArray[np.int16], post: NDArray[np.int64], n_courses: int) -> EvidenceColumns:
    """Return the rows about required competencies by case and group."""
    learner = rows["_row"].to_numpy().astype(np.int64)
    slot = slots[post[learner], rows["_competency"].to_numpy()].astype(np.int64)
    kept = np.flatnonzero(slot >= 0)
    rows = rows[kept].with_columns(_group=_group(n_courses), _observed=pl.col("observed_on").dt.epoch("ms"))
    learner, slot, group = learner[kept], slot[kept], rows["_group"].to_numpy()
    within = (rows[name].to_numpy() for name in ("attempt", "level", "passed", "kind", "_observed"))
    order = np.lexsort((*within, group, slot, learner))
    rows = rows[order]
    return EvidenceColumns(
        learner=learner[order],
        slot=slot[order],
        group=group[order],
        from_course=rows["course_id"].is_not_null().to_numpy(),
        kind=rows["kind"].to_numpy(),
        passed=rows["passed"].to_numpy(),
        level=rows["level"].to_numpy(),
        observed=rows["_observed"].to_numpy(),
        attempt=rows["attempt"].to_numpy(),
        dwell=rows["dwell"].to_numpy(),
    )


def _group(n_courses: int) -> pl.Expr:
    """Number groups as ``records.group_number`` does: kinds, then courses of the catalogue, then others by id."""
    first = len(EVIDENCE_KINDS)
    unknown = pl.when(pl.col("_course").is_null()).then("course_id").rank("dense").cast(pl.Int64) + (
        first + n_courses - 1
    )
    of_course = pl.when(pl.col("_course").is_null()).then(unknown).otherwise(pl.col("_course").cast(pl.Int64) + first)
    return pl.when(pl.col("course_id").is_null()).then(pl.col("kind")).otherwise(of_course)
