"""Cells as people and platforms write them, turned into the warehouse's types.

Every function takes a whole column and returns one of the same length, null where a cell is empty or cannot be
understood; the caller tells the two apart by the cell it started from.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

import polars as pl

from features.schema import TIME

PLATFORM_TIME_ZONE = "Asia/Kolkata"
"""Moments with an offset are stored as this zone's wall-clock time."""

_ZONED = ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S:%3f%#z")
_NAIVE = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S")
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d %B %Y", "%d-%b-%Y")

_TRUE = ("true", "yes", "y", "1", "t")
_FALSE = ("false", "no", "n", "0", "f")

LANGUAGE_CODES: Mapping[str, str] = {
    "english": "en", "hindi": "hi", "assamese": "as", "bengali": "bn", "bangla": "bn", "gujarati": "gu",
    "kannada": "kn", "kashmiri": "ks", "konkani": "kok", "maithili": "mai", "malayalam": "ml", "manipuri": "mni",
    "marathi": "mr", "nepali": "ne", "odia": "or", "oriya": "or", "punjabi": "pa", "sanskrit": "sa",
    "santali": "sat", "sindhi": "sd", "tamil": "ta", "telugu": "te", "urdu": "ur", "bodo": "brx", "dogri": "doi",
    "munda": "unr", "juang": "jun", "ho": "hoc", "chinese": "zh", "french": "fr", "german": "de", "spanish": "es",
    "be": "bn", "ka": "kn", "od": "or", "pu": "pa",
}  # fmt: skip
"""Languages by name, and the portal's own keys that are not ISO 639."""


def texts(column: pl.Series) -> pl.Series:
    """Return trimmed text with inner runs of white space made one space; empty text is null."""
    if column.dtype.is_float() and (column.is_null() | (column == column.round())).all():
        column = column.cast(pl.Int64)  # ids that became floats because some were missing
    clean = column.cast(pl.String).str.replace_all(r"[\s\u00a0\u200b\ufeff]+", " ").str.strip_chars()
    return clean.set(clean == "", None)


def plain_texts(column: pl.Series) -> pl.Series:
    """Return text without HTML tags and entities."""
    bare = column.cast(pl.String).str.replace_all(r"(?is)<(script|style)\b.*?</(script|style)>", " ")
    bare = bare.str.replace_all(r"<[/!a-zA-Z][^>]*>", " ")
    has_entity = bare.str.contains(r"&#?\w+;").fill_null(value=False)
    if has_entity.any():
        bare = bare.zip_with(~has_entity, bare.map_elements(unescape, return_dtype=pl.String))
    return texts(bare)


def numbers(column: pl.Series) -> pl.Series:
    """Return numbers; ``1,250``, ``85%``, ``1.3k`` are understood."""
    if column.dtype.is_numeric():
        return column.cast(pl.Float64).fill_nan(None)
    clean = column.cast(pl.String).str.strip_chars().str.to_lowercase()
    plain = clean.str.replace(r"\s*%$", "")
    grouped = plain.str.contains(r"^\d{1,3}(,\d{2,3})+(\.\d+)?$").fill_null(value=False)
    plain = plain.str.replace_all(",", "", literal=True).zip_with(grouped, plain) if grouped.any() else plain
    thousand = plain.str.ends_with("k")
    value = plain.str.replace(r"k$", "").cast(pl.Float64, strict=False)
    value = value.set(~value.is_finite(), None)
    return value.zip_with(~thousand.fill_null(value=False), value * 1000)


def booleans(column: pl.Series) -> pl.Series:
    """Return truth values from true/false, yes/no, y/n, 1/0."""
    if column.dtype == pl.Boolean:
        return column
    clean = column.cast(pl.String).str.strip_chars().str.to_lowercase().str.replace(r"\.0$", "")
    words = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
    return clean.replace_strict(list(words), list(words.values()), default=None, return_dtype=pl.Boolean)


def times(column: pl.Series) -> pl.Series:
    """Return moments as naive platform time, to the second.

    Understood: ISO 8601 with and without an offset, ``yyyy-MM-dd HH:mm:ss:SSSZ``, day/month/year, plain days, and
    Unix time in milliseconds (12 or 13 digits) or seconds (9 or 10 digits), as text or as a number.
    """
    if column.dtype.is_temporal():
        return _platform_time(column)
    if column.dtype.is_numeric():
        column = column.cast(pl.Float64).cast(pl.Int64, strict=False)
    text = column.cast(pl.String).str.strip_chars()
    found = pl.Series(column.name, [None], dtype=TIME).new_from_index(0, len(text))
    for parse in (*map(_naive_parser, _NAIVE), _unix, *map(_day_parser, _DAYS), *map(_zoned_parser, _ZONED)):
        missing = found.is_null() & text.is_not_null()
        if not missing.any():
            break
        found = found.scatter(missing.arg_true(), parse(text.filter(missing)))
    return found.dt.truncate("1s")


def years(column: pl.Series) -> pl.Series:
    """Return the first moment of each year given as four digits."""
    text = column.cast(pl.String).str.strip_chars().str.replace(r"\.0$", "")
    return (text + "-01-01").str.to_date("%Y-%m-%d", strict=False).cast(TIME)


