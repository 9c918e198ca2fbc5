"""What a population says of learners: the columns that decide lists, named as in the warehouse."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

TIME = pl.Datetime("us")
"""Events carry microseconds, snapshots milliseconds; both are kept."""

PERSONAL: Mapping[str, Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "learners": {
        "learner_id": pl.String, "organisation_id": pl.String, "position_id": pl.String, "designation": pl.String,
        "group": pl.String, "cadre": pl.String, "languages": pl.List(pl.String), "verified": pl.Boolean,
    },
    "enrolments": {
        "learner_id": pl.String, "course_id": pl.String, "status": pl.String, "dwell_ratio": pl.Float64,
        "enrolled_on": TIME, "completed_on": TIME, "sequence": pl.Int32,
        "mandated": pl.Boolean, "campaign": pl.Boolean, "skimmed": pl.Boolean,
    },
    "evidence": {
        "learner_id": pl.String, "evidence_id": pl.String, "competency_id": pl.String, "course_id": pl.String,
        "kind": pl.String, "level": pl.Int8, "passed": pl.Boolean, "score": pl.Float64, "attempt": pl.Int16,
        "observed_on": TIME,
    },
    "down_rated": {"learner_id": pl.String, "course_id": pl.String},
}  # fmt: skip
"""Tables with rows of learners; ``down_rated`` holds the courses that a learner does not want to see."""

SHARED: Mapping[str, Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "plans": {
        "holder": pl.String, "plan_id": pl.String, "course_id": pl.String, "mandatory": pl.Boolean,
        "allocated_on": TIME, "due_on": TIME, "apar": pl.Boolean,
    },
    "organisations": {"organisation_id": pl.String, "lineage": pl.String},
}  # fmt: skip
"""Tables that everybody shares, as the store has them: plans by holder, and what is above each organisation."""


def conform(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with exactly the columns and types of that table."""
    columns = {**PERSONAL, **SHARED}[table]
    return frame.select(pl.col(name).cast(dtype) for name, dtype in columns.items())


def empty(table: str) -> pl.DataFrame:
    """Return that table without rows."""
    return pl.DataFrame(schema=dict({**PERSONAL, **SHARED}[table]))
