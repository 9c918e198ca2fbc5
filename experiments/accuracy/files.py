"""Interactions from files: a list (``learner course course ...``), or a table with learner, course and perhaps time."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.errors import KarmapathError

LEARNER_NAMES = (
    "learner_id", "learner", "user_id", "user", "uid", "student_id", "student", "employee_id", "member_id", "person_id",
    "customer_id", "visitor_id", "reviewer_id",
)  # fmt: skip
COURSE_NAMES = (
    "course_id", "course", "item_id", "item", "iid", "content_id", "resource_id", "product_id", "movie_id", "book_id",
    "track_id", "business_id", "parent_asin", "asin",
)  # fmt: skip
TIME_NAMES = (
    "time", "timestamp", "created_at", "enrolled_on", "enrolled_at", "enroll_time", "datetime", "date", "ts", "day",
    "event_time", "unix_timestamp", "started_on", "completed_on",
)  # fmt: skip
TABLES = {".csv": ",", ".tsv": "\t"}
SEPARATORS = ("\t", ",", ";", "|", " ")
"""Separators of tables under any other name, which are known by their header."""


@dataclass(frozen=True)
class Interactions:
    """Who took what, in the order of the file, or of time where it is known."""

    table: pl.DataFrame
    """Columns ``learner``, ``course`` (text) and, where times are known, ``day`` (days since 1970, float)."""
    incomplete: int = 0
    """Rows of the file without a learner, a course or, where there is a column for it, a time: left out."""
    repeated: int = 0
    """Rows of the file that repeat a pair of learner and course: left out."""

    @property
    def timed(self) -> bool:
        """Whether times are known."""
        return "day" in self.table.columns


def read_interactions(path: Path) -> Interactions:
    """Read a file of interactions, perhaps packed by gzip; repeated pairs keep the first.

    A table is known by its name (``.csv``, ``.tsv``, ``.parquet``) or by a first line that names a learner and a
    course; anything else is a list. Times that are all the same say nothing and are left out.

    Raises
    ------
    KarmapathError
        If there is no such file, or it is neither a list nor a table with columns for learner and course.
    """
    if not path.is_file():
        raise KarmapathError(f"no file at {path}", "a list file, CSV, TSV or Parquet", "check the path")
    suffix = _suffix(path)
    if suffix == ".parquet":
        every = _from_table(read_table(path), path)
    else:
        text = _text(path)
        separator = _separator(text) or TABLES.get(suffix)
        every = _from_list(text, path) if separator is None else _from_table(_parsed(text, separator, path), path)
    whole = every.drop_nulls()
    if whole.is_empty():
        raise KarmapathError(f"{path} holds no interactions", "at least one", "check the file")
    once = whole.unique(["learner", "course"], keep="first", maintain_order=True)
    if len(once) > 1 and "day" in once.columns and once["day"].n_unique() == 1:
        once = once.drop("day")
    return Interactions(once, len(every) - len(whole), len(whole) - len(once))


def read_table(path: Path) -> pl.DataFrame:
    """Read a CSV, TSV or Parquet file, all columns of a text file as text."""
    if not path.is_file():
        raise KarmapathError(f"no file at {path}", "a CSV, TSV or Parquet file", "check the path")
    if _suffix(path) == ".parquet":
        try:
            return pl.read_parquet(path)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise KarmapathError(f"{path} is no Parquet file", "one", "write it anew") from error
    separator = TABLES.get(_suffix(path), ",")
    try:
        return pl.read_csv(path, separator=separator, infer_schema=False, encoding="utf8-lossy")
    except pl.exceptions.PolarsError as error:
        raise _unreadable(path, error) from error


def find_column(table: pl.DataFrame, names: Sequence[str], what: str, path: Path) -> str:
    """Return the column that holds ``what``: the first of the usual names that the table has."""
    found = _find(table.columns, names)
    if found is None:
        raise KarmapathError(
            f"{path} has the columns {', '.join(table.columns)[:200]}",
            f"one for the {what} in the first line",
            f"name it {names[0]}",
        )
    return found


def _find(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the column with the first of the names; case, spaces and what follows a colon do not count."""
    plain = {_plain(column): column for column in reversed(columns)}
    return next((plain[_plain(name)] for name in names if _plain(name) in plain), None)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.partition(":")[0].lower())


def _suffix(path: Path) -> str:
    """Return the ending of the name, without that of gzip: ``.csv`` of ``views.csv.gz``."""
    return Path(path.stem).suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()


def _text(path: Path) -> str:
    """Return what stands in the file."""
    content = path.read_bytes()
    try:
        content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
        return content.decode("utf-8-sig")
    except (OSError, EOFError) as error:
        raise KarmapathError(f"{path} is packed, but not whole: {error}", "a whole file", "pack it anew") from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise KarmapathError(
            f"line {line} of {path} holds the byte {content[error.start]:#04x}, which is no UTF-8",
            "text in UTF-8",
            "convert the file, for example with 'iconv -f latin1 -t utf-8'",
        ) from error


def _separator(text: str) -> str | None:
    """Return the separator of a table whose first line names a learner and a course; ``None``: it is a list."""
    first = text[: text.find("\n")] if "\n" in text else text
    for separator in SEPARATORS:
        columns = [one.strip().strip('"') for one in first.split(separator)]
        if _find(columns, LEARNER_NAMES) and _find(columns, COURSE_NAMES):
            return separator
    return None


