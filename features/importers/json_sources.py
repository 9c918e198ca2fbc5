"""Reads JSON documents, and turns lists of objects into rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from features.errors import KarmapathError
from features.importers.sources import LINE, require_file


def read_json(path: Path) -> Any:
    """Return the document in a file, for JSON lines the list of them.

    Raises ``KarmapathError`` if the file is missing, empty or not JSON in UTF-8.
    """
    require_file(path)
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        if path.suffix.lower() in (".jsonl", ".ndjson"):
            return [orjson.loads(line) for line in content.splitlines() if line.strip()]
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise KarmapathError(f"{path} is not JSON ({error})", "a JSON document in UTF-8", "export it again") from error


def records_frame(document: Any, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Return a row of texts for each object of a list, and ``LINE``, the object's number from 1.

    Values that are not text are written as JSON. With ``columns`` only these are
    taken, and are there even if no object has them. Raises ``KarmapathError`` if it is not a list of objects.
    """
    if not isinstance(document, list) or not all(isinstance(record, dict) for record in document):
        raise KarmapathError(f"JSON that is {kind_of(document)}", "a list of objects", "check which file this is")
    names = columns or list(dict.fromkeys(name for record in document for name in record))
    cells: dict[str, Any] = {LINE: range(1, len(document) + 1)}
    cells |= {name: pl.Series([as_text(record.get(name)) for record in document], dtype=pl.String) for name in names}
    return pl.DataFrame(cells, schema_overrides={LINE: pl.Int64})


def as_text(value: Any) -> str | None:
    """Return a JSON value as one cell of text; whole numbers without a point, lists and objects as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.15g}"
    return orjson.dumps(value).decode()


def kind_of(value: Any) -> str:
    """Return what a JSON value is, in words."""
    kinds: Mapping[type, str] = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return kinds.get(type(value), "a number" if isinstance(value, int | float) else "nothing")
