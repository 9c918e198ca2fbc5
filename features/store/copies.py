"""A copy of the whole store as it is at one moment, made while it is written to, and a store made from such a copy.

SQLite is copied by its own backup interface, PostgreSQL by COPY of every table in one snapshot. Neither makes writers
wait. A copy is put back into the same kind of database that it was made from.
"""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from features.errors import KarmapathError
from features.store.connections import connect, parse_url, reading, writing
from features.store.migrate import HEAD, run_steps, schema_version
from features.store.tables import facts

_SQLITE_FILE = "store.sqlite3"
_VERSION_FILE = "schema.txt"
_VERSION_TABLE = "alembic_version"
_CHUNK = 1 << 20


class CopyError(KarmapathError):
    """A copy that cannot be made, or not be put back."""

    code = "bad_copy"


def copy_store(url: str, folder: Path) -> str:
    """Write the store as it is now to ``folder``, which is made, and return the step of its schema.

    Raises
    ------
    CopyError
        If there is nothing to copy.
    StoreError
        If the store does not answer.
    """
    engine = connect(url)
    try:
        version = _found_version(engine)
        folder.mkdir(parents=True)
        (folder / _VERSION_FILE).write_text(version + "\n")
        if engine.dialect.name == "sqlite":
            _copy_sqlite(Path(engine.url.database or ""), folder / _SQLITE_FILE)
        else:
            _copy_postgresql(engine, folder)
        return version
    finally:
        engine.dispose()


def restore_store(folder: Path, url: str) -> None:
    """Make the store at ``url`` from a copy, and bring it to the schema of this release.

    Raises
    ------
    CopyError
        If there is a store already, or the copy is of another kind of database or of a newer release.
    """
    engine = connect(url)
    try:
        version = (folder / _VERSION_FILE).read_text().strip()
        _check_target(engine, folder, version)
        if engine.dialect.name == "sqlite":
            _restore_sqlite(folder / _SQLITE_FILE, Path(engine.url.database or ""))
        else:
            _restore_postgresql(engine, folder, version)
        with writing(engine) as connection:
            run_steps(connection)
    finally:
        engine.dispose()


def is_empty(url: str) -> bool:
    """Whether nothing is at ``url`` yet that a restored store would take the place of; a look makes no folder."""
    place = parse_url(url)
    if place.get_backend_name() == "sqlite":
        return not Path(place.database or "").exists()
    engine = connect(url)
    try:
        with reading(engine) as connection:
            return not inspect(connection).get_table_names()
    finally:
        engine.dispose()


def _found_version(engine: Engine) -> str:
    is_file = engine.dialect.name == "sqlite"
    if not (is_file and not Path(engine.url.database or "").exists()):
        with reading(engine) as connection:
            found = schema_version(connection)
        if found is not None:
            return found
    raise CopyError("no store", "a store with something in it", "check the setting store_url and the home folder")


def _check_target(engine: Engine, folder: Path, version: str) -> None:
    if version > HEAD:
        raise CopyError(f"a copy at step {version}", f"step {HEAD} at most", "use the release that made it")
    kind = "sqlite" if (folder / _SQLITE_FILE).exists() else "postgresql"
    if kind != engine.dialect.name:
        raise CopyError(f"a copy of {kind}", f"one of {engine.dialect.name}", f"set store_url to a {kind} database")
    url = engine.url.render_as_string(hide_password=False)
    if not is_empty(url):
        raise CopyError("a store that is there already", "none", "restore into another database, or move this one away")


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as read, closing(sqlite3.connect(target)) as made:
        read.backup(made)  # in one step: one state of the store, whatever is written meanwhile
        made.execute("PRAGMA journal_mode = DELETE")
        [[said]] = made.execute("PRAGMA quick_check")
        if said != "ok":
            raise CopyError(f"a damaged store ({said})", "a store that is whole", "restore an older copy")


def _restore_sqlite(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    work = target.with_name(f".{target.name}.restored")
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as read, closing(sqlite3.connect(work)) as made:
        read.backup(made)
    work.replace(target)


def _copy_postgresql(engine: Engine, folder: Path) -> None:
    isolated = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with reading(isolated) as connection:
        for name in _tables(connection):
            columns = ", ".join(f'"{column["name"]}"' for column in inspect(connection).get_columns(name))
            statement = f'COPY "{name}" ({columns}) TO STDOUT'
            with gzip.open(folder / f"{name}.copy.gz", "wb", compresslevel=1) as out, _cursor(connection) as cursor:
                out.write((columns + "\n").encode())
                with cursor.copy(statement) as rows:
                    for part in rows:
                        out.write(part)


def _restore_postgresql(engine: Engine, folder: Path, version: str) -> None:
    with writing(engine) as connection:
        run_steps(connection, version)
        for name in _tables(connection):
            path = folder / f"{name}.copy.gz"
            if not path.exists():
                raise CopyError(f"no {path.name}", "every table of the store", "use a whole copy")
            with gzip.open(path, "rb") as parts, _cursor(connection) as cursor:
                cursor.execute(f'DELETE FROM "{name}"')  # noqa: S608 - names of our own tables
                columns = parts.readline().decode().strip()
                with cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN') as rows:
                    while part := parts.read(_CHUNK):
                        rows.write(part)
        _go_on_counting(connection)


def _tables(connection: Connection) -> Iterator[str]:
    """Yield the names of all tables but that of the schema's version, which the steps write.

    What counts changes comes last: putting the others back is counted too.
    """
    names = sorted(inspect(connection).get_table_names(), key=lambda name: (name == facts.name, name))
    yield from (name for name in names if name != _VERSION_TABLE)


def _go_on_counting(connection: Connection) -> None:
    """Have numbered tables go on after the last number that was put back."""
    query = """
        SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name) AS sequence
        FROM information_schema.columns WHERE table_schema = current_schema()
    """
    for table, column, sequence in connection.execute(text(query)).all():
        if sequence is not None:
            last = f'SELECT setval(:sequence, (SELECT COALESCE(MAX("{column}"), 0) + 1 FROM "{table}"), false)'  # noqa: S608
            connection.execute(text(last), {"sequence": sequence})


def _cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection
    return driver.cursor()