def _parsed(text: str, separator: str, path: Path) -> pl.DataFrame:
    if not text.strip():
        raise KarmapathError(f"{path} is empty", "a first line that names the columns, and rows", "check the file")
    try:
        table = pl.read_csv(text.encode(), separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise _unreadable(path, error) from error
    return table.rename({name: name.strip() for name in table.columns if name != name.strip()})


def _unreadable(path: Path, error: Exception) -> KarmapathError:
    found = str(error).splitlines()[0]
    return KarmapathError(f"{path} cannot be read: {found}", "a table with a header", "check the file")


def _from_table(table: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Return the columns that count, in order of time where it is known; null where something is missing."""
    learner = find_column(table, LEARNER_NAMES, "learner", path)
    course = find_column(table, COURSE_NAMES, "course", path)
    time = _find(table.columns, TIME_NAMES)
    columns = [_id(table[learner]).alias("learner"), _id(table[course]).alias("course")]
    if time is None or time in (learner, course) or table[time].null_count() == len(table):
        return table.select(columns)
    found = table.select(*columns, day=_days(table[time], path))
    return found.sort("day", maintain_order=True, nulls_last=True)


def _id(ids: pl.Series) -> pl.Series:
    """Return ids as text without spaces around; whole numbers kept as fractions lose the fraction; null for none."""
    if ids.dtype.is_float() and bool((ids.drop_nulls() % 1 == 0).all()):
        ids = ids.cast(pl.Int64, strict=False)
    text = ids.cast(pl.String).str.strip_chars()
    return text.set(text == "", None)


def _days(times: pl.Series, path: Path) -> pl.Series:
    """Return days since 1970 from numbers (seconds, or milliseconds where they are that large) or written moments."""
    numbers = times.cast(pl.Float64, strict=False) if not times.dtype.is_temporal() else None
    if numbers is not None and numbers.null_count() == times.null_count():
        numbers = numbers.set(~numbers.is_finite(), None)
        largest = float(numbers.max() or 0.0)  # type: ignore[arg-type]
        per_day = next((unit for least, unit in _UNITS if largest > least), 1.0)
        return numbers / per_day
    moments = times if times.dtype.is_temporal() else _written(times)
    if moments.null_count() > times.null_count():
        row = int((moments.is_null() & times.is_not_null()).arg_max() or 0)
        raise KarmapathError(
            f"{path} has the time {times[row]!r} in row {row + 1}",
            "seconds since 1970, or YYYY-MM-DD HH:MM:SS",
            "write it so",
        )
    return moments.cast(pl.Datetime("ms")).dt.epoch("ms") / 86_400_000


_UNITS = ((1e17, 8.64e13), (1e14, 8.64e10), (1e11, 8.64e7), (1e6, 8.64e4))
"""Numbers above the first are nanoseconds, microseconds, milliseconds, seconds; the second is how many are a day."""


def _written(times: pl.Series) -> pl.Series:
    """Return moments from text in any of the usual forms, null where it is in none."""
    plain = pl.col("t").str.strip_chars().str.replace("T", " ").str.replace(r"(\.\d+)?( ?UTC|Z|[+-]\d\d:?\d\d)?$", "")
    forms = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d", "%d-%m-%Y", "%d/%m/%Y", "%Y/%m/%d %H:%M:%S")
    parsed = [plain.str.strptime(pl.Datetime("ms"), form, strict=False) for form in forms]
    return pl.DataFrame({"t": times}).select(pl.coalesce(parsed)).to_series()


def _from_list(text: str, path: Path) -> pl.DataFrame:
    """Return the pairs of a list file; a learner without courses has none."""
    lines = pl.DataFrame({"line": text.splitlines()}, schema={"line": pl.String}).with_row_index("number", offset=1)
    lines = lines.with_columns(pl.col("line").str.strip_chars()).filter(pl.col("line") != "")
    # A table of one word a line, and one whose words end in commas, are no lists: their separators are others.
    other = lines.filter(pl.col("line").str.contains(r"^\S+[,;|]\S*$|^\S+::\S+$|^\S+, "))
    if not other.is_empty():
        number, line = other.row(0)
        raise KarmapathError(
            f"line {number} of {path} is {line[:40]!r}",
            "a learner and courses with spaces between, or a table whose first line names its columns",
            "name a table .csv or .tsv and give it the first line 'learner,course' or 'learner,course,time'",
        )
    words = lines.select(word=pl.col("line").str.replace_all(r"\s+", " ").str.split(" "))
    if _looks_like_rows(words["word"]):
        raise KarmapathError(
            f"every line of {path} has {words['word'].list.len()[0]} words, and many have the same first one",
            "one line a learner, or a table whose first line names its columns",
            "if it is a table give it a first line such as 'learner,course,time' with its separators",
        )
    pairs = words.select(learner=pl.col("word").list.first(), course=pl.col("word").list.slice(1))
    return pairs.filter(pl.col("course").list.len() > 0).explode("course")


def _looks_like_rows(words: pl.Series) -> bool:
    """Return whether lines look like rows of a table (learner, course, rating, time) whose columns have no names."""
    width = words.list.len()
    same = width.n_unique() == 1 and width[0] > 2
    return bool(same and words.list.first().n_unique() * 3 <= len(words))
