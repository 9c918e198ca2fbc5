"""The warehouse: immutable, hashed snapshots of Parquet tables.

A snapshot is a folder named after the hash of its content; ``CURRENT`` names the newest. A commit writes a new
folder and then moves ``CURRENT``, so a reader never sees half a snapshot and nothing is ever changed in place.

>>> import tempfile, polars as pl
>>> warehouse = Warehouse(Path(tempfile.mkdtemp()))
>>> snapshot = warehouse.commit({"organisations": pl.DataFrame({"organisation_id": ["o1"], "name": ["Posts"]})})
>>> snapshot.read("organisations")["name"].to_list()
['Posts']
>>> warehouse.current().hash == snapshot.hash
True
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.draft import CHANGED, MANIFEST, PART, Draft, file_hash
from features.errors import NotReadyError
from features.schema import TABLES

_CURRENT = "CURRENT"
_LOCK = ".lock"


class WarehouseError(NotReadyError):
    """The warehouse is empty, or a snapshot is missing or damaged."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One immutable state of all tables."""

    folder: Path
    hash: str
    """First 16 hex digits of the SHA-256 over the tables' own hashes."""
    rows: Mapping[str, int]

    def scan(self, table: str, among: Sequence[Path] | None = None) -> pl.LazyFrame:
        """Read a table lazily; a table that was never written has its columns and no rows.

        Rows stand in the order of the key within a part, parts in the order of learners; rows that changed since the
        parts were written come last. ``among``: only these of its parts, and what changed.
        """
        parts = self.parts(table) if among is None else among
        if not parts:
            return TABLES[table].empty().lazy()
        base = pl.concat([_scanned(path, table) for path in parts])
        return _changed(base, self.folder, table)

    def parts(self, table: str) -> list[Path]:
        """Return the files of a table: one, or one for each part of the learners; none if it was never written."""
        whole = self.folder / f"{table}.parquet"
        return [whole] if whole.exists() else sorted((self.folder / table).glob("*.parquet"))

    def changed(self, table: str) -> pl.DataFrame:
        """Return the rows that changed, or are new, since the parts were written."""
        path = self.folder / f"{table}.{CHANGED}.parquet"
        return _scanned(path, table).collect() if path.exists() else TABLES[table].empty()

    def of_learners(self, table: str, learners: pl.Series) -> pl.DataFrame:
        """Return a table's rows of these learners, read part by part."""
        wanted = learners.alias("learner_id").to_frame().lazy()
        parts = [
            _scanned(path, table).join(wanted, on="learner_id", how="semi", maintain_order="left").collect()
            for path in self.parts(table)
        ]
        base = pl.concat(parts) if parts else TABLES[table].empty()
        return _changed(base.lazy(), self.folder, table).join(wanted, on="learner_id", how="semi").collect()

    def between(self, table: str, first: str | None, end: str | None) -> pl.LazyFrame:
        """Return a table's rows of the learners from ``first`` to before ``end``; ``None``: without a bound."""
        learner = pl.col("learner_id")
        rows = self.scan(table)
        rows = rows if first is None else rows.filter(learner >= first)
        return rows if end is None else rows.filter(learner < end)

    def read(self, table: str) -> pl.DataFrame:
        """Read a whole table."""
        return self.scan(table).collect()

    def verify(self) -> None:
        """Raise ``WarehouseError`` if a table's file is not the one that was committed."""
        manifest = json.loads((self.folder / MANIFEST).read_text())
        for table, expected in manifest["files"].items():
            path = self.folder / f"{table}.parquet"
            found = file_hash(path) if path.exists() else "no file"
            if found != expected:
                raise WarehouseError(
                    f"found {path} with hash {found[:12]}",
                    f"{expected[:12]}, as it was written",
                    "import the files again",
                )


