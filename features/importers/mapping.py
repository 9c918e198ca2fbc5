"""Mapping files: which column of which file becomes which column of which table.

A mapping is a TOML file. ``mappings/mars.toml`` is a short one to start from, with every line explained; the fields
below are all there are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from features.errors import KarmapathError
from features.importers.prepare import PREPARE
from features.levels import scale
from features.schema import TABLES

SHIPPED = Path(__file__).parent / "mappings"
FORMATS = Path(__file__).parent / "formats"
"""Mappings of the platform's own exports."""
_UNITS = ("seconds", "minutes", "hours", "percent", "year")
_FORMATS = ("table", "lists", "records")
_DUPLICATES = ("reject", "fold")
_MATCHES = (None, "reject", "leave_out")


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """Where a column of the warehouse comes from.

    In TOML: ``"source"`` alone, or a table with these fields.
    """

    source: tuple[str, ...] = ()
    """Columns of the file; the first that is not empty counts. Case, spaces and underscores do not matter."""
    value: Any = None
    """The same value for every row, or for those whose source columns are empty."""
    join: str | None = None
    """Join all source columns with this text instead of taking the first."""
    slug: bool = False
    """Make an id of it: lower case, words joined by hyphens."""
    prefix: str = ""
    """Text to put before it."""
    unit: str | None = None
    """``seconds``, ``minutes``, ``hours`` of a duration; ``percent`` of a share; ``year`` of a date."""
    scale: str | None = None
    """Level scale, a name from ``features.levels``."""
    words: MappingOf[str, Any] = field(default_factory=dict)
    """What words stand for; any other word is a bad row."""
    separator: str | None = None
    """What parts the items of a list; by default a JSON or Python list."""
    drop: str | None = None
    """Regular expression of list items to leave out."""
    pattern: str | None = None
    """Regular expression: of a text its first group is taken (no match: empty), of a yes-or-no whether it is found."""
    html: bool = False
    """Take HTML tags and entities away."""
    match: str | None = None
    """A competency's id or name, looked up among the known ones; ``reject`` rows without a match, or ``leave_out``."""
    optional: bool = False
    """The file may lack the source columns."""


@dataclass(frozen=True, slots=True)
class TableRule:
    """How one file, or one set of files, becomes rows of one table."""

    table: str
    columns: MappingOf[str, ColumnRule]
    files: tuple[str, ...] = ()
    """File names or patterns, in the order to read them; a folder may stand before the name."""
    format: str = "table"
    """``table``: CSV or Parquet; ``lists``: lines ``learner item item ...`` (columns ``learner`` and ``item``);
    ``records``: a JSON list of flat objects."""
    separator: str | None = None
    """What parts the columns of a text file; by default it is guessed from the first line."""
    optional: bool = False
    """The files need not be there."""
    lenient: bool = False
    """The files may lack columns that the warehouse does not require."""
    duplicates: str = "reject"
    """Rows with a key that this rule has read before: ``reject`` them, or ``fold`` them into the first, to fill its
    empty cells. Rows with a key that another rule has read always fold."""
    row_key: tuple[str, ...] = ()
    """Source columns that identify a row of the file; a repeated one is a bad row even where keys fold."""
    only: MappingOf[str, tuple[str, ...]] = field(default_factory=dict)
    """Source column to the words of the rows to take; others are left out, and counted."""
    skip: MappingOf[str, tuple[str, ...]] = field(default_factory=dict)
    """Source column to the words of the rows to leave out, and count; ``""`` is an empty cell."""
    explode: str | None = None
    """Source column with a list: one row for each item."""
    prepare: str | None = None
    """A step of ``features.importers.prepare`` that adds columns to the file's own."""
    attach: bool = False
    """Fill empty cells of rows already read instead of adding rows."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping file."""

    name: str
    tables: tuple[TableRule, ...]
    about: str = ""
    null_words: tuple[str, ...] = ()
    """Words that mean "nothing here", whatever their case."""
    detect_campaigns: bool = False
    """Look for days when completions ran many times above the usual."""


