"""Look-ups in a SQLite file by prepared statements: one connection a thread, nothing between it and the driver."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from features.records import LearnerRecord
from features.store.connections import open_sqlite, store_error
from features.store.read import read_sqlite
from features.store.shared_plans import SharedPlans


class SqliteReader:
    """Reads records; safe to use from many threads."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._own = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._plans = SharedPlans()

    def record(self, learner_id: str, at: datetime) -> LearnerRecord | None:
        """Return all that is known of the learner; ``None`` if there is none."""
        try:
            cursor: sqlite3.Cursor = getattr(self._own, "cursor", None) or self._open()
            return read_sqlite(partial(_asked, cursor), self._plans, learner_id, at)
        except sqlite3.Error as error:
            raise store_error(self._file, error) from error

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


def _asked(cursor: sqlite3.Cursor, sql: str, values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return cursor.execute(sql, values).fetchall()