class Warehouse:
    """A folder of snapshots."""

    def __init__(self, folder: Path, part: int = PART) -> None:
        self.folder = folder
        self.part = part
        """Learners of a part of the tables that grow with them."""

    def exists(self) -> bool:
        """Whether anything was ever committed."""
        return (self.folder / _CURRENT).exists()

    def current(self) -> Snapshot:
        """Return the newest snapshot; ``WarehouseError`` if there is none."""
        if not self.exists():
            raise WarehouseError(
                f"found no data in {self.folder}", "an imported snapshot", "run 'karmapath import' first"
            )
        return self.snapshot((self.folder / _CURRENT).read_text().strip())

    def snapshot(self, snapshot_hash: str) -> Snapshot:
        """Return the snapshot of that hash; ``WarehouseError`` if it is not here."""
        folder = self.folder / snapshot_hash
        if not (folder / MANIFEST).exists():
            raise WarehouseError(
                f"found no snapshot {snapshot_hash} in {self.folder}", "a folder of that name", "import the files again"
            )
        manifest = json.loads((folder / MANIFEST).read_text())
        return Snapshot(folder, manifest["hash"], manifest["rows"])

    def commit(self, tables: Mapping[str, pl.DataFrame], *, replace: bool = False) -> Snapshot:
        """Write a new snapshot and make it the current one.

        Rows join those of the current snapshot; where a key is already there, the new row takes its place.
        With ``replace`` the given tables take the place of the old ones whole. Other tables stay as they are.

        Raises
        ------
        ValueError
            If a table or one of its columns is unknown.
        """
        unknown = [name for name in tables if name not in TABLES]
        if unknown:
            raise ValueError(f"no table {unknown[0]!r} in the warehouse; the tables are {', '.join(TABLES)}")
        with self.draft() as draft:
            before = self.current() if self.exists() else None
            for name in TABLES:
                if name in tables:
                    draft.write(name, _merged(name, tables[name], None if replace else before))
                elif before is not None and name in before.rows:
                    draft.keep(name)
        return self.current()

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """Write a new snapshot in the block, table by table; at its end it becomes the current one.

        Others who write wait. An error in the block leaves everything as it was.
        """
        made = [folder for folder in (self.folder, *self.folder.parents) if not folder.exists()]
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with _alone(self.folder):
                _clear_away(self.folder)
                work = Path(tempfile.mkdtemp(prefix=".writing-", dir=self.folder))
                try:
                    draft = Draft(work, self.current().folder if self.exists() else None, self.part)
                    yield draft
                    self._publish(work, draft.finish())
                finally:
                    shutil.rmtree(work, ignore_errors=True)
        except BaseException:
            _unmake(made)
            raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Have all who write wait for the block."""
        with _alone(self.folder):
            yield

    def _publish(self, work: Path, digest: str) -> None:
        target = self.folder / digest
        if not target.exists():
            work.rename(target)
        pointer = self.folder / f".{_CURRENT}.{os.getpid()}"
        pointer.write_text(digest)
        pointer.replace(self.folder / _CURRENT)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: of two commits at once the second waits, so that none is lost."""
    with (folder / _LOCK).open("w") as lock:
        if sys.platform != "win32":
            import fcntl  # noqa: PLC0415 - is not there on Windows

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear_away(folder: Path) -> None:
    """Remove what writers left that were killed: whoever holds the lock knows that nobody else writes."""
    for pattern in (".writing-*", ".importing-*"):
        for path in folder.glob(pattern):
            shutil.rmtree(path, ignore_errors=True)


def _unmake(folders: Sequence[Path]) -> None:
    """Remove folders that were made for nothing, innermost first, as long as nobody has put anything into them."""
    for folder in folders:
        try:
            (folder / _LOCK).unlink(missing_ok=True)
            folder.rmdir()
        except OSError:
            return


def _merged(name: str, new: pl.DataFrame, before: Snapshot | None) -> pl.DataFrame:
    """Return the table's rows after the commit."""
    table = TABLES[name]
    frame = table.conform(new)
    if before is not None:
        frame = pl.concat([before.read(name), frame])
    return frame.unique(subset=list(table.key), keep="last", maintain_order=True)


def _scanned(path: Path, table: str) -> pl.LazyFrame:
    """Return a file's rows in today's columns: one from before a column was added lacks it."""
    rows = pl.scan_parquet(path)
    there = rows.collect_schema().names()
    schema = TABLES[table].schema
    if there == schema.names():
        return rows
    return rows.select(
        (pl.col(name) if name in there else pl.lit(None)).cast(dtype).alias(name) for name, dtype in schema.items()
    )


def _changed(base: pl.LazyFrame, folder: Path, table: str) -> pl.LazyFrame:
    """Return the parts' rows with what changed since they were written."""
    path = folder / f"{table}.{CHANGED}.parquet"
    if not path.exists():
        return base
    key = list(TABLES[table].key)
    changed = _scanned(path, table)
    kept = base.join(changed.select(key), on=key, how="anti", nulls_equal=True, maintain_order="left")
    return pl.concat([kept, changed])
