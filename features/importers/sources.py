"""Reads files into rows with their line numbers, and refuses a file that is not what it claims to be."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import polars.selectors as cs

from features.errors import KarmapathError

LINE = "__line"
"""Column with a row's line in its file (the header is line 1), or its number from 1 in a file without lines."""

BROKEN = "\ufffd"
"""What stands where bytes were not UTF-8."""

SPOILT = "__spoilt"
"""Column that says what keeps a row from being read; null where it can be."""

_SIGNATURES = (
    (b"PK\x03\x04", "a zip or Excel file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"%PDF", "a PDF"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)


BLOCK = 64 * 1024 * 1024
"""Bytes of a CSV file that are read at a time."""

ROWS = 262_144
"""Rows of a Parquet file that are read at a time."""

_TRIES = 1000
"""Line ends that are looked at for one that ends a row."""

_PATIENCE = 4
"""Blocks that are read together to find one; a cell that is longer has a quote that is never closed."""


def read_blocks(path: Path, separator: str | None = None, size: int = BLOCK) -> Iterator[pl.DataFrame]:
    """Yield a CSV or Parquet file's rows a block at a time, as ``read_rows`` gives them: memory follows the block.

    A block of CSV ends where a row ends: at a line end before which the quotes are even. Where a stray quote leaves
    none, it ends at a line end, and the rows around the quote are found to be malformed.

    Raises
    ------
    KarmapathError
        As for ``read_rows``; for a damaged file when the damage is reached.
    """
    if path.suffix.lower() == ".parquet":
        yield from _parquet_blocks(path)
        return
    head = _text_head(path, "a CSV file")
    first = head.decode("utf-8", "replace").lstrip("\ufeff").lstrip().split("\n", 1)[0]
    yield from _csv_blocks(path, separator or _separator(first), size)


def _csv_blocks(path: Path, separator: str, size: int) -> Iterator[pl.DataFrame]:
    header, line = b"", 0
    with path.open("rb") as file:
        data = file.read(size)
        while data:
            more = file.read(size)
            end = _row_end(data, patient=len(data) < _PATIENCE * size) if more else len(data)
            if end:
                yield _read_csv(header + data[:end], separator, path).with_columns(pl.col(LINE) + line)
                line += data.count(b"\n", 0, end) - (not header)
                header = header or _header(data)
            data = data[end:] + more


def _header(data: bytes) -> bytes:
    start = len(data) - len(data.lstrip())
    return data[start : data.find(b"\n", start) + 1]


def _row_end(data: bytes, *, patient: bool) -> int:
    """Return where the last whole row ends; 0 if no row is seen to end and there is patience for more of the file."""
    last = end = data.rfind(b"\n") + 1
    quotes = data.count(b'"', 0, end)
    for _ in range(_TRIES):
        if quotes % 2 == 0:
            break
        before = data.rfind(b"\n", 0, end - 1) + 1
        quotes -= data.count(b'"', before, end)
        end = before
    found = end if quotes % 2 == 0 else 0
    return found if found or patient else last


def _parquet_blocks(path: Path) -> Iterator[pl.DataFrame]:
    first = _read_parquet(path, ROWS)
    yield first
    start = first.height
    while first.height == ROWS:
        first = _read_parquet(path, ROWS, start)
        start += first.height
        if first.height:
            yield first


def read_rows(path: Path, separator: str | None = None) -> pl.DataFrame:
    """Read a CSV or Parquet file: all its columns, and ``LINE``; a CSV file's columns are text.

    Parameters
    ----------
    path
        A file; ``.parquet`` is read as Parquet, anything else as delimited text.
    separator
        What parts the columns of a text file; by default the most frequent of comma, semicolon, tab and bar in its
        first line.

    Raises
    ------
    KarmapathError
        If the file is not there, empty, of another kind, or damaged.
    """
    if path.suffix.lower() == ".parquet":
        return _read_parquet(path)
    head = _text_head(path, "a CSV file")
    first = head.decode("utf-8", "replace").lstrip("\ufeff").lstrip().split("\n", 1)[0]
    return _read_csv(path.read_bytes(), separator or _separator(first), path)


def read_header(path: Path) -> list[str]:
    """Return the names of a CSV or Parquet file's columns; ``KarmapathError`` as for ``read_rows``."""
    if path.suffix.lower() == ".parquet":
        return [name for name in _read_parquet(path, rows=0).columns if name != LINE]
    head = _text_head(path, "a CSV file").decode("utf-8", "replace").lstrip("\ufeff").lstrip().split("\n", 1)[0]
    return [name.strip().strip('"') for name in head.strip().split(_separator(head))]


def _separator(header: str) -> str:
    return max(",;\t|", key=header.count)


def read_lists(path: Path, separator: str | None = None) -> pl.DataFrame:
    """Read a file of lines ``learner item item ...`` into rows ``learner``, ``item``, ``LINE``, in order.

    A learner without items gives no row. Raises ``KarmapathError`` if the file is missing, empty or not text.
    """
    separator = separator or " "
    head = _text_head(path, "lines 'learner item item ...'")
    if "," in head.decode("utf-8", "replace").split("\n", 1)[0] and separator != ",":
        raise KarmapathError(f"{path} has commas", f"fields parted by {separator!r}", "check which file this is")
    raw = pl.read_csv(
        path, has_header=False, separator="\x01", quote_char=None, infer_schema=False, new_columns=["row"]
    )
    parts = pl.col("row").str.strip_chars().str.split(separator)
    rows = raw.lazy().with_row_index(LINE, offset=1).select(
        pl.col(LINE).cast(pl.Int64), parts.list.first().alias("learner"), parts.list.slice(1).alias("item")
    )  # fmt: skip
    return rows.explode("item").filter(pl.col("item").is_not_null() & (pl.col("item") != "")).collect()


def require_file(path: Path) -> None:
    """Raise ``KarmapathError`` if there is no readable, non-empty file at ``path``."""
    if not path.is_file():
        raise KarmapathError(f"no file at {path}", "a file that can be read", "check the path")
    if path.stat().st_size == 0:
        raise KarmapathError(f"{path} is empty", "a file with rows", "export it again")


def _text_head(path: Path, expected: str) -> bytes:
    """Return the first bytes of a text file; ``KarmapathError`` if they are not those of a table in text."""
    require_file(path)
    with path.open("rb") as file:
        head = file.read(4096)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            raise KarmapathError(f"{path} is {kind}", f"{expected} in UTF-8", "export it again as CSV in UTF-8")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"\x00" in head:
        raise KarmapathError(f"{path} holds zero bytes", f"{expected} in UTF-8", "export it again as CSV in UTF-8")
    if text[:1] == b"<":
        raise KarmapathError(
            f"{path} is HTML or XML", expected, "the download was probably an error page: download it again"
        )
    if text[:1] in (b"{", b"["):
        raise KarmapathError(f"{path} is JSON", expected, "import it with --kind search or --kind roles")
    return head


def _read_parquet(path: Path, rows: int | None = None, start: int = 0) -> pl.DataFrame:
    require_file(path)
    try:
        frame = pl.scan_parquet(path, glob=False).slice(start, rows).collect().with_row_index(LINE, offset=start + 1)
        worded = (cs.categorical() | cs.enum() | cs.binary()).cast(pl.String, strict=False)
        return frame.with_columns(worded, pl.col(LINE).cast(pl.Int64))
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise KarmapathError(
            f"{path} cannot be read as Parquet ({reason})", "a whole Parquet file", "copy or export it again"
        ) from error


def _read_csv(content: bytes, separator: str, path: Path) -> pl.DataFrame:
    try:
        rows = _parse_csv(content, separator)
    except pl.exceptions.PolarsError:
        # Rows with too many fields, or a stray quote: slow, but it finds which rows they are.
        return _read_spoilt_csv(content, separator, path)
    before = pl.lit(0, dtype=pl.Int64)
    if content.count(b"\n") - content.endswith(b"\n") > rows.height:
        # A quoted cell may hold line breaks; a row's line is that of its first character.
        breaks = pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))
        before = breaks.cast(pl.Int64).cum_sum().shift(1, fill_value=0)
    numbered = rows.with_columns((pl.int_range(2, pl.len() + 2, dtype=pl.Int64) + before).alias(LINE))
    blank = pl.all_horizontal(pl.exclude(LINE).is_null())
    return numbered.filter(~blank)


