"""Turns the rows of one file into rows of one table, as a ``TableRule`` says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from features.errors import KarmapathError
from features.importers import values
from features.importers.competency_names import CompetencyNames
from features.importers.headers import header_key
from features.importers.mapping import ColumnRule, TableRule
from features.importers.sift import FILE, Check, sift
from features.importers.sources import BROKEN, LINE, SPOILT
from features.levels import describe, levels
from features.schema import DATE, TABLES, TEXT, TEXTS, TIME, Column

Pseudonym = Callable[[pl.Series], pl.Series]
"""Turns learner ids into pseudonyms."""


@dataclass(frozen=True)
class Tabulated:
    """The rows of a file in the table's columns, and what could not be read."""

    frame: pl.DataFrame
    """The rule's columns, ``LINE``, ``FILE``, and what ``checks`` look at."""
    checks: tuple[Check, ...]
    """Tell which cells of ``frame`` were not understood."""
    rejects: pl.DataFrame
    """Rows that could not be read at all."""
    left_out: int
    """Rows that the rule does not want."""


@dataclass(frozen=True)
class Context:
    """What reading a cell may need besides the cell."""

    null_words: Sequence[str] = ()
    names: CompetencyNames | None = None
    pseudonym: Pseudonym | None = None


def tabulate(raw: pl.DataFrame, rule: TableRule, file: str, context: Context) -> Tabulated:
    """Read the cells of ``raw`` as ``rule`` says.

    Raises
    ------
    KarmapathError
        If the file lacks a column that the rule names.
    """
    rows, wanted = _wanted_columns(raw, rule, file)
    rows = rows.with_columns(pl.lit(file).alias(FILE), *(values.without(rows[n], context.null_words) for n in wanted))
    rows, rejects = sift(rows, rule.table, _row_checks(rows, rule, wanted))
    before = rows.height
    rows = rows.filter(_is_wanted(rule, rows.columns))
    left_out = before - rows.height
    if rule.explode is not None:
        rows = _exploded(rows, header_key(rule.explode), rule)
    frame, checks = _read_cells(rows, rule, context)
    matched = frame.drop_nulls([name for name, column in rule.columns.items() if column.match == "leave_out"])
    return Tabulated(matched, tuple(checks), rejects, left_out + frame.height - matched.height)


def wanted_rows(raw: pl.DataFrame, rule: TableRule, file: str) -> pl.DataFrame:
    """Return only the columns that the rule names, ``LINE`` and ``SPOILT``; ``KarmapathError`` as for ``tabulate``."""
    return _wanted_columns(raw, rule, file)[0]


def learners_in(rows: pl.DataFrame, rule: TableRule, context: Context) -> pl.Series:
    """Return the learner of each row of ``wanted_rows``, null where none can be read."""
    column = rule.columns["learner_id"]
    sources = {header_key(source) for source in column.source} & set(rows.columns)
    cells = rows.select(values.without(rows[name], context.null_words) for name in sorted(sources))
    cells = cells if sources else rows.select(LINE)
    return _cells(cells, "learner_id", column, TABLES[rule.table].column("learner_id"), context)[1]


def _exploded(rows: pl.DataFrame, name: str, rule: TableRule) -> pl.DataFrame:
    """Return one row for each item of the list in a column."""
    readers = [column for column in rule.columns.values() if name in map(header_key, column.source)]
    separator = readers[0].separator if readers else None
    return rows.with_columns(values.lists(rows[name], separator).alias(name)).explode(name)


def _read_cells(rows: pl.DataFrame, rule: TableRule, context: Context) -> tuple[pl.DataFrame, list[Check]]:
    """Return the rule's columns, and checks that find the cells that were not understood."""
    made = [rows[name] for name in (LINE, FILE)]
    checks: list[Check] = []
    for name, column in rule.columns.items():
        target = TABLES[rule.table].column(name)
        source, parsed, lost = _cells(rows, name, column, target, context)
        if lost.any() and column.match != "leave_out":
            made += [lost.alias(f"__bad_{name}"), source.cast(pl.String).alias(f"__raw_{name}")]
            checks.append(_cell_check(name, column, target))
        made.append(parsed)
    return pl.DataFrame(made), checks


