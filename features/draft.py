"""A snapshot being written: its tables one after the other, then one move that publishes it.

Tables that grow with learners may be too large for memory. They come in order of learner ids, some learners at a time,
and are kept in parts of ``PART`` learners (the last one up to twice as many): part ``n`` of each of them holds the same
learners. What has not changed since the snapshot before is linked, not written again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from features.schema import TABLES

PART = 100_000
"""Learners of a part."""
MANIFEST = "manifest.json"
CHANGED = "changed"
"""Rows that take the place of those in the parts, or join them."""
_ROW_GROUP = 262_144


@dataclass
class Draft:
    """The folder of a snapshot that nobody sees yet."""

    work: Path
    before: Path | None
    """Folder of the snapshot before."""
    part: int = PART
    rows: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    """File, without its suffix, to the SHA-256 of its content."""
    _held: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    _learners: int = 0
    _parts: int = 0

    def write(self, name: str, frame: pl.DataFrame) -> None:
        """Write a whole table, sorted by key so that the same rows are the same bytes."""
        self._write(name, frame.sort(list(TABLES[name].key)))
        self.rows[name] = frame.height

    def grow(self, tables: Mapping[str, pl.DataFrame]) -> None:
        """Add some learners and what is theirs; every call's learners come after those of the calls before.

        A table that is not among ``tables`` in any call is not written; in each call the same tables must be there.
        """
        for name, frame in tables.items():
            self._held.setdefault(name, []).append(frame)
            self.rows[name] = self.rows.get(name, 0) + frame.height
        self._learners += tables["learners"].height
        while self._learners >= 2 * self.part:
            self._flush(self._first_part())
            self._learners -= self.part

    def grown(self) -> None:
        """Write what is left of the tables that grow: the last part, or all in one file where it is the first."""
        if self._held:
            self._flush({name: pl.concat(frames) for name, frames in self._held.items()}, last=True)
            self._held.clear()

    def keep(self, name: str) -> None:
        """Take a table over from the snapshot before as it is."""
        if self.before is None:
            return
        manifest = json.loads((self.before / MANIFEST).read_text())
        for file, digest in manifest["files"].items():
            if file == name or file.startswith((f"{name}/", f"{name}.")):
                _link(self.before / f"{file}.parquet", self.work / f"{file}.parquet")
                self.files[file] = digest
        if name in manifest["rows"]:
            self.rows[name] = manifest["rows"][name]

    def change(self, name: str, changed: pl.DataFrame, rows: int) -> None:
        """Take a table over with rows that changed or are new; ``rows``: how many it then has.

        ``changed`` are all rows since the parts were written, those of the snapshot before among them.
        """
        self.keep(name)
        over = f"{name}.{CHANGED}"
        self.files.pop(over, None)
        (self.work / f"{over}.parquet").unlink(missing_ok=True)
        if changed.height:
            self._write(over, changed.sort(list(TABLES[name].key)))
        self.rows[name] = rows

    def finish(self) -> str:
        """Write the manifest and return the snapshot's hash: that of its files."""
        order = [name for name in TABLES if name in self.rows]
        files = {file: self.files[file] for file in sorted(self.files, key=lambda f: _place(f, order))}
        digest = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:16]
        manifest = {"hash": digest, "rows": {name: self.rows[name] for name in order}, "files": files}
        (self.work / MANIFEST).write_text(json.dumps(manifest, indent=1))
        return digest

    def _first_part(self) -> dict[str, pl.DataFrame]:
        """Take the first ``part`` learners, and what is theirs, out of what is held."""
        held = {name: pl.concat(frames) for name, frames in self._held.items()}
        ids = held["learners"]["learner_id"].sort()
        first_of_next = ids[self.part]
        first = pl.col("learner_id") < first_of_next
        self._held = {name: [frame.filter(~first)] for name, frame in held.items()}
        return {name: frame.filter(first) for name, frame in held.items()}

    def _flush(self, tables: Mapping[str, pl.DataFrame], *, last: bool = False) -> None:
        whole = last and self._parts == 0
        for name, frame in tables.items():
            file = name if whole else f"{name}/{self._parts:05d}"
            self._write(file, frame.sort(list(TABLES[name].key)))
        self._parts += 1

    def _write(self, file: str, frame: pl.DataFrame) -> None:
        path = self.work / f"{file}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # it may be a link: writing through it would change the snapshot before
        frame.write_parquet(path, compression="zstd", row_group_size=_ROW_GROUP)
        self.files[file] = file_hash(path)
        twin = None if self.before is None else self.before / f"{file}.parquet"
        if twin is not None and twin.exists() and file_hash(twin) == self.files[file]:
            path.unlink()
            _link(twin, path)


def _place(file: str, order: list[str]) -> tuple[int, str]:
    table = file.replace(".", "/").split("/")[0]
    return order.index(table), file


def _link(source: Path, target: Path) -> None:
    """Give a file a second name; a copy where the file system has no links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's content, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
