"""Vectors computed once: kept by the hash of encoder, kind and text, so that only what changed is encoded again."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.encoder import Encoder, TextKind

FILE_NAME = "vectors.sqlite3"

_CHUNK = 256
_LOOKUP = 500
_PATIENCE_SECONDS = 60.0

Progress = Callable[[int, int], None]
"""Told (texts done, texts to do) as the work goes on."""


class CachedEncoder:
    """An encoder that remembers, in one SQLite file that several processes may use at once.

    New vectors are written chunk by chunk, each chunk whole or not at all: work that is interrupted goes on
    where it stopped.
    """

    def __init__(self, encoder: Encoder, folder: Path, progress: Progress | None = None, *, keeps: bool = True) -> None:
        """Make an encoder that remembers in ``folder``; without ``keeps`` it knows what is there and adds nothing."""
        self._encoder = encoder
        self._keeps = keeps
        self._file = folder / FILE_NAME
        self._progress = progress

    @property
    def name(self) -> str:
        """Name of model and version: vectors of different names are not comparable."""
        return self._encoder.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._encoder.dimension

    def encode(self, texts: Sequence[str], kind: TextKind = "passage") -> NDArray[np.float32]:
        """Return one unit row a text, shape (len(texts), dimension); an empty text gives a zero row."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        try:
            return self._encode(texts, kind)
        except sqlite3.Error:
            if self._keeps:
                raise
            return self._encoder.encode(texts, kind)  # what only looks things up goes on without them

    def _encode(self, texts: Sequence[str], kind: TextKind) -> NDArray[np.float32]:
        keys = [self._key(text, kind) for text in texts]
        with closing(self._open()) as database:
            known = _look_up(database, keys)
            missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            for fresh in self._compute(missing, kind):
                if self._keeps:
                    _store(database, fresh)
                known.update(fresh)
        return np.frombuffer(b"".join(known[key] for key in keys), dtype="<f4").reshape(len(texts), -1).copy()

    def _compute(self, missing: dict[bytes, str], kind: TextKind) -> Iterator[dict[bytes, bytes]]:
        """Encode the missing texts, shortest first, and yield them chunk by chunk."""
        order = sorted(missing, key=lambda key: (len(missing[key]), key))
        for start in range(0, len(order), _CHUNK):
            chunk = order[start : start + _CHUNK]
            vectors = self._encoder.encode([missing[key] for key in chunk], kind).astype("<f4")
            yield {key: row.tobytes() for key, row in zip(chunk, vectors, strict=True)}
            if self._progress is not None:
                self._progress(min(start + _CHUNK, len(order)), len(order))

    def _key(self, text: str, kind: TextKind) -> bytes:
        content = "\0".join((self.name, kind, text))
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()

    def _open(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._file, timeout=_PATIENCE_SECONDS, isolation_level=None)
        database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        return database


def _look_up(database: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), _LOOKUP):
        some = wanted[start : start + _LOOKUP]
        marks = ",".join("?" * len(some))
        found.update(database.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some))  # noqa: S608
    return found


def _store(database: sqlite3.Connection, fresh: dict[bytes, bytes]) -> None:
    database.execute("BEGIN IMMEDIATE")
    database.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", sorted(fresh.items()))
    database.execute("COMMIT")
