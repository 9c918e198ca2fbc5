"""Records of completion: who completed what when, each chained to the one before, so that none can be made up later.

An entry names the learner by a hash of the id, not by the id: whoever knows the id can check a record, and the chain
tells nobody else who it is about.
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from features.errors import NotFoundError
from features.records import LearnerRecord
from recommender.ledger import Entry, Ledger


@dataclass(frozen=True, slots=True)
class CompletionRecord:
    """One record, as it can be handed out and checked."""

    number: int
    course: str
    completed_on: datetime | None
    mandated: bool
    issued_at: datetime
    before: str
    """Hash of the record before it."""
    hash: str


class Completions:
    """All records of completion, in a ledger; safe to share between threads."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._lock = threading.RLock()
        self._read = 0
        self._of: dict[str, list[Entry]] = defaultdict(list)
        self._by_hash: dict[str, Entry] = {}

    def issue(self, record: LearnerRecord, course: str, at: datetime) -> CompletionRecord:
        """Write that the learner completed a course, once; asked for again, the first record is returned.

        Raises
        ------
        NotFoundError
            If the learner has not completed it.
        """
        done = next((e for e in record.enrolments if e.course == course and e.status == "completed"), None)
        if done is None:
            raise NotFoundError(
                f"no completion of course {course!r}",
                "a course that the learner completed",
                "post it first",
            )
        person = digest(record.learner.id)
        when = None if done.completed_on is None else done.completed_on.isoformat()
        event = {"learner": person, "course": course, "completed_on": when, "mandated": done.mandated}
        return _record(self.ledger.append(f"{person}:{course}", at, lambda _: event))

    def of(self, learner: str) -> tuple[CompletionRecord, ...]:
        """Return a learner's records, oldest first."""
        with self._lock:
            self._catch_up()
            return tuple(_record(entry) for entry in self._of.get(digest(learner), ()))

    def find(self, hash_: str, learner: str | None = None) -> CompletionRecord | None:
        """Return the record of that hash, if there is one, and if it is the learner's who is named."""
        with self._lock:
            self._catch_up()
            entry = self._by_hash.get(hash_)
        if entry is None or (learner is not None and entry.event["learner"] != digest(learner)):
            return None
        return _record(entry)

    def _catch_up(self) -> None:
        for entry in self.ledger.since(self._read):
            self._of[entry.event["learner"]].append(entry)
            self._by_hash[entry.hash] = entry
            self._read = entry.number + 1


def digest(learner: str) -> str:
    """Return how a learner is named in the chain."""
    return hashlib.sha256(learner.encode()).hexdigest()


def _record(entry: Entry) -> CompletionRecord:
    event = entry.event
    when = event["completed_on"]
    return CompletionRecord(
        entry.number, event["course"], None if when is None else datetime.fromisoformat(when), event["mandated"],
        entry.at, entry.before, entry.hash,
    )  # fmt: skip