def shipped_mappings() -> dict[str, Path]:
    """Return the mappings that come with the project, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def load_mapping(name_or_path: str) -> Mapping:
    """Read a mapping: one of the shipped ones by name, else a TOML file.

    Raises
    ------
    KarmapathError
        If there is none, it is not TOML, or it names a table, column or option that does not exist.
    """
    path = shipped_mappings().get(name_or_path, Path(name_or_path))
    if not path.is_file():
        names = ", ".join(shipped_mappings())
        raise KarmapathError(f"no mapping {name_or_path!r}", f"a TOML file, or one of {names}", "check the name")
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KarmapathError(f"{path} is not TOML ({error})", "a mapping file", "correct it") from error
    return parse_mapping(document, path.stem, str(path))


def load_format(name: str) -> Mapping:
    """Read the mapping of one of the platform's own exports."""
    path = FORMATS / f"{name}.toml"
    return parse_mapping(tomllib.loads(path.read_text(encoding="utf-8")), name, str(path))


def parse_mapping(document: MappingOf[str, Any], name: str, where: str) -> Mapping:
    """Build a mapping from a parsed TOML document; ``where`` names it in errors."""
    known = {"about", "null_words", "detect_campaigns", "table"}
    _check_names(document, known, where)
    tables = tuple(_table_rule(entry, f"{where}, table {n}") for n, entry in enumerate(document.get("table", ()), 1))
    if not tables:
        raise KarmapathError(f"{where} has no [[table]]", "at least one", "say which file becomes which table")
    options = {key: document[key] for key in ("about", "detect_campaigns") if key in document}
    return Mapping(name=name, tables=tables, null_words=tuple(document.get("null_words", ())), **options)


def _table_rule(entry: MappingOf[str, Any], where: str) -> TableRule:
    _check_names(entry, {f.name for f in fields(TableRule)} | {"file"}, where)
    table = entry.get("table")
    _check_word(table, tuple(TABLES), "table", where)
    options = dict(entry)
    files = options.pop("files", None) or [options.pop("file", "")]
    columns = {name: _column_rule(table, name, rule, where) for name, rule in options.pop("columns", {}).items()}
    for name in ("only", "skip"):
        options[name] = {column: tuple(words) for column, words in options.get(name, {}).items()}
    options["row_key"] = tuple(options.get("row_key", ()))
    _check_word(options.get("format", "table"), _FORMATS, "format", where)
    _check_word(options.get("prepare"), (None, *PREPARE), "prepare", where)
    _check_word(options.get("duplicates", "reject"), _DUPLICATES, "duplicates", where)
    options.pop("table")
    options.pop("file", None)
    return TableRule(table=str(table), columns=columns, files=tuple(files), **options)


def _column_rule(table: Any, name: str, rule: Any, where: str) -> ColumnRule:
    _check_word(name, tuple(TABLES[table].schema.names()), f"column of {table}", where)
    where = f"{where}, column {name}"
    if isinstance(rule, str):
        return ColumnRule(source=(rule,))
    if not isinstance(rule, dict):
        raise KarmapathError(
            f"{where} is {rule!r}", "a column's name or a table", "write it as in the shipped mappings"
        )
    _check_names(rule, {f.name for f in fields(ColumnRule)}, where)
    options = dict(rule)
    source = options.pop("source", ())
    _check_word(options.get("unit"), (None, *_UNITS), "unit", where)
    _check_word(options.get("match"), _MATCHES, "match", where)
    if "scale" in options:
        scale(options["scale"])
    return ColumnRule(source=(source,) if isinstance(source, str) else tuple(source), **options)


def _check_names(entry: MappingOf[str, Any], known: set[str], where: str) -> None:
    for name in entry:
        if name not in known:
            raise KarmapathError(f"{where}: {name!r}", f"one of {', '.join(sorted(known))}", "correct the name")


def _check_word(word: Any, allowed: tuple[Any, ...], what: str, where: str) -> None:
    if word not in allowed:
        choices = ", ".join(str(choice) for choice in allowed if choice is not None)
        raise KarmapathError(f"{where}: {what} {word!r}", f"one of {choices}", "correct it")
