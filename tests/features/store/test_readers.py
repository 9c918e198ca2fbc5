from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from experiments.serving.postgres import PostgresServer
from features.records import Learner
from features.store import Feedback, Store, StoreError, parse_event
from tests.worlds import small_snapshot

DAY = datetime(2026, 10, 1, 10)


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """The small world, with an event of each kind and thumbs on top."""
    store.load(small_snapshot(tmp_path / "warehouse"))
    said = [
        {
            "kind": "profile",
            "learner": "L1",
            "organisation": "d1",
            "designation": 'Clerk "A" \\ {b},c',
            "verified": True,
        },
        {"kind": "profile", "learner": "L1", "languages": ["hi", "en"], "joined_on": "2020-02-29T10:11:12.345"},
        {"kind": "enrolment", "learner": "L1", "course": "c3", "progress": 0.25},
        {"kind": "rating", "learner": "L1", "course": "c3", "rating": 4.5},
        {
            "kind": "assessment",
            "learner": "L1",
            "course": "c3",
            "passed": False,
            "score": 0.4,
            "attempt": 2,
            "level": 2,
        },
        {"kind": "peer", "learner": "L1", "competency": "data", "level": 1},
    ]
    store.append_events([parse_event({"at": f"2026-09-0{n + 1}T10:00:00", **one}) for n, one in enumerate(said)])
    for course, rating in (("c5", 0), ("c4", 0), ("c5", 1)):
        store.add_feedback(Feedback("L1", course, rating, "", DAY))
    return store


def test_a_record_says_what_the_rows_say(filled: Store) -> None:
    record = filled.record("L1", DAY)
    assert record is not None
    assert record.learner == Learner(
        "L1",
        "d1",
        None,
        'Clerk "A" \\ {b},c',
        None,
        None,
        ("hi", "en"),
        datetime(2020, 2, 29, 10, 11, 12, 345000),
        True,
    )
    assert [(e.course, e.status, e.progress, e.rating) for e in record.enrolments] == [
        ("c1", "completed", None, None), ("c2", "completed", None, None), ("c3", "in_progress", 0.25, 4.5),
    ]  # fmt: skip
    assert [(e.kind, e.level, e.passed, e.score, e.attempt) for e in record.evidence] == [
        ("assessment", 2, False, 0.4, 2), ("peer", 1, True, None, None),
    ]  # fmt: skip
    assert record.down_rated == {"c4"}


@pytest.mark.parametrize("learner", ["L1", "L5", "nobody", "", "a\0b", "अ"])
def test_the_event_loop_reads_what_a_thread_reads(filled: Store, learner: str) -> None:
    assert asyncio.run(filled.find_record(learner, DAY)) == filled.record(learner, DAY)


def test_many_requests_in_flight_get_each_its_own_answer(filled: Store) -> None:
    async def all_at_once() -> list[str]:
        names = [f"L{1 + n % 8}" for n in range(400)]
        records = await asyncio.gather(*(filled.find_record(name, DAY) for name in names))
        assert [record.learner.id for record in records if record is not None] == names
        return names

    assert len(asyncio.run(all_at_once())) == 400


def test_a_change_shows_in_the_next_look_up(filled: Store) -> None:
    async def before_and_after() -> tuple[int, int]:
        before = await filled.find_record("L5", DAY)
        event = parse_event({"kind": "completion", "learner": "L5", "course": "c5"})
        await asyncio.to_thread(filled.append_events, [event])
        after = await filled.find_record("L5", DAY)
        assert before is not None
        assert after is not None
        assert after.version > before.version
        return len(before.enrolments), len(after.enrolments)

    before, after = asyncio.run(before_and_after())
    assert after == before + 1


def test_a_request_that_is_given_up_does_not_shift_the_answers_of_others(filled: Store) -> None:
    async def one_gives_up() -> str:
        await filled.find_record("L1", DAY)
        lost = asyncio.ensure_future(filled.find_record("L2", DAY))
        await asyncio.sleep(0)
        lost.cancel()
        found = await filled.find_record("L3", DAY)
        assert found is not None
        return found.learner.id

    assert asyncio.run(one_gives_up()) == "L3"


def test_after_the_database_broke_the_connection_the_next_look_up_opens_another(postgres: PostgresServer) -> None:
    url = postgres.make_database()
    store = Store(url)
    store.migrate()
    store.append_events([parse_event({"kind": "profile", "learner": "L1"})])
    admin = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")

    async def broken() -> None:
        assert await store.find_record("L1") is not None
        with admin.connect() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                     "AND pid <> pg_backend_pid()")
            )  # fmt: skip
        await asyncio.sleep(0.2)
        assert await store.find_record("L1") is not None

    asyncio.run(broken())
    admin.dispose()
    store.close()


def test_a_database_that_is_not_there_is_told() -> None:
    store = Store("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreError, match="a store that answers"):
        asyncio.run(store.find_record("L1"))


def test_a_statement_that_fails_is_told_and_costs_the_others_nothing(postgres: PostgresServer) -> None:
    url = postgres.make_database()
    store = Store(url)
    store.migrate()
    store.append_events([parse_event({"kind": "profile", "learner": "L1"})])
    admin = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")

    def rename(table: str, name: str) -> None:
        with admin.connect() as connection:
            connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))

    async def failing() -> None:
        assert await store.find_record("L1") is not None
        rename("plans", "elsewhere")
        with pytest.raises(StoreError, match="plans"):
            await store.find_record("L1")
        rename("elsewhere", "plans")
        assert await store.find_record("L1") is not None

    asyncio.run(failing())
    admin.dispose()
    store.close()
