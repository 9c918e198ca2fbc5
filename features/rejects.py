"""Rows that could not be taken: each is kept with where it stood, what was found and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

REJECTS_SCHEMA = pl.Schema(
    {
        "file": pl.String,
        "line": pl.Int64,
        "table": pl.String,
        "reason": pl.String,
        "found": pl.String,
        "expected": pl.String,
        "remedy": pl.String,
    }
)


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that was not taken."""

    file: str
    """Name of the file, as the user gave it."""
    line: int
    """Line in the file (the header is line 1), or the record's number, from 1, where a format has no lines."""
    table: str
    reason: str
    """Short code, e.g. ``unknown_course``."""
    found: str
    expected: str
    remedy: str


@dataclass(slots=True)
class ImportSummary:
    """What an import did: rows kept a table, and every row refused."""

    kept: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)

    def add(self, other: ImportSummary) -> None:
        """Count another file's rows in."""
        self.kept.update(other.kept)
        self.rejects.extend(other.rejects)


def rejects_frame(rejects: Iterable[Reject]) -> pl.DataFrame:
    """Return the refused rows as a table with the columns of ``REJECTS_SCHEMA``."""
    rows = [(r.file, r.line, r.table, r.reason, r.found, r.expected, r.remedy) for r in rejects]
    return pl.DataFrame(rows, schema=REJECTS_SCHEMA, orient="row")
