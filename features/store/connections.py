"""How the store connects: SQLite as a durable multi-process database, or PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from features.errors import KarmapathError

CONNECT_SECONDS = 5
"""How long a server may take to answer the telephone."""

CACHE_KILOBYTES = 16_384
"""Pages that a connection to SQLite keeps: the inner ones of a million learners; leaves are the file system's."""

CHECKPOINT_PAGES = 4_000
"""Pages that wait in the log before they are put into their places: what changes again and again is put there once."""

BUSY_TIMEOUT_MS = 30_000
"""How long one writer of SQLite waits for another."""


class StoreError(KarmapathError):
    """The store cannot be reached, or does not answer."""

    code = "store_unavailable"


class TakenError(StoreError):
    """A key that another row has already."""


def connect(url: str) -> Engine:
    """Return an engine for ``sqlite:///path`` or ``postgresql://user@host/name``."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    given = {
        "client_encoding": "utf8",  # else a database made in the C locale answers with bytes
        "connect_timeout": CONNECT_SECONDS,
    }
    return create_engine(
        parsed, pool_size=8, max_overflow=8, pool_pre_ping=True, pool_timeout=10, connect_args=given,
        hide_parameters=True,  # errors that are logged name no learner
    )  # fmt: skip


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection for look-ups: they see one state of the store."""
    with _told(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction for writing; when the block ends without an error, what it wrote is on the disk."""
    with _told(engine), engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def outside(engine: Engine) -> Iterator[Connection]:
    """Open a connection for what no transaction may hold."""
    with _told(engine), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeoutError, engine.dialect.loaded_dbapi.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        is_taken = isinstance(cause, engine.dialect.loaded_dbapi.IntegrityError)
        where = engine.url.render_as_string(hide_password=True)
        raise store_error(where, cause, TakenError if is_taken else StoreError) from error


def store_error(where: str, cause: object, kind: type[StoreError] = StoreError) -> StoreError:
    """Return what is told of a store that does not answer."""
    reason = next(iter(str(cause).strip().splitlines()), type(cause).__name__)
    return kind(
        f"the store at {where} said: {reason}",
        "a store that answers",
        "check that the database runs, that its disk has room and that the migrations were run",
    )


def parse_url(url: str) -> URL:
    """Return a store's address in parts; ``StoreError`` if it is none."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError):
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise StoreError(
            f"{url.rsplit('@', maxsplit=1)[-1]!r} as the store",
            "sqlite:///path/to/store.sqlite3 or postgresql://user:password@host/name",
            "set the store's URL to one of these",
        )
    return parsed.set(drivername="postgresql+psycopg") if backend == "postgresql" else parsed


def sqlite_file(engine: Engine) -> str | None:
    """Return the file of a SQLite store, ``None`` if it is of another kind or in memory."""
    named = engine.url.database
    return named if engine.dialect.name == "sqlite" and named and named != ":memory:" else None


def open_sqlite(file: str) -> sqlite3.Connection:
    """Open a SQLite file as every part of the store does: durable, and patient with other writers."""
    connection = sqlite3.connect(
        file, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    _prepare(connection)
    return connection


def _prepare(connection: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # a commit returns when it is on the disk
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")


def _sqlite(url: URL) -> Engine:
    if url.database:
        Path(url.database).absolute().parent.mkdir(parents=True, exist_ok=True)
    given = {"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}
    engine = create_engine(url, connect_args=given, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        _prepare(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock at once: two transactions that read first and write later would refuse each other.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
