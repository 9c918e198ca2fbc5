from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from features.store import AuditEntry, AuditFilter, Store, StoreError
from features.times import now

AT = datetime(2026, 11, 2, 9)


def entry(number: int, **changes: object) -> AuditEntry:
    given = {"at": AT + timedelta(minutes=number), "principal": "planner", "role": "planner", "action": "read"}
    return AuditEntry(**{**given, "route": "GET /x", "status": 200, "object": f"L{number}", **changes})  # type: ignore[arg-type]


def test_the_newest_entry_comes_first_and_pages_follow_each_other(store: Store) -> None:
    store.audit.add([entry(number) for number in range(5)])
    first = store.audit.read(AuditFilter(), 2)
    assert [found.object for found in first] == ["L4", "L3"]
    assert [found.object for found in store.audit.read(AuditFilter(), 2, first[-1].number)] == ["L2", "L1"]


def test_entries_are_found_by_who_what_whom_and_when(store: Store) -> None:
    store.audit.add([entry(1), entry(2, principal="other", action="erase"), entry(3)])

    def found(**wanted: object) -> list[str | None]:
        return [one.object for one in store.audit.read(AuditFilter(**wanted), 9)]  # type: ignore[arg-type]

    assert found(principal="other") == ["L2"]
    assert found(action="erase") == ["L2"]
    assert found(object="L1") == ["L1"]
    assert found(since=AT + timedelta(minutes=2)) == ["L3", "L2"]
    assert found(until=AT + timedelta(minutes=2)) == ["L1"]


def test_an_entry_comes_back_as_it_was_written(store: Store) -> None:
    whole = entry(1, organisation_id="d1", detail="3 accepted", origin="192.0.2.1", request_id="r", times=7)
    store.audit.add([whole])
    [found] = store.audit.read(AuditFilter(), 9)
    assert replace(found, number=None) == whole


@pytest.mark.parametrize("statement", ["UPDATE audit SET principal = 'nobody'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_the_log(store: Store, store_url: str, statement: str) -> None:
    store.audit.add([entry(1, at=now())])
    engine = create_engine(store_url.replace("postgresql://", "postgresql+psycopg://"))
    with pytest.raises(Exception, match="audit log"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert len(store.audit.read(AuditFilter(), 9)) == 1


def test_only_what_is_old_enough_is_deleted(store: Store) -> None:
    store.audit.add([entry(1, at=now() - timedelta(days=400)), entry(2, at=now())])
    assert store.audit.prune(now() - timedelta(days=365)) == 1
    assert [found.object for found in store.audit.read(AuditFilter(), 9)] == ["L2"]
    with pytest.raises(StoreError, match="audit log"):
        store.audit.prune(now() + timedelta(days=1))
