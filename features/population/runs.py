"""Sorting by learner what is too long for memory: sorted runs on the disk, merged a range at a time by who reads.

This is the first half of an external merge sort (Knuth, The Art of Computer Programming 3, 5.4): a range of learners
is read from every run, and the statistics of its row groups say which few of them hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

SLICE = 1_000_000
"""Rows that are held at once."""
_ROW_GROUP = 16_384
"""Small, so that a range reads little more than its own rows."""


def slices(frame: pl.LazyFrame, size: int = SLICE) -> Iterator[pl.DataFrame]:
    """Yield the rows a slice at a time, in their order."""
    start = 0
    while True:
        part = frame.slice(start, size).collect(engine="streaming")
        if part.height:
            yield part
        if part.height < size:
            return
        start += size


def write_runs(frames: Iterable[pl.DataFrame], folder: Path, table: str) -> None:
    """Write each frame as a run sorted by learner, keeping the order of a learner's rows."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(frames):
        ordered = frame.sort("learner_id", maintain_order=True)
        path = folder / f"{table}-{number:05d}.parquet"
        ordered.write_parquet(path, compression="lz4", row_group_size=_ROW_GROUP, statistics=True)


def scan_runs(folder: Path, table: str) -> pl.LazyFrame | None:
    """Return the rows of all runs of a table, lazily; ``None`` where there are none."""
    files = sorted(folder.glob(f"{table}-*.parquet"))
    return pl.scan_parquet(files) if files else None


def in_order(ids: pl.LazyFrame, size: int = 4 * SLICE) -> bool:
    """Whether the column ``learner_id`` never falls."""
    last: str | None = None
    for part in slices(ids.select("learner_id"), size):
        column = part["learner_id"]
        if (last is not None and column[0] < last) or not column.is_sorted():
            return False
        last = column[-1]
    return True
