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

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.errors import NotReadyError
from features.schema import TABLES

_MANIFEST = "manifest.json"
_CURRENT = "CURRENT"
_ROW_GROUP = 262_144


class WarehouseError(NotReadyError):
    """The warehouse is empty, or a snapshot is missing or damaged."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One immutable state of all tables."""

    folder: Path
    hash: str
    """First 16 hex digits of the SHA-256 over the tables' own hashes."""
    rows: Mapping[str, int]

    def scan(self, table: str) -> pl.LazyFrame:
        """Read a table lazily; a table that was never written has its columns and no rows."""
        path = self.folder / f"{table}.parquet"
        return pl.scan_parquet(path) if path.exists() else TABLES[table].empty().lazy()

    def read(self, table: str) -> pl.DataFrame:
        """Read a whole table."""
        return self.scan(table).collect()

    def verify(self) -> None:
        """Raise ``WarehouseError`` if a table's file is not the one that was committed."""
        manifest = json.loads((self.folder / _MANIFEST).read_text())
        for table, expected in manifest["files"].items():
            path = self.folder / f"{table}.parquet"
            found = _file_hash(path) if path.exists() else "no file"
            if found != expected:
                raise WarehouseError(
                    f"found {path} with hash {found[:12]}",
                    f"{expected[:12]}, as it was written",
                    "import the files again",
                )


class Warehouse:
    """A folder of snapshots."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

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
        if not (folder / _MANIFEST).exists():
            raise WarehouseError(
                f"found no snapshot {snapshot_hash} in {self.folder}", "a folder of that name", "import the files again"
            )
        manifest = json.loads((folder / _MANIFEST).read_text())
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
        self.folder.mkdir(parents=True, exist_ok=True)
        with _alone(self.folder):
            before = self.current() if self.exists() else None
            work = Path(tempfile.mkdtemp(prefix=".writing-", dir=self.folder))
            try:
                return self._publish(work, tables, before, replace=replace)
            finally:
                shutil.rmtree(work, ignore_errors=True)

    def _publish(
        self, work: Path, tables: Mapping[str, pl.DataFrame], before: Snapshot | None, *, replace: bool
    ) -> Snapshot:
        rows: dict[str, int] = {}
        for name in TABLES:
            frame = _merged(name, tables.get(name), before, replace=replace)
            if frame is not None:
                frame.write_parquet(work / f"{name}.parquet", compression="zstd", row_group_size=_ROW_GROUP)
                rows[name] = frame.height
        files = {name: _file_hash(work / f"{name}.parquet") for name in rows}
        digest = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:16]
        (work / _MANIFEST).write_text(json.dumps({"hash": digest, "rows": rows, "files": files}, indent=1))
        target = self.folder / digest
        if not target.exists():
            work.rename(target)
        pointer = self.folder / f".{_CURRENT}.{os.getpid()}"
        pointer.write_text(digest)
        pointer.replace(self.folder / _CURRENT)
        return self.snapshot(digest)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: of two commits at once the second waits, so that none is lost."""
    with (folder / ".lock").open("w") as lock:
        if sys.platform != "win32":
            import fcntl  # noqa: PLC0415 - is not there on Windows

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _merged(name: str, new: pl.DataFrame | None, before: Snapshot | None, *, replace: bool) -> pl.DataFrame | None:
    """Return the table's rows after the commit, sorted by key so that the same rows are the same bytes."""
    table = TABLES[name]
    if new is None:
        return table.conform(before.read(name)) if before is not None and name in before.rows else None
    frame = table.conform(new)
    if before is not None and not replace:
        frame = pl.concat([table.conform(before.read(name)), frame])
    return frame.unique(subset=list(table.key), keep="last", maintain_order=True).sort(list(table.key))


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
