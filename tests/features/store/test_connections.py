from __future__ import annotations

import asyncio
from pathlib import Path

from experiments.serving.postgres import PostgresServer
from features.store import Store, parse_event
from features.store.connections import connect


def test_a_database_made_in_the_c_locale_works_too(postgres: PostgresServer) -> None:
    store = Store(postgres.make_database("ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"))
    store.migrate()
    store.append_events([parse_event({"kind": "profile", "learner": "L1", "designation": "अनुभाग अधिकारी"})])
    record = store.record("L1")
    found = asyncio.run(store.find_record("L1"))
    store.close()
    assert record is not None
    assert record.learner.designation == "अनुभाग अधिकारी"
    assert found == record


def test_sqlite_is_set_to_survive_a_power_cut_and_to_wait_for_others(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'a' / 'store.sqlite3'}")
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout")
        }
    engine.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30_000}