def _cells(
    rows: pl.DataFrame, name: str, column: ColumnRule, target: Column, context: Context
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Return a column's cells as they stand, as the table holds them, and whether they were not understood."""
    source = _source(rows, column)
    if column.pattern is not None:
        source = _by_pattern(source, column.pattern, target)
    parsed = _parsed(source, column, target, context)
    lost = source.is_not_null() & parsed.is_null()
    return source, _finished(_or_value(parsed, column, target), column, name, context).alias(name), lost


def _or_value(parsed: pl.Series, column: ColumnRule, target: Column) -> pl.Series:
    if column.value is None:
        return parsed
    constant = pl.Series([column.value], dtype=target.dtype).new_from_index(0, len(parsed))
    return parsed.zip_with(parsed.is_not_null(), constant)


def _wanted_columns(raw: pl.DataFrame, rule: TableRule, file: str) -> tuple[pl.DataFrame, list[str]]:
    """Return only the columns that the rule names, under their normalised names; personal ones go no further."""
    present = {header_key(column): column for column in reversed(raw.columns) if not column.startswith("__")}
    wanted: dict[str, str] = {}
    for name, column in rule.columns.items():
        found = {
            header_key(source): present[header_key(source)] for source in column.source if header_key(source) in present
        }
        may_lack = column.optional or (rule.lenient and not TABLES[rule.table].column(name).required)
        if column.source and not found and not may_lack:
            raise _missing_column(file, name, column, raw.columns)
        wanted |= found
    for source in (*rule.row_key, *rule.only, *rule.skip, *([rule.explode] if rule.explode else ())):
        if header_key(source) in present:
            wanted[header_key(source)] = present[header_key(source)]
    marks = [column for column in (LINE, SPOILT) if column in raw.columns]
    return raw.select(*marks, *(pl.col(old).alias(new) for new, old in wanted.items())), list(wanted)


def _missing_column(file: str, name: str, column: ColumnRule, found: Sequence[str]) -> KarmapathError:
    columns = ", ".join(c for c in found if not c.startswith("__"))
    expected = " or ".join(repr(source) for source in column.source)
    return KarmapathError(
        f"{file} has the columns {columns}",
        f"a column {expected} for {name}",
        "check that this is the right file, or correct the mapping; nothing was imported",
    )


def _row_checks(rows: pl.DataFrame, rule: TableRule, wanted: Sequence[str]) -> list[Check]:
    """Return checks of rows as they stand in the file."""
    checks = []
    if SPOILT in rows.columns:
        spoilt = pl.col(SPOILT)
        remedy = "quote cells that hold the separator, a quote or a line break"
        checks.append(Check(spoilt.is_not_null(), "malformed_row", spoilt, "a row as the header promises", remedy))
    text = [name for name in wanted if rows[name].dtype == TEXT and name not in _free_text(rule)]
    broken = [pl.col(name).str.contains(BROKEN, literal=True) for name in text]
    checks.append(
        Check(
            pl.any_horizontal(broken) if broken else pl.lit(value=False), "broken_encoding",
            pl.lit("bytes that are not UTF-8"), "text in UTF-8", "export the file in UTF-8",
        )
    )  # fmt: skip
    key = [header_key(name) for name in rule.row_key]
    if key and all(name in wanted for name in key):
        checks.append(
            Check(
                ~pl.struct(key).is_first_distinct(), "duplicate", pl.lit("a row seen before"),
                f"one row for each {', '.join(rule.row_key)}", "the first row was kept; take the others out",
            )
        )  # fmt: skip
    return checks


def _free_text(rule: TableRule) -> set[str]:
    """Return source columns of descriptions: a damaged letter there is no reason to lose the row."""
    return {header_key(s) for name, column in rule.columns.items() if name == "description" for s in column.source}


def _is_wanted(rule: TableRule, present: Sequence[str]) -> pl.Expr:
    wanted = [pl.lit(value=True)]
    for conditions, take in ((rule.only, True), (rule.skip, False)):
        for source, words in conditions.items():
            if header_key(source) in present:
                cell = pl.col(header_key(source)).cast(TEXT).str.strip_chars().str.to_lowercase().fill_null("")
                listed = cell.is_in([word.casefold() for word in words])
                wanted.append(listed if take else ~listed)
    return pl.all_horizontal(wanted)


def _source(rows: pl.DataFrame, column: ColumnRule) -> pl.Series:
    """Return the cells that a column is made of, before they are read."""
    present = [header_key(source) for source in column.source if header_key(source) in rows.columns]
    if not present:
        return pl.Series("", [None], dtype=TEXT).new_from_index(0, rows.height)
    if column.join is not None:
        parts = [values.texts(rows[name]).fill_null("") for name in present]
        joined = pl.DataFrame({str(n): part for n, part in enumerate(parts)})
        listed = joined.select(pl.concat_list(pl.all()).list.eval(pl.element().filter(pl.element() != "")))
        return values.texts(listed.to_series().list.join(column.join))
    first, *others = (rows[name] for name in present)
    for other in others:
        first = first.zip_with(first.is_not_null(), other.cast(first.dtype))
    return first


def _parsed(source: pl.Series, column: ColumnRule, target: Column, context: Context) -> pl.Series:  # noqa: PLR0911
    """Return the cells in the type of the target column; null where a cell was not understood."""
    if column.match:
        names = context.names or CompetencyNames()
        return names.find(values.texts(source))
    if column.words:
        return values.words(source, column.words, target.dtype)
    if column.scale is not None:
        return levels(source, column.scale)
    if target.dtype == TEXTS:
        read = values.languages if target.name == "languages" else values.lists
        return _without_dropped(read(source, column.separator), column.drop)
    if target.dtype in (TIME, DATE):
        return _moments(source, column.unit).cast(target.dtype)
    if target.dtype == pl.Boolean:
        return values.booleans(source)
    if target.dtype == TEXT:
        return values.plain_texts(source) if column.html else values.texts(source)
    return _number(source, column.unit, target)


def _number(source: pl.Series, unit: str | None, target: Column) -> pl.Series:
    if unit in ("seconds", "minutes", "hours"):
        return values.hours(source, unit)
    numbers = values.numbers(source)
    if target.dtype.is_integer():
        whole = numbers.set(numbers != numbers.round(), None)
        return whole.cast(target.dtype, strict=False)
    return (numbers / 100).round(9) if unit == "percent" else numbers


def _by_pattern(source: pl.Series, pattern: str, target: Column) -> pl.Series:
    text = source.cast(TEXT)
    return text.str.contains(pattern) if target.dtype == pl.Boolean else text.str.extract(pattern)


def _moments(source: pl.Series, unit: str | None) -> pl.Series:
    return values.years(source) if unit == "year" else values.times(source)


def _without_dropped(lists: pl.Series, pattern: str | None) -> pl.Series:
    if pattern is None:
        return lists
    kept = pl.element().filter(~pl.element().str.contains(pattern))
    return lists.to_frame("n").select(pl.col("n").list.eval(kept))["n"]


def _finished(parsed: pl.Series, column: ColumnRule, name: str, context: Context) -> pl.Series:
    if column.slug:
        parsed = parsed.to_frame(name).select(values.slug_of(name)).to_series()
    if column.prefix:
        parsed = column.prefix + parsed
    # An evidence id is a hash of the learner's id and others: without the key it would let a guess be tested.
    if name in ("learner_id", "evidence_id") and context.pseudonym is not None:
        parsed = context.pseudonym(parsed)
    return parsed


def _cell_check(name: str, column: ColumnRule, target: Column) -> Check:
    bad, raw = pl.col(f"__bad_{name}"), pl.col(f"__raw_{name}")
    if column.match:
        remedy = "import its framework first, or add an alias"
        return Check(bad, "unknown_competency", raw, "the id or name of one known competency", remedy)
    return Check(bad, f"bad_{name}", raw, _expected(column, target), "correct the cell")


def _expected(column: ColumnRule, target: Column) -> str:
    if column.words:
        return f"one of {', '.join(column.words)}"
    if column.scale is not None:
        return describe(column.scale)
    kinds: Mapping[Any, str] = {
        TIME: "a date or time",
        DATE: "a date",
        pl.Boolean: "yes or no",
        TEXTS: "a list",
        TEXT: "text",
    }
    if column.unit in ("seconds", "minutes", "hours"):
        return f"HH:MM:SS or a number of {column.unit}"
    return kinds.get(target.dtype, "a whole number" if target.dtype.is_integer() else "a number")