def _platform_time(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone is not None:
        column = column.dt.convert_time_zone(PLATFORM_TIME_ZONE).dt.replace_time_zone(None)
    return column.cast(TIME).dt.truncate("1s")


def _naive_parser(layout: str) -> Any:
    return lambda text: text.str.to_datetime(layout, time_unit="ms", strict=False)


def _day_parser(layout: str) -> Any:
    return lambda text: text.str.to_date(layout, strict=False).cast(TIME)


def _zoned_parser(layout: str) -> Any:
    def parse(text: pl.Series) -> pl.Series:
        zoned = text.str.replace(r"[zZ]$", "+0000").str.to_datetime(
            layout, time_unit="ms", time_zone="UTC", strict=False
        )
        return _platform_time(zoned)

    return parse


def _unix(text: pl.Series) -> pl.Series:
    digits = text.str.extract(r"^(\d{9,10}|\d{12,13})(?:\.0)?$")
    seconds = digits.str.len_chars() <= 10
    milliseconds = digits.cast(pl.Int64).zip_with(~seconds.fill_null(value=False), digits.cast(pl.Int64) * 1000)
    return _platform_time(milliseconds.cast(TIME).dt.replace_time_zone("UTC"))


def hours(column: pl.Series, unit: str) -> pl.Series:
    """Return hours from a duration given as ``HH:MM:SS``, or as a number of ``seconds``, ``minutes`` or ``hours``."""
    divisor = {"seconds": 3600.0, "minutes": 60.0, "hours": 1.0}[unit]
    if column.dtype.is_numeric():
        return numbers(column) / divisor
    text = column.cast(pl.String).str.strip_chars()
    clock = text.str.extract_groups(r"^(\d+):([0-5]?\d)(?::([0-5]?\d)(?:\.\d+)?)?$").struct.unnest()
    parts = [part.cast(pl.Float64, strict=False) for part in clock.get_columns()]
    by_clock = parts[0] + parts[1] / 60 + parts[2].fill_null(0.0) / 3600
    return by_clock.zip_with(by_clock.is_not_null(), numbers(text) / divisor).alias(column.name)


def lists(column: pl.Series, separator: str | None = None) -> pl.Series:
    """Return lists of trimmed texts.

    With a separator, cells are split at it. Without one, a cell is a JSON list, a Python literal list, or one text.
    Null where a cell looks like a list but is not one.
    """
    if isinstance(column.dtype, pl.List):
        return _clean_lists(column.cast(pl.List(pl.String)))
    text = column.cast(pl.String)
    if separator is not None:
        return _clean_lists(text.str.split(separator))
    parsed = {cell: _literal_list(cell) for cell in text.drop_nulls().unique()}
    cells = [None if cell is None else parsed[cell] for cell in text]
    return _clean_lists(pl.Series(column.name, cells, dtype=pl.List(pl.String)))


def _literal_list(cell: str) -> list[str] | None:
    cell = cell.strip()
    if not cell.startswith(("[", "(")):
        return [cell]
    for parse in (json.loads, ast.literal_eval):
        try:
            found = parse(cell)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        if isinstance(found, list | tuple):
            return [str(item) for item in found if item is not None]
    return None


def _clean_lists(column: pl.Series) -> pl.Series:
    """Trim the items, drop empty and repeated ones, keep their order."""
    if column.null_count() == len(column):
        return column
    item = pl.element().str.replace_all(r"\s+", " ").str.strip_chars()
    name = column.name
    cleaned = column.to_frame(name).select(pl.col(name).list.eval(item.filter(item != "").unique(maintain_order=True)))
    return cleaned[name]


def languages(column: pl.Series, separator: str | None = None) -> pl.Series:
    """Return lists of ISO 639 codes from language names or codes."""
    named = lists(column, separator)
    lowered = pl.element().str.to_lowercase()
    codes = lowered.replace(list(LANGUAGE_CODES), list(LANGUAGE_CODES.values()))
    return named.to_frame("n").select(pl.col("n").list.eval(codes.unique(maintain_order=True)))["n"].alias(column.name)


def words(column: pl.Series, meanings: Mapping[str, Any], dtype: Any) -> pl.Series:
    """Return what each cell's word stands for, whatever its case; null for a word that is not in ``meanings``."""
    clean = texts(column).str.to_lowercase()
    table = {word.casefold(): meaning for word, meaning in meanings.items()}
    return clean.replace_strict(list(table), list(table.values()), default=None, return_dtype=dtype)


def slug_of(text: pl.Expr | str) -> pl.Expr:
    """Return ids made of texts: lower case, words joined by hyphens."""
    text = pl.col(text) if isinstance(text, str) else text
    return text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{M}\p{N}]+", "-").str.strip_chars("-")


def without(column: pl.Series, null_words: Sequence[str]) -> pl.Series:
    """Return the column with null where a cell is empty or one of the null words, whatever its case."""
    if column.dtype != pl.String:
        return column
    clean = column.str.strip_chars().str.to_lowercase()
    empty = (clean == "") | clean.is_in([word.casefold() for word in null_words])
    return column.set(empty.fill_null(value=False), None)
