"""Writing many rows at once, by each driver's own fastest way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, Table

from features.store.connections import outside

_CHUNK = 100_000
_ROWS = 64
"""Rows of one statement."""
_SQLITE_TIME = "%Y-%m-%d %H:%M:%S%.6f"


def write_frame(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Write a frame whose columns carry the table's names: COPY on PostgreSQL, one prepared statement on SQLite."""
    if connection.dialect.name == "postgresql":
        _copy(connection, table, frame)
        return
    times = pl.selectors.temporal().dt.to_string(_SQLITE_TIME)
    places = ", ".join("?" * len(frame.columns))
    statement = f"INSERT INTO {table.name} ({_quoted(frame)}) VALUES ({places})"  # noqa: S608 - names of our own
    for part in frame.with_columns(times).iter_slices(_CHUNK):
        connection.exec_driver_sql(statement, part.rows())


def settle(engine: Engine, tables: Iterable[Table]) -> None:
    """Have PostgreSQL mark what was loaded as there for everybody, now and not at the first look-ups; nobody waits."""
    if engine.dialect.name == "postgresql":
        with outside(engine) as connection:
            connection.exec_driver_sql(f"VACUUM {', '.join(table.name for table in tables)}")


def write_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write some rows: COPY on PostgreSQL, and on SQLite few statements of many rows.

    SQLite's driver lets go of the interpreter at every statement and has to win it back from the threads that answer
    requests, so a statement a row would take longer the busier they are. After an error some rows may be there: the
    transaction is to be rolled back, and what would undo the statement alone is not kept.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    if connection.dialect.name == "postgresql":
        with _driver(connection).cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    places, start = f"({', '.join('?' * len(columns))})", 0
    while start < len(rows):
        size = min(_ROWS, 1 << (len(rows) - start).bit_length() - 1)  # powers of two: few statements to prepare
        values = [_sqlite_value(value) for row in rows[start : start + size] for value in row]
        statement = f"INSERT OR FAIL INTO {table.name} ({names}) VALUES {', '.join([places] * size)}"  # noqa: S608
        connection.exec_driver_sql(statement, tuple(values))
        start += size


def _sqlite_value(value: Any) -> Any:
    return value.isoformat(" ", "microseconds") if isinstance(value, datetime) else value


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _copy(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    statement = f"COPY {table.name} ({_quoted(frame)}) FROM STDIN WITH (FORMAT csv)"
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        for part in frame.iter_slices(_CHUNK):
            copy.write(part.write_csv(include_header=False))


def _quoted(frame: pl.DataFrame) -> str:
    return ", ".join(f'"{column}"' for column in frame.columns)
