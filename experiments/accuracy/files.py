"""Interactions from files: a list (``learner course course ...``), or a table with learner, course and perhaps time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.errors import KarmapathError

LEARNER_NAMES = ("learner_id", "learner", "user_id", "user", "userid")
COURSE_NAMES = ("course_id", "course", "item_id", "item", "itemid", "content_id")
TIME_NAMES = ("time", "timestamp", "created_at", "enrolled_on", "datetime", "date")
TABLES = {".csv": ",", ".tsv": "\t"}


@dataclass(frozen=True)
class Interactions:
    """Who took what, in the order of the file, or of time where it is known."""

    table: pl.DataFrame
    """Columns ``learner``, ``course`` (text) and, where times are known, ``day`` (days since 1970, float)."""

    @property
    def timed(self) -> bool:
        """Whether times are known."""
        return "day" in self.table.columns


def read_interactions(path: Path) -> Interactions:
    """Read a file of interactions; repeated pairs keep the first.

    Raises
    ------
    KarmapathError
        If there is no such file, or it is neither a list nor a table with columns for learner and course.
    """
    if not path.is_file():
        raise KarmapathError(f"no file at {path}", "a list file, CSV, TSV or Parquet", "check the path")
    suffix = path.suffix.lower()
    table = _from_table(path) if suffix in TABLES or suffix == ".parquet" else _from_list(path)
    if table.is_empty():
        raise KarmapathError(f"{path} holds no interactions", "at least one", "check the file")
    return Interactions(table.unique(["learner", "course"], keep="first", maintain_order=True))


def read_table(path: Path) -> pl.DataFrame:
    """Read a CSV, TSV or Parquet file, all columns of a text file as text."""
    if not path.is_file():
        raise KarmapathError(f"no file at {path}", "a CSV, TSV or Parquet file", "check the path")
    if path.suffix.lower() == ".parquet":
        return pl.read_parquet(path)
    separator = TABLES.get(path.suffix.lower(), ",")
    try:
        return pl.read_csv(path, separator=separator, infer_schema=False, encoding="utf8-lossy")
    except pl.exceptions.PolarsError as error:
        found = str(error).splitlines()[0]
        raise KarmapathError(f"{path} cannot be read: {found}", "a table with a header", "check the file") from error


def find_column(table: pl.DataFrame, names: Sequence[str], what: str, path: Path) -> str:
    """Return the column that holds ``what``: the first of the usual names that the table has."""
    found = _find(table, names)
    if found is None:
        raise KarmapathError(
            f"{path} has the columns {', '.join(table.columns)}", f"one for the {what}", f"name it {names[0]}"
        )
    return found


def _find(table: pl.DataFrame, names: Sequence[str]) -> str | None:
    lower = {column.lower(): column for column in table.columns}
    return next((lower[name] for name in names if name in lower), None)


def _from_table(path: Path) -> pl.DataFrame:
    table = read_table(path)
    learner = find_column(table, LEARNER_NAMES, "learner", path)
    course = find_column(table, COURSE_NAMES, "course", path)
    time = _find(table, TIME_NAMES)
    columns = [pl.col(learner).cast(pl.String).alias("learner"), pl.col(course).cast(pl.String).alias("course")]
    if time is None:
        return table.select(columns).drop_nulls()
    found = table.select(*columns, day=_days(table[time], path)).drop_nulls()
    return found.sort("day", maintain_order=True)


def _days(times: pl.Series, path: Path) -> pl.Series:
    """Return days since 1970 from numbers (seconds, or milliseconds where they are that large) or written moments."""
    numbers = times.cast(pl.Float64, strict=False) if not times.dtype.is_temporal() else None
    if numbers is not None and numbers.null_count() == times.null_count():
        largest = float(numbers.max() or 0.0)  # type: ignore[arg-type]
        return numbers / (86_400_000.0 if largest > 1e11 else 86_400.0 if largest > 1e6 else 1.0)
    moments = times if times.dtype.is_temporal() else _written(times)
    if moments.null_count() > times.null_count():
        row = int((moments.is_null() & times.is_not_null()).arg_max() or 0)
        raise KarmapathError(
            f"{path} has the time {times[row]!r} in row {row + 1}",
            "seconds since 1970, or YYYY-MM-DD HH:MM:SS",
            "write it so",
        )
    return moments.cast(pl.Datetime("ms")).dt.epoch("ms") / 86_400_000


def _written(times: pl.Series) -> pl.Series:
    """Return moments from text in any of the usual forms, null where it is in none."""
    plain = pl.col("t").str.replace("T", " ").str.replace(r"(\.\d+)?(Z|[+-]\d\d:?\d\d)?$", "")
    forms = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d", "%d-%m-%Y", "%d/%m/%Y")
    parsed = [plain.str.strptime(pl.Datetime("ms"), form, strict=False) for form in forms]
    return pl.DataFrame({"t": times}).select(pl.coalesce(parsed)).to_series()


def _from_list(path: Path) -> pl.DataFrame:
    learners, courses = [], []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            words = line.split()
            if "," in line and len(words) < 2:
                raise KarmapathError(
                    f"line {number} of {path} is {line.strip()[:40]!r}",
                    "a learner and courses with spaces between",
                    "name a table .csv or .tsv",
                )
            learners += words[:1] * (len(words) - 1)
            courses += words[1:]
    return pl.DataFrame({"learner": learners, "course": courses}, schema={"learner": pl.String, "course": pl.String})
