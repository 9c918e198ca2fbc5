"""An append-only ledger in which every entry carries the hash of the one before.

One line of JSON an entry. A change of any byte of the past breaks the chain from there on; ``verify`` says where.
Writers take turns by a lock on the file, so that what an entry was decided on is what stands before it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from features.errors import KarmapathError

GENESIS = "0" * 64
"""What stands for the hash before the first entry."""


class LedgerError(KarmapathError):
    """The chain is broken: an entry was changed, removed or put in."""

    code = "broken_ledger"


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


class Ledger:
    """A ledger in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries, oldest first; ``LedgerError`` where the chain is broken."""
        if not self.path.exists():
            return ()
        with self.path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            return tuple(_verified(file))

    def verify(self) -> int:
        """Return the number of entries; ``LedgerError`` where the chain is broken."""
        return len(self.entries())

    def append(self, request: str, at: datetime, decide: Callable[[tuple[Entry, ...]], Mapping[str, Any]]) -> Entry:
        """Enter what ``decide`` makes of all earlier entries; a request that was entered before returns its entry.

        Nothing is written where ``decide`` raises. The entry is on disk when this returns.
        """
        with self._alone() as file:
            before = tuple(_verified(file))
            known = next((entry for entry in before if entry.request == request), None)
            if known is not None:
                return known
            entry = _chained(request, at, decide(before), before[-1] if before else None)
            file.seek(0, os.SEEK_END)
            file.write(_line(entry))
            file.flush()
            os.fsync(file.fileno())
            return entry

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


def _verified(file: IO[bytes]) -> Iterator[Entry]:
    before = GENESIS
    for number, line in enumerate(file):
        entry = _parsed(line, number)
        expected = _hash(number, entry.at, entry.request, entry.event, before)
        if (entry.number, entry.before, entry.hash) != (number, before, expected):
            raise _broken(number, "an entry that does not follow from the one before")
        yield entry
        before = entry.hash


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
