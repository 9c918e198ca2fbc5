"""The store: what changes while the service runs, in SQLite or PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from features.records import Learner, LearnerRecord, PlannedCourse
from features.store import append, bulk, erase, everyone, load, read, repack, shown
from features.store.append import EventResult
from features.store.audit import AuditLog
from features.store.connections import TakenError, connect, reading, sqlite_file, writing
from features.store.edges import Edges
from features.store.events import AnyEvent
from features.store.migrate import migrate, schema_version
from features.store.repack import Unpacked
from features.store.shown import Feedback, ShownList
from features.store.sqlite_reader import SqliteReader
from features.store.workbench import Workbench
from features.times import now
from features.warehouse import Snapshot

if TYPE_CHECKING:  # psycopg is there only where PostgreSQL is used
    from features.store.postgres_reader import PostgresReader

_RACES = 5


class Source(load.PortionedSource, Protocol):
    """What a store is loaded from: a snapshot, or something like one that is known by its hash."""

    @property
    def hash(self) -> str:
        """What tells it from others."""
        ...


class Store:
    """Learners, enrolments, evidence, plans, feedback, what was shown, and the log of events.

    A record is one look-up by the learner's id, of the pack that is kept of it (``features.store.packs``). A write
    returns when it is on the disk. Safe to use from many threads and many processes at once.

    >>> store = Store("sqlite://")
    >>> store.migrate()
    >>> store.record("L1") is None
    True
    """

    def __init__(self, url: str) -> None:
        self._engine = connect(url)
        self._unpacked = Unpacked()
        file = sqlite_file(self._engine)
        self._file = SqliteReader(file, self._unpacked.note) if file else None
        self._pipelines: WeakKeyDictionary[asyncio.AbstractEventLoop, PostgresReader] = WeakKeyDictionary()

    @property
    def is_local(self) -> bool:
        """Whether look-ups stay in this process (SQLite), so that waiting for them costs nothing."""
        return self._engine.dialect.name == "sqlite"

    @cached_property
    def workbench(self) -> Workbench:
        """What planners write."""
        return Workbench(self._engine)

    def migrate(self) -> None:
        """Bring the schema to the version that this code needs; do nothing where it is."""
        migrate(self._engine)

    def check(self) -> str:
        """Return the version of the schema; ``StoreError`` if the store does not answer."""
        with reading(self._engine) as connection:
            return schema_version(connection) or "none"

    def close(self) -> None:
        """Close every connection."""
        if self._file is not None:
            self._file.close()
        for pipeline in self._pipelines.values():
            pipeline.close()
        self._engine.dispose()

    # What comes in bulk

    def load(
        self, snapshot: Snapshot | Source, *, again: bool = False, progress: load.Progress | None = None
    ) -> Mapping[str, int]:
        """Take over the snapshot's learners, enrolments, evidence and plans, and apply all events on top.

        Returns the rows a table; empty if this snapshot was the last one loaded and ``again`` is not set.
        """
        with writing(self._engine) as connection:
            if not again and load.read_fact(connection, load.SNAPSHOT_FACT) == snapshot.hash:
                return {}
            rows = load.load_tables(connection, snapshot, progress=progress)
            load.set_fact(connection, load.SNAPSHOT_FACT, snapshot.hash)
        bulk.settle(self._engine, load.LOADED)
        return rows

    def pack(self) -> int:
        """Pack every learner who has no good pack and return how many: for a store that was filled before."""
        return repack.renew_all(self._engine)

    def snapshot(self) -> str | None:
        """Return the hash of the snapshot that was loaded last."""
        with reading(self._engine) as connection:
            return load.read_fact(connection, load.SNAPSHOT_FACT)

    def everyone(self) -> AbstractContextManager[Connection]:
        """Open one state of the store to read all learners from, with ``features.store.everyone``."""
        return everyone.one_state(self._engine)

    # One learner

    def record(self, learner_id: str, at: datetime | None = None) -> LearnerRecord | None:
        """Return all that is known of a learner, with the plans that hold at ``at`` (by default now).

        ``None`` if there is no such learner.
        """
        if self._file is not None:
            return self._file.record(learner_id, at or now())
        with reading(self._engine) as connection:
            return read.read_record(connection, learner_id, at or now())

    async def find_record(self, learner_id: str, at: datetime | None = None) -> LearnerRecord | None:
        """Return the same as ``record`` without holding up the event loop."""
        if self.is_local:
            return self.record(learner_id, at)
        return await self._pipeline().record(learner_id, at or now())

    def _pipeline(self) -> PostgresReader:
        loop = asyncio.get_running_loop()
        if loop not in self._pipelines:
            self._pipelines[loop] = _postgres_reader(self._engine, self._unpacked.note)
        return self._pipelines[loop]

    def version(self, learner_id: str) -> int | None:
        """Return a number that grows with every change of what is known of the learner."""
        with reading(self._engine) as connection:
            return read.read_version(connection, learner_id)

    def learners(self, prefix: str = "", limit: int = 20) -> Sequence[Learner]:
        """Return learners whose id starts with ``prefix``, in order of their ids."""
        with reading(self._engine) as connection:
            return read.find_learners(connection, prefix, limit)

    def plans_of(self, learner: Learner, at: datetime | None = None) -> tuple[PlannedCourse, ...]:
        """Return what plans assign to somebody in that job, known here or not."""
        with reading(self._engine) as connection:
            return read.plans_of(connection, learner, at or now())

    def export(self, learner_id: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return every row that there is about a learner, a list a table."""
        with reading(self._engine) as connection:
            return erase.export_learner(connection, learner_id)

    def forget(self, learner_id: str) -> bool:
        """Erase a learner and return whether there was anything; later snapshots do not bring the rows back."""
        with writing(self._engine) as connection:
            return erase.forget_learner(connection, learner_id)

    # What happens

    def append_events(
        self, events: Sequence[AnyEvent], courses: Container[str] | None = None, received_at: datetime | None = None
    ) -> list[EventResult]:
        """Take a batch in one transaction and return a result an event; accepted means: on the disk.

        ``courses`` are the courses that events may name, ``None`` for any.
        """
        for race in range(_RACES):
            try:
                with writing(self._engine) as connection:
                    return append.append_events(connection, events, received_at or now(), courses)
            except TakenError:  # another process took one of these keys between our look and our write
                if race == _RACES - 1:
                    raise
        raise AssertionError("unreachable")

    # What people said of edges

    @cached_property
    def edges(self) -> Edges:
        """What planners confirmed and rejected of what courses teach, roles need and designations mean."""
        return Edges(self._engine)

    @property
    def audit(self) -> AuditLog:
        """Who saw, changed, erased or was refused what."""
        return AuditLog(self._engine)

    # What was shown, and what they thought of it

    def add_shown(self, lists: Iterable[ShownList]) -> None:
        """Write lists that were shown, and packs of learners who were read without one."""
        with writing(self._engine) as connection:
            shown.add_shown(connection, lists)
            repack.renew(connection, self._unpacked.take())

    def read_shown(self, recommendation_id: str) -> ShownList | None:
        """Return a list that was shown, ``None`` if there is none of that id."""
        with reading(self._engine) as connection:
            return shown.read_shown(connection, recommendation_id)

    def add_feedback(self, given: Feedback) -> int:
        """Write a thumb up or down and return its id."""
        with writing(self._engine) as connection:
            return shown.add_feedback(connection, given)

    def feedback_on(self, recommendation_id: str) -> Sequence[Feedback]:
        """Return the last thumb for each course of a list that was shown."""
        with reading(self._engine) as connection:
            return shown.read_feedback(connection, recommendation_id)

    def down_rated(self, learner_id: str) -> frozenset[str]:
        """Return the courses that the learner does not want to see, whether the learner is known here or not."""
        with reading(self._engine) as connection:
            return read.down_rated(connection, learner_id)


def _postgres_reader(engine: Engine, wanted: Callable[[str], None]) -> PostgresReader:
    from features.store.postgres_reader import PostgresReader  # noqa: PLC0415 - psycopg is an extra

    _, parameters = engine.dialect.create_connect_args(engine.url)
    return PostgresReader(parameters, engine.url.render_as_string(hide_password=True), wanted)
