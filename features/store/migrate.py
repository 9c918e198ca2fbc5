"""Bring the store's schema to the version that this code needs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, text

from features.store.connections import StoreError, writing

HEAD = "0009"
"""The newest step in ``migrations/versions``."""

_LOCK = 7_201_947  # any number, the same in every process: one of them migrates, the others wait

_IS_THERE = {
    "postgresql": "SELECT to_regclass('alembic_version')::text",
    "sqlite": "SELECT name FROM sqlite_master WHERE name = 'alembic_version'",
}
"""Asked at every start: an inspector asks the database for more than its name."""


def migrate(engine: Engine) -> None:
    """Run the steps that are missing, in one transaction; do nothing where there are none.

    Raises
    ------
    StoreError
        If the store was written by newer code than this.
    """
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = schema_version(connection)
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise StoreError(
                f"the store's schema is at step {found}",
                f"step {HEAD} at most",
                "run the newer release that wrote it, or restore a backup from before",
            )
        run_steps(connection)


def schema_version(connection: Connection) -> str | None:
    """Return the step that the store is at, ``None`` before the first."""
    if connection.execute(text(_IS_THERE[connection.dialect.name])).scalar() is None:
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def run_steps(connection: Connection, target: str = "head") -> None:
    """Run the steps up to ``target`` that are missing, in the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - a store that is up to date starts without Alembic
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, target)
