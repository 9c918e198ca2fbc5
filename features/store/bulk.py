"""Writing many rows at once, by each driver's own fastest way."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, Table

_CHUNK = 100_000
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


def _copy(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection has no driver below it")
    statement = f"COPY {table.name} ({_quoted(frame)}) FROM STDIN WITH (FORMAT csv)"
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for part in frame.iter_slices(_CHUNK):
            copy.write(part.write_csv(include_header=False))


def _quoted(frame: pl.DataFrame) -> str:
    return ", ".join(f'"{column}"' for column in frame.columns)
