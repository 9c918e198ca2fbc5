"""What a table says of courses or learners: labels become features, sentences become text."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from pathlib import Path

import polars as pl

from experiments.accuracy.files import COURSE_NAMES, LEARNER_NAMES, find_column, read_table
from features.errors import KarmapathError

UNKNOWN = frozenset({"", "n/a", "na", "nan", "none", "null", "unknown", "-"})
LABEL_LENGTH = 40
"""Values longer than this on average are text, shorter ones labels."""
SEPARATORS = ("|", ";")
"""What stands between the entries of a list that is written as text."""
SEPARATED = 0.05
"""Share of the values of a column that must hold a separator for it to be one of lists."""
_NAMES = frozenset({"name", "title"})


def course_descriptions(path: Path, known: Collection[str]) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return each course's features and text, by course; ``known`` are the courses of the interactions.

    A column of lists (Python literals, or separated by ``|`` or ``;``) or of short repeated values gives features
    ``column=value``; a column of sentences, and the name,
    join the text; numbers and further ids say nothing here and are left out.
    """
    table = read_table(path)
    key = _key(table, COURSE_NAMES, "course", path, known)
    return _features(table, key), _texts(table, key)


def learner_descriptions(path: Path, known: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return each learner's features, by learner, by the same rules."""
    table = read_table(path)
    return _features(table, _key(table, LEARNER_NAMES, "learner", path, known))


def _key(table: pl.DataFrame, names: Sequence[str], what: str, path: Path, known: Collection[str]) -> str:
    """Return the column of ids: of those with a usual name the one that names most of what is known."""
    find_column(table, names, what, path)
    columns = [column for column in table.columns if column.lower() in names]
    wanted = set(known)
    found = {column: len(wanted & set(table[column].cast(pl.String).to_list())) for column in columns}
    best = max(columns, key=lambda column: found[column])
    if not found[best]:
        raise KarmapathError(
            f"no {what} of {path} occurs in the interactions", f"the same ids in column {best}", "check the two files"
        )
    return best


def _features(table: pl.DataFrame, key: str) -> dict[str, tuple[str, ...]]:
    columns = {name: _values(table[name]) for name in table.columns if name != key}
    labels = {name: values for name, values in columns.items() if _are_labels(values)}
    found: dict[str, tuple[str, ...]] = {}
    for row, one in enumerate(table[key].cast(pl.String).to_list()):
        found[one] = tuple(
            f"{name.lower()}={value.strip().casefold()}" for name, values in labels.items() for value in values[row]
        )
    return found


def _texts(table: pl.DataFrame, key: str) -> dict[str, str]:
    parts = {name: _values(table[name]) for name in table.columns if name != key}
    texts = [
        name for name, values in parts.items() if name.lower() in _NAMES or _are_texts(values) or _are_labels(values)
    ]
    texts.sort(key=lambda name: (name.lower() not in _NAMES, _are_texts(parts[name])))
    return {
        one: ". ".join(", ".join(parts[name][row]) for name in texts if parts[name][row])
        for row, one in enumerate(table[key].cast(pl.String).to_list())
    }


def _values(column: pl.Series) -> list[tuple[str, ...]]:
    """Return the known values of each row: one, or those of a list, also of one written as text."""
    if column.dtype == pl.List:
        return [tuple(str(value) for value in row or () if not _unknown(str(value))) for row in column.to_list()]
    texts = column.cast(pl.String).fill_null("").to_list()
    separator = _separator(texts)
    return [_split(text, separator) for text in texts]


def _separator(texts: Sequence[str]) -> str | None:
    """Return what separates the entries of a column of lists, ``None`` for a column of single values or of prose."""
    known = [text for text in texts if not _unknown(text)]
    for separator in SEPARATORS:
        lists = [text for text in known if separator in text]
        pieces = [piece.strip() for text in lists for piece in text.split(separator)]
        if len(lists) > SEPARATED * len(known) and sum(map(len, pieces)) <= LABEL_LENGTH * len(pieces):
            return separator
    return None


def _split(text: str, separator: str | None) -> tuple[str, ...]:
    stripped = text.strip()
    if stripped.startswith("[") and stripped.endswith("]"):
        try:
            found = ast.literal_eval(stripped)
        except (ValueError, SyntaxError):
            return (stripped,)
        return tuple(str(value) for value in found if not _unknown(str(value)))
    pieces = stripped.split(separator) if separator else [stripped]
    return tuple(piece.strip() for piece in pieces if not _unknown(piece))


def _unknown(text: str) -> bool:
    return text.strip().casefold() in UNKNOWN


def _are_labels(values: Sequence[tuple[str, ...]]) -> bool:
    flat = [value for row in values for value in row]
    if not flat or all(_is_number(value) for value in flat):
        return False
    short = sum(map(len, flat)) / len(flat) <= LABEL_LENGTH
    return short and len(set(flat)) <= 0.7 * len(flat)


def _are_texts(values: Sequence[tuple[str, ...]]) -> bool:
    flat = [value for row in values for value in row]
    return bool(flat) and sum(map(len, flat)) / len(flat) > LABEL_LENGTH


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