def _parse_csv(content: bytes, separator: str) -> pl.DataFrame:
    try:
        return pl.read_csv(content, separator=separator, infer_schema=False)
    except pl.exceptions.ComputeError as error:
        if "utf-8" not in str(error).lower():
            raise
        return pl.read_csv(content, separator=separator, infer_schema=False, encoding="utf8-lossy")


def _read_spoilt_csv(content: bytes, separator: str, path: Path) -> pl.DataFrame:
    """Read row by row; a row that cannot be read keeps its line and what is wrong with it, and no cell.

    A quote that is never closed would swallow the lines after it: such a row is taken to end with its first line.
    """
    lines = content.decode("utf-8-sig", "replace").splitlines(keepends=True)
    header, start = _next_row(lines, 0, separator)
    if header is None:
        raise KarmapathError(f"{path} is not CSV", "a header and rows", "export it again")
    nothing = [None] * len(header)
    rows: list[list[object]] = []
    while start < len(lines):
        fields, after = _next_row(lines, start, separator)
        if fields is None or (len(fields) != len(header) and after > start + 1):
            rows.append([*nothing, start + 1, "a quote that is not closed, or stands in the middle"])
            after = start + 1
        elif len(fields) != len(header) and any(fields):
            rows.append([*nothing, start + 1, f"{len(fields)} fields instead of {len(header)}"])
        elif any(fields):
            rows.append([*(field or None for field in fields), start + 1, None])
        start = after
    schema = dict.fromkeys(header, pl.String) | {LINE: pl.Int64, SPOILT: pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _next_row(lines: Sequence[str], start: int, separator: str) -> tuple[list[str] | None, int]:
    """Return the fields of the row that begins at line ``start``, and where the next one begins."""
    reader = csv.reader((lines[n] for n in range(start, len(lines))), delimiter=separator, strict=True)
    try:
        fields = next(reader, None)
    except csv.Error:
        return None, start + 1
    return fields, start + max(reader.line_num, 1)
