"""A copy holds one moment of the store, and a store made from it holds the same and goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from features.store import AuditEntry, AuditFilter, Feedback, Store, parse_event
from features.store.connections import connect
from features.store.copies import CopyError, copy_store, is_empty, restore_store

AT = datetime(2026, 11, 2, 9)


@pytest.fixture
def another(store_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Return the URL of another, empty store of the same kind."""

    def made() -> str:
        if store_url.startswith("sqlite"):
            return f"sqlite:///{tmp_path / 'another' / 'store.sqlite3'}"
        return str(request.getfixturevalue("postgres").make_database())

    return made


def fill(store: Store) -> None:
    store.append_events(
        [parse_event({"kind": "profile", "learner": f"L{n}", "designation": "अनुभाग अधिकारी"}) for n in range(9)]
    )
    store.append_events([parse_event({"kind": "completion", "learner": "L1", "course": "c1", "key": "k"})])
    store.add_feedback(Feedback("L1", "c1", 0, "tabs\tand\nlines \\ and NULL \\N", AT))
    store.audit.add([AuditEntry(AT, "admin", "admin", "read", "GET /x", 200, object="learner:L1")])


def rows(url: str) -> dict[str, list[Any]]:
    """Return everything in the store, table by table."""
    engine = connect(url)
    with engine.connect() as connection:
        found = {
            name: sorted(map(str, connection.execute(text(f'SELECT * FROM "{name}"'))))  # noqa: S608
            for name in inspect(connection).get_table_names()
        }
    engine.dispose()
    return found


def test_a_restored_store_holds_the_same_and_goes_on(
    store: Store, store_url: str, another: Callable[[], str], tmp_path: Path
) -> None:
    fill(store)
    copy_store(store_url, tmp_path / "copy")
    url = another()
    restore_store(tmp_path / "copy", url)
    assert rows(url) == rows(store_url)
    again = Store(url)
    again.migrate()
    assert (
        again.append_events([parse_event({"kind": "completion", "learner": "L1", "course": "c1", "key": "k"})])[
            0
        ].status
        == "duplicate"
    )
    number = again.add_feedback(Feedback("L1", "c2", 1, "", AT))
    assert number > 1, "numbers go on after the last one"
    again.audit.add([AuditEntry(AT, "admin", "admin", "read", "GET /y", 200)])
    assert [one.route for one in again.audit.read(AuditFilter(), 9)] == ["GET /y", "GET /x"]
    again.close()


def test_a_copy_made_while_the_store_is_written_to_holds_whole_transactions(
    store: Store, store_url: str, another: Callable[[], str], tmp_path: Path
) -> None:
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            pair = [{"kind": "profile", "learner": f"{side}{number}"} for side in ("left", "right")]
            store.append_events([parse_event(event) for event in pair])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(store.learners("left", 20)) < 20:
            pass
        copy_store(store_url, tmp_path / "copy")
    finally:
        done.set()
        writer.join()
    url = another()
    restore_store(tmp_path / "copy", url)
    found = rows(url)
    assert len(found["learners"]) == len(found["events"]) >= 40
    assert len(found["learners"]) % 2 == 0, "both of a pair, or neither"
    assert len(found["learners"]) <= len(rows(store_url)["learners"])


def test_what_is_there_is_not_overwritten(store: Store, store_url: str, tmp_path: Path) -> None:
    fill(store)
    copy_store(store_url, tmp_path / "copy")
    before = rows(store_url)
    with pytest.raises(CopyError, match="there already"):
        restore_store(tmp_path / "copy", store_url)
    assert rows(store_url) == before


def test_a_copy_goes_back_into_the_kind_of_database_it_came_from(store: Store, store_url: str, tmp_path: Path) -> None:
    fill(store)
    copy_store(store_url, tmp_path / "copy")
    other = "postgresql://nobody@127.0.0.1:1/none" if "sqlite" in store_url else f"sqlite:///{tmp_path / 'o.sqlite3'}"
    with pytest.raises(CopyError, match="a copy of"):
        restore_store(tmp_path / "copy", other)


def test_a_copy_of_a_newer_release_is_told(store: Store, store_url: str, tmp_path: Path) -> None:
    copy_store(store_url, tmp_path / "copy")
    (tmp_path / "copy" / "schema.txt").write_text("9999\n")
    with pytest.raises(CopyError, match="9999"):
        restore_store(tmp_path / "copy", f"sqlite:///{tmp_path / 'x.sqlite3'}")


def test_where_there_is_no_store_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(CopyError, match="no store"):
        copy_store(f"sqlite:///{tmp_path / 'none.sqlite3'}", tmp_path / "copy")
    assert not (tmp_path / "none.sqlite3").exists()


def test_a_look_at_where_a_store_would_be_makes_nothing(tmp_path: Path) -> None:
    assert is_empty(f"sqlite:///{tmp_path / 'home' / 'none.sqlite3'}")
    assert not (tmp_path / "home").exists()
