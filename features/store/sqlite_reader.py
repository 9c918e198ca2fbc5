"""Look-ups in a SQLite file by prepared statements: one connection a thread, nothing between it and the driver."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import datetime

from features.records import LearnerRecord
from features.store import record_rows as rows
from features.store.connections import open_sqlite, store_error
from features.store.holders import post_holders, split_lineage
from features.store.packs import SQLITE_PACK, unpacked
from features.store.shared_plans import HeldPlans, Post, SharedPlans


class SqliteReader:
    """Reads records; safe to use from many threads."""

    def __init__(self, file: str, wanted: Callable[[str], None]) -> None:
        """Read from a file; ``wanted`` is told who has no pack."""
        self._file = file
        self._wanted = wanted
        self._own = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._plans = SharedPlans()

    def record(self, learner_id: str, at: datetime) -> LearnerRecord | None:
        """Return all that is known of the learner; ``None`` if there is none."""
        try:
            cursor: sqlite3.Cursor = getattr(self._own, "cursor", None) or self._open()
            known = cursor.execute(SQLITE_PACK, (learner_id,)).fetchall()
            if not known:
                return None
            [(version, text, count)] = known
            pack = unpacked(text)
            if pack is None:
                return self._from_rows(cursor, learner_id, at)
            return pack.record(learner_id, version, self._held(cursor, pack.post, count), at)
        except sqlite3.Error as error:
            raise store_error(self._file, error) from error

    def _from_rows(self, cursor: sqlite3.Cursor, learner_id: str, at: datetime) -> LearnerRecord | None:
        found = rows.Found.of(learner_id, cursor.execute(rows.SQLITE_RECORD, (learner_id,)))
        if found.learner is None:
            return None
        self._wanted(learner_id)
        return found.record(self._held(cursor, found.post, found.plans_count), at)

    def _held(self, cursor: sqlite3.Cursor, post: Post, count: str | None) -> HeldPlans:
        """Return the plans of a post, which were read before if the store has counted no change since."""
        held = self._plans.of(post, count)
        if held is None:
            organisation, designation = post
            [lineage] = cursor.execute(rows.SQLITE_LINEAGE, (organisation,)).fetchone() or (None,)
            holders = post_holders(split_lineage(lineage, organisation), designation)
            told = cursor.execute(rows.sqlite_plans(len(holders)), holders).fetchall()
            held = self._plans.keep(post, count, HeldPlans(map(rows.plan, told)))
        return held

    def close(self) -> None:
        """Close the connections of all threads."""
        while self._all:
            self._all.pop().close()
        self._own = threading.local()

    def _open(self) -> sqlite3.Cursor:
        connection = open_sqlite(self._file)
        connection.execute("PRAGMA query_only = ON")
        self._all.append(connection)
        cursor = connection.cursor()
        self._own.cursor = cursor
        return cursor
