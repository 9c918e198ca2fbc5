"""A PostgreSQL of our own, from the system's packages: for tests and benchmarks, gone when the block ends."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from features.errors import KarmapathError

_PATIENCE_SECONDS = 60
FORGETFUL = ("fsync=off", "full_page_writes=off")
"""Settings of a server for tests: quick, and nothing outlives the machine."""
ROOMY = ("shared_buffers=512MB", "max_wal_size=4GB", "checkpoint_timeout=15min", "maintenance_work_mem=256MB")
"""Settings of a server for benchmarks: what any operator sets, durable."""


class PostgresMissingError(KarmapathError):
    """The machine has no PostgreSQL."""

    code = "postgres_missing"


@dataclass(frozen=True)
class PostgresServer:
    """A running server, reached by a socket in its own folder."""

    folder: Path
    process: subprocess.Popen[bytes]

    def url(self, database: str) -> str:
        """Return the store's URL of a database."""
        return f"postgresql://karmapath@/{database}?host={self.folder}"

    def make_database(self, options: str = "") -> str:
        """Make an empty database, with SQL's options, and return its store's URL."""
        return self.database(f"k{uuid.uuid4().hex}", options)

    def database(self, name: str, options: str = "") -> str:
        """Return the store's URL of a database, which is made if it is not there."""
        engine = create_engine(_driven(self.url("postgres")), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            there = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).scalar()
            if not there:
                connection.execute(text(f"CREATE DATABASE {name} {options}"))
        engine.dispose()
        return self.url(name)

    def checkpoint(self) -> None:
        """Have everything that was written in its place on the disk now, and not in the middle of a measurement."""
        engine = create_engine(_driven(self.url("postgres")), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CHECKPOINT"))
        engine.dispose()


@contextmanager
def private_postgres(settings: Sequence[str] = FORGETFUL, folder: Path | None = None) -> Iterator[PostgresServer]:
    """Run a server in ``folder`` (kept: its data is used again), or in one that is removed with it.

    Raises
    ------
    PostgresMissingError
        If the machine has no PostgreSQL.
    """
    initdb, server = _program("initdb"), _program("postgres")
    if initdb is None or server is None:
        raise PostgresMissingError("no PostgreSQL here", "initdb and postgres", "install the package 'postgresql'")
    user = _unprivileged()
    place = Path(tempfile.mkdtemp(prefix="karmapath-pg-"))  # a socket's path must be short
    data = (folder or place) / "data"
    data.parent.mkdir(parents=True, exist_ok=True)
    options = _as_user(user, place, data.parent)
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "cwd": place, **options}
    with (place / "log").open("ab") as log:
        if not (data / "PG_VERSION").exists():
            make = [initdb, "-D", str(data), "-U", "karmapath", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
            if subprocess.run(make, check=False, stderr=log, **quiet).returncode:  # noqa: S603 - our own words
                raise KarmapathError(
                    f"initdb said: {(place / 'log').read_text()[-500:]}",
                    f"a folder that the user {user} may write" if user else "a folder to write",
                    "name another folder",
                )
        chosen = [part for setting in ("listen_addresses=", *settings) for part in ("-c", setting)]
        process = subprocess.Popen(  # noqa: S603
            [server, "-D", str(data), "-k", str(place), *chosen], stderr=log, **quiet
        )
    try:
        found = PostgresServer(place, process)
        _await(found)
        yield found
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(_PATIENCE_SECONDS)
        shutil.rmtree(place, ignore_errors=True)


def _program(name: str) -> str | None:
    found = shutil.which(name)
    if found is not None:
        return found
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(versions[-1]) if versions else None


def _unprivileged() -> str | None:
    """Return the user to run the server as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _as_user(user: str | None, *folders: Path) -> dict[str, Any]:
    if user is None:
        return {}
    for folder in folders:
        shutil.chown(folder, user)
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _await(server: PostgresServer) -> None:
    engine = create_engine(_driven(server.url("postgres")))
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _answers(engine):
        if server.process.poll() is not None or time.monotonic() > deadline:
            said = (server.folder / "log").read_text()[-500:]
            raise KarmapathError(f"PostgreSQL said: {said}", "a server that starts", "see what it says")
        time.sleep(0.1)
    engine.dispose()


def _answers(engine: Engine) -> bool:
    try:
        engine.connect().close()
    except OperationalError:
        return False
    return True


def _driven(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")
