"""An append-only ledger in which every entry carries the hash of the one before.

One line of JSON an entry. A change of any byte of the past breaks the chain from there on; ``verify`` says where.
Writers take turns by a lock on the file, so that what an entry was decided on is what stands before it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from features.errors import KarmapathError

GENESIS = "0" * 64
"""What stands for the hash before the first entry."""


class LedgerError(KarmapathError):
    """The chain is broken: an entry was changed, removed or put in."""

    code = "broken_ledger"


class UnwritableError(KarmapathError):
    """The file takes no more: the disk is full, or was taken away."""

    code = "unwritable_ledger"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger."""

    number: int
    """From 0."""
    at: datetime
    request: str
    """Id that the caller gave; the same request is never entered twice."""
    event: Mapping[str, Any]
    before: str
    """Hash of the entry before."""
    hash: str
    """SHA-256 over all other fields."""


@dataclass(slots=True)
class _Known:
    """What was read and verified of a file."""

    entries: list[Entry] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)
    size: int = 0
    """Bytes that it takes."""
    last: bytes = b""
    """The line of the last entry."""
    inode: int = -1

    def add(self, entry: Entry, line: bytes) -> None:
        self.requests.setdefault(entry.request, entry.number)
        self.entries.append(entry)
        self.size += len(line)
        self.last = line

    def is_beginning_of(self, state: os.stat_result, file: IO[bytes]) -> bool:
        """Whether the file is the same one, as long as it was or longer, and its last known line still stands there."""
        if state.st_ino != self.inode or state.st_size < self.size:
            return False
        file.seek(self.size - len(self.last))
        return file.read(len(self.last)) == self.last


class Ledger:
    """A ledger in a file; safe to share between threads, and between processes on one machine.

    What this object has verified once it does not verify again, only what was appended since, by whomever; ``verify``
    looks at everything. A file that is shorter than it was, or another one, is read from the beginning.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._known = _Known()

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries, oldest first; ``LedgerError`` where the chain is broken."""
        return tuple(self.since(0))

    def since(self, number: int) -> list[Entry]:
        """Return the entries from that number on, oldest first; ``LedgerError`` where the chain is broken."""
        with self._lock:
            if not self.path.exists():
                return []
            with self.path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH)
                self._catch_up(file)
            return self._known.entries[number:]

    def verify(self) -> int:
        """Look at every entry again and return how many there are; ``LedgerError`` where the chain is broken."""
        with self._lock:
            self._known = _Known()
            return len(self.since(0))

    def append(self, request: str, at: datetime, decide: Callable[[Sequence[Entry]], Mapping[str, Any]]) -> Entry:
        """Enter what ``decide`` makes of all earlier entries; a request that was entered before returns its entry.

        Nothing is written where ``decide`` raises. The entry is on disk when this returns.

        Raises
        ------
        UnwritableError
            If the disk does not take it; what was begun of the line is dropped by the next who writes.
        """
        try:
            return self._appended(request, at, decide)
        except OSError as error:
            raise UnwritableError(
                f"a ledger that cannot be written ({error.strerror or type(error).__name__})", "a disk with room",
                "make room, then send it again under the same id",
            ) from error  # fmt: skip

    def _appended(self, request: str, at: datetime, decide: Callable[[Sequence[Entry]], Mapping[str, Any]]) -> Entry:
        with self._lock, self._alone() as file:
            self._catch_up(file)
            before = self._known.entries
            known = self._known.requests.get(request)
            if known is not None:
                return before[known]
            entry = _chained(request, at, decide(before), before[-1] if before else None)
            file.seek(0, os.SEEK_END)
            file.write(_line(entry))
            file.flush()
            os.fsync(file.fileno())
            return entry

    def _catch_up(self, file: IO[bytes]) -> None:
        """Read and verify what was appended since the last look."""
        state = os.fstat(file.fileno())
        if not self._known.is_beginning_of(state, file):
            self._known = _Known()
        file.seek(self._known.size)
        for entry, line in _verified(file, self._known):
            self._known.add(entry, line)
        self._known.inode = state.st_ino

    @contextmanager
    def _alone(self) -> Iterator[IO[bytes]]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _drop_torn_line(file)
            file.seek(0)
            yield file


def _chained(request: str, at: datetime, event: Mapping[str, Any], last: Entry | None) -> Entry:
    number = 0 if last is None else last.number + 1
    before = GENESIS if last is None else last.hash
    return Entry(number, at, request, event, before, _hash(number, at, request, event, before))


def _hash(number: int, at: datetime, request: str, event: Mapping[str, Any], before: str) -> str:
    content = json.dumps([number, at.isoformat(), request, event, before], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _line(entry: Entry) -> bytes:
    fields = {
        "number": entry.number, "at": entry.at.isoformat(), "request": entry.request, "event": entry.event,
        "before": entry.before, "hash": entry.hash,
    }  # fmt: skip
    return (json.dumps(fields, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _verified(file: IO[bytes], known: _Known) -> Iterator[tuple[Entry, bytes]]:
    """Yield the whole entries from where the file stands, each checked against the one before."""
    number, before = len(known.entries), known.entries[-1].hash if known.entries else GENESIS
    for line in file:
        if not line.endswith(b"\n"):  # its writer died, or is still writing; nobody was told that it is entered
            return
        entry = _parsed(line, number)
        expected = _hash(number, entry.at, entry.request, entry.event, before)
        if (entry.number, entry.before, entry.hash) != (number, before, expected):
            raise _broken(number, "an entry that does not follow from the one before")
        yield entry, line
        number, before = number + 1, entry.hash


def _parsed(line: bytes, number: int) -> Entry:
    try:
        raw = json.loads(line)
        at = datetime.fromisoformat(raw["at"])
        return Entry(raw["number"], at, raw["request"], raw["event"], raw["before"], raw["hash"])
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(number, "a line that is no entry") from error


def _broken(number: int, found: str) -> LedgerError:
    return LedgerError(
        f"line {number + 1} of the ledger is {found}",
        "an unbroken chain",
        "restore the file from a copy; do not edit it",
    )


def _drop_torn_line(file: IO[bytes]) -> None:
    """Cut off a last line without its end: the writer died before the entry was acknowledged."""
    end = file.seek(0, os.SEEK_END)
    if end == 0:
        return
    file.seek(end - 1)
    if file.read(1) == b"\n":
        return
    file.seek(0)
    whole = file.read().rfind(b"\n") + 1
    file.truncate(whole)
