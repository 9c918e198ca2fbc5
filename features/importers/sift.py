"""Parts good rows from bad ones: a bad row is kept aside with its line, what was found, what was expected, what to do.

A check is a condition on a row that holds where the row is bad. The first check that a row fails names the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from features.importers.sources import LINE
from features.rejects import REJECTS_SCHEMA, empty_rejects
from features.schema import TIME, Column, Table

EARLIEST = datetime(1950, 1, 1)
"""No date of a serving learner, a course or an enrolment lies before it."""

_PAST_ONLY = frozenset({"enrolled_on", "completed_on", "observed_on", "joined_on"})
"""Times of what has happened; they cannot lie after the import."""

FILE = "__file"

_E_MAIL = r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+"
_PHONE = r"(?:\+?91[\s-]?)?\b[6-9]\d{4}[\s-]?\d{5}\b"


@dataclass(frozen=True)
class Check:
    """A condition under which a row is bad, and what is said of it."""

    bad: pl.Expr
    reason: str
    found: pl.Expr
    """Text shown as found; never a cell that could name a person."""
    expected: str
    remedy: str


def sift(frame: pl.DataFrame, table: str, checks: Sequence[Check]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part ``frame`` (with columns ``LINE`` and ``FILE``) into good rows and rejects."""
    if not checks or frame.is_empty():
        return frame, empty_rejects()
    failed = pl.coalesce(pl.when(check.bad.fill_null(value=False)).then(n) for n, check in enumerate(checks))
    marked = frame.with_columns(failed.alias("__failed"))
    bad = marked.filter(pl.col("__failed").is_not_null())
    if bad.is_empty():
        return frame, empty_rejects()
    good = marked.filter(pl.col("__failed").is_null()).drop("__failed")
    parts = [
        bad.filter(pl.col("__failed") == n).select(
            pl.col(FILE).alias("file"),
            pl.col(LINE).alias("line"),
            pl.lit(table).alias("table"),
            pl.lit(check.reason).alias("reason"),
            _impersonal(check.found.cast(pl.String)).fill_null("nothing").str.slice(0, 200).alias("found"),
            pl.lit(check.expected).alias("expected"),
            pl.lit(check.remedy).alias("remedy"),
        )
        for n, check in enumerate(checks)
    ]
    return good, pl.concat(parts).cast(dict(REJECTS_SCHEMA)).sort("file", "line", maintain_order=True)  # type: ignore[arg-type]


def _impersonal(text: pl.Expr) -> pl.Expr:
    """Return the text without e-mail addresses and phone numbers: where columns have shifted, any cell may hold one."""
    return text.str.replace_all(_E_MAIL, "(e-mail address)").str.replace_all(_PHONE, "(phone number)")


def schema_checks(table: Table, columns: Sequence[str], known: Mapping[str, pl.Series], now: datetime) -> list[Check]:
    """Return the checks that the schema asks for.

    Parameters
    ----------
    table
        The table that the rows are for.
    columns
        Columns that the frame has.
    known
        ``table.column`` to the ids that may be pointed to.
    now
        Moment of the import; what has happened cannot be later (a day is allowed for other time zones).
    """
    checks: list[Check] = []
    for column in table.columns:
        if column.name in columns:
            checks += _value_checks(column, now)
            if column.points_to is not None:
                checks.append(_reference_check(column, known[column.points_to]))
    if {"enrolled_on", "completed_on"} <= set(columns):
        checks.append(_order_check())
    return checks


def key_check(table: Table) -> Check:
    """Return the check that a row's key did not come before."""
    keys = ", ".join(table.key)
    return Check(
        ~pl.struct(table.key).is_first_distinct(),
        "duplicate",
        pl.concat_str([pl.col(name).cast(pl.String).fill_null("-") for name in table.key], separator=", "),
        f"one row for each {keys}",
        "the first row was kept; take the others out, or correct their ids",
    )


def _value_checks(column: Column, now: datetime) -> list[Check]:
    value, name = pl.col(column.name), column.name
    checks: list[Check] = []
    if column.required:
        checks.append(
            Check(value.is_null(), f"missing_{name}", pl.lit("nothing"), column.meaning, f"fill in the {_words(name)}")
        )
    if column.allowed is not None:
        choices = ", ".join(column.allowed)
        checks.append(Check(~value.is_in(column.allowed), f"bad_{name}", value, f"one of {choices}", "correct it"))
    if column.low is not None or column.high is not None:
        checks.append(_range_check(column))
    if column.dtype == TIME:
        checks.append(_date_check(name, now))
    return checks


def _range_check(column: Column) -> Check:
    value = pl.col(column.name)
    low = -float("inf") if column.low is None else column.low
    high = float("inf") if column.high is None else column.high
    expected = f"a number from {low:g} to {high:g}" if column.high is not None else f"a number not below {low:g}"
    return Check(
        (value < low) | (value > high),
        f"{column.name}_out_of_range",
        value.round(6),
        expected,
        "correct the number or its unit",
    )


def _date_check(name: str, now: datetime) -> Check:
    value = pl.col(name)
    latest = now + timedelta(days=1)
    late = value > latest if name in _PAST_ONLY else pl.lit(value=False)
    expected = f"a moment after {EARLIEST:%Y-%m-%d}"
    if name in _PAST_ONLY:
        expected += f" and not after {now:%Y-%m-%d}"
    return Check(
        (value < EARLIEST) | late, "impossible_date", value.dt.to_string("%Y-%m-%d %H:%M:%S"), expected,
        f"correct the {_words(name)}",
    )  # fmt: skip


def _order_check() -> Check:
    began, ended = pl.col("enrolled_on"), pl.col("completed_on")
    # Exports sometimes keep only the day of one of the two.
    return Check(
        ended.dt.date() < began.dt.date(),
        "impossible_date",
        ended.dt.to_string("completed %Y-%m-%d") + began.dt.to_string(", enrolled %Y-%m-%d"),
        "a completion on or after the day of the enrolment",
        "correct the two dates",
    )


def _reference_check(column: Column, ids: pl.Series) -> Check:
    value = pl.col(column.name)
    target = str(column.points_to).split(".")[0]
    thing = column.name.removesuffix("_id")
    return Check(
        value.is_not_null() & ~value.is_in(ids.implode()),
        f"unknown_{thing}",
        value,
        f"an id in the table {target}",
        f"import the {target} first, or correct the id",
    )


def _words(name: str) -> str:
    return name.removesuffix("_id").replace("_", " ")
