"""Rows that could not be taken: each is kept with where it stood, what was found and what to do about it."""

from __future__ import annotations

from datetime import datetime
from itertools import chain, count
from pathlib import Path

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
"""``file`` as the user gave it; ``line`` in the file (the header is line 1), or the record's number, from 1, where a
format has no lines; ``reason`` a short code, e.g. ``unknown_course``."""


def empty_rejects() -> pl.DataFrame:
    """Return a rejects table without rows."""
    return pl.DataFrame(schema=REJECTS_SCHEMA)


def write_rejects(rejects: pl.DataFrame, folder: Path, now: datetime) -> Path | None:
    """Write the refused rows as Parquet, and as CSV beside it; ``None`` if there are none.

    The files are named after the moment; a file that is there is never written over.
    """
    if rejects.is_empty():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{now:%Y%m%dT%H%M%S}"
    files = (folder / f"{stem}{suffix}.parquet" for suffix in chain([""], map("-{}".format, count(2))))
    file = next(file for file in files if not file.exists())
    rejects.write_parquet(file)
    # A spreadsheet runs cells that begin like a formula; the Parquet file keeps them as they are.
    formula = pl.col(pl.String).str.contains(r"^[=+@\t\r]|^-\D")
    harmless = pl.when(formula).then(pl.lit("'") + pl.col(pl.String)).otherwise(pl.col(pl.String)).name.keep()
    rejects.with_columns(harmless).write_csv(file.with_suffix(".csv"))
    return file
