from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from features.errors import KarmapathError
from features.records import Learner
from features.store import EventResult, Feedback, ShownItem, ShownList, Store, StoreError, append, parse_event
from features.store.connections import connect, writing
from features.store.migrate import HEAD, run_steps
from features.store.tables import metadata
from features.times import now
from features.warehouse import Snapshot, Warehouse

DAY = datetime(2026, 4, 1, 10)


def post(store: Store, *documents: dict[str, Any], courses: set[str] | None = None) -> list[EventResult]:
    return store.append_events([parse_event(document) for document in documents], courses)


def snapshot(folder: Path, **tables: Any) -> Snapshot:
    return Warehouse(folder).commit({name: pl.DataFrame(rows) for name, rows in tables.items()}, replace=True)


@pytest.fixture
def two_learners(tmp_path: Path) -> Snapshot:
    return snapshot(
        tmp_path / "warehouse",
        organisations=[
            {"organisation_id": "o1", "name": "First", "parent_id": "m"},
            {"organisation_id": "m", "name": "Ministry", "parent_id": None},
        ],
        learners=[
            {"learner_id": "L1", "organisation_id": "o1", "designation": "Section Officer", "languages": ["hi", "en"]},
            {"learner_id": "L2", "organisation_id": "o2", "designation": "Clerk", "languages": None},
        ],
        enrolments=[
            {"learner_id": "L1", "course_id": "c2", "status": "completed", "completed_on": DAY, "mandated": True},
            {"learner_id": "L1", "course_id": "c1", "status": "in_progress", "enrolled_on": DAY - timedelta(days=9)},
        ],
        evidence=[
            {"evidence_id": "e1", "learner_id": "L1", "kind": "assessment", "passed": True, "observed_on": DAY},
        ],
        plans=[
            {"plan_id": "p", "organisation_id": "o1", "scope": "organisation", "scope_value": "o1", "course_id": "c9"},
            {
                "plan_id": "p", "organisation_id": "o1", "scope": "designation", "scope_value": "SECTION officer",
                "course_id": "c8",
            },
            {"plan_id": "p", "organisation_id": "o1", "scope": "learner", "scope_value": "L2", "course_id": "c7"},
            {"plan_id": "p", "organisation_id": "m", "scope": "organisation", "scope_value": "m", "course_id": "c3"},
            {
                "plan_id": "later", "organisation_id": "m", "scope": "organisation", "scope_value": "m",
                "course_id": "c4", "allocated_on": datetime(2090, 1, 1),
            },
        ],
    )  # fmt: skip


def test_migrations_make_exactly_the_tables_that_the_code_names(store_url: str, store: Store) -> None:
    engine = connect(store_url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert differences == []
    assert store.check() == HEAD


def test_migrating_twice_changes_nothing(store: Store) -> None:
    post(store, {"kind": "profile", "learner": "L1"})
    store.migrate()
    assert store.record("L1") is not None


def test_a_store_of_newer_code_is_refused(store_url: str, store: Store) -> None:
    engine = connect(store_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(StoreError, match="newer release"):
        store.migrate()


def test_a_snapshot_is_read_back_learner_by_learner(store: Store, two_learners: Snapshot) -> None:
    assert store.load(two_learners) == {
        "organisations": 2, "learners": 2, "enrolments": 2, "evidence": 1, "plans": 5,
    }  # fmt: skip
    record = store.record("L1")
    assert record is not None
    assert record.learner == Learner("L1", "o1", None, "Section Officer", languages=("hi", "en"))
    assert [enrolment.course for enrolment in record.enrolments] == ["c1", "c2"]
    assert record.enrolments[1].completed_on == DAY
    assert record.enrolments[1].mandated
    assert [evidence.id for evidence in record.evidence] == ["e1"]
    assert store.record("L3") is None


def test_plans_reach_the_organisation_the_designation_and_the_learner(store: Store, two_learners: Snapshot) -> None:
    store.load(two_learners)
    courses = {learner: {p.course for p in store.record(learner).plans} for learner in ("L1", "L2")}  # type: ignore[union-attr]
    assert courses == {"L1": {"c3", "c8", "c9"}, "L2": {"c7"}}
    assert {p.course for p in store.plans_of(Learner("new", "o1"))} == {"c3", "c9"}
    assert {p.course for p in store.plans_of(Learner("new", "m"), datetime(2090, 1, 2))} == {"c3", "c4"}


def test_the_same_snapshot_is_loaded_once(store: Store, two_learners: Snapshot) -> None:
    store.load(two_learners)
    assert store.load(two_learners) == {}
    assert store.load(two_learners, again=True)["learners"] == 2
    assert store.snapshot() == two_learners.hash


def test_what_was_posted_survives_a_new_snapshot(store: Store, two_learners: Snapshot, tmp_path: Path) -> None:
    store.load(two_learners)
    post(
        store,
        {"kind": "completion", "learner": "L1", "course": "c1"},
        {"kind": "profile", "learner": "L2", "designation": "Section Officer", "at": "2026-04-02T00:00:00"},
        {"kind": "profile", "learner": "L9", "designation": "Clerk", "at": "2020-01-01T00:00:00"},
    )
    store.add_feedback(Feedback("L1", "c3", 0, "", DAY))
    newer = snapshot(
        tmp_path / "newer",
        learners=[{"learner_id": "L1"}, {"learner_id": "L2", "designation": "Director"}],
        enrolments=[
            {"learner_id": "L1", "course_id": "c1", "status": "in_progress", "enrolled_on": DAY + timedelta(days=30)}
        ],
    )
    store.load(newer)
    first, second, new = store.record("L1"), store.record("L2"), store.record("L9")
    assert first is not None
    assert second is not None
    assert new is not None
    assert [(e.course, e.status) for e in first.enrolments] == [("c1", "completed")]
    assert first.down_rated == {"c3"}
    assert second.learner.designation == "Director", "the snapshot is newer than the transfer"
    assert new.learner.designation == "Clerk", "the snapshot does not know this learner"


def test_a_completion_changes_the_record_and_its_version(store: Store, two_learners: Snapshot) -> None:
    store.load(two_learners)
    before = store.version("L1")
    [result] = post(store, {"kind": "completion", "learner": "L1", "course": "c1", "at": "2026-04-05T18:30:00Z"})
    record = store.record("L1")
    assert record is not None
    assert result.status == "accepted"
    assert store.version("L1") != before
    done = record.enrolments[0]
    assert (done.status, done.progress, done.completed_on) == ("completed", 1.0, datetime(2026, 4, 6))
    assert done.enrolled_on == DAY - timedelta(days=9)


def test_the_first_completion_counts_and_progress_never_undoes_it(store: Store, two_learners: Snapshot) -> None:
    store.load(two_learners)
    post(
        store,
        {"kind": "completion", "learner": "L1", "course": "c2", "at": "2026-05-01T00:00:00"},
        {"kind": "enrolment", "learner": "L1", "course": "c2", "progress": 0.2, "at": "2026-05-02T00:00:00"},
    )
    record = store.record("L1")
    assert record is not None
    course = {e.course: e for e in record.enrolments}["c2"]
    assert (course.status, course.completed_on) == ("completed", DAY)


def test_an_event_is_applied_once_by_its_key(store: Store) -> None:
    document = {"kind": "assessment", "learner": "L1", "course": "c1", "passed": True, "key": "k"}
    post(store, {"kind": "profile", "learner": "L1"})
    statuses = [post(store, document)[0].status, post(store, document)[0].status]
    statuses += [result.status for result in post(store, document, document)]
    record = store.record("L1")
    assert statuses == ["accepted", "duplicate", "duplicate", "duplicate"]
    assert record is not None
    assert len(record.evidence) == 1


def test_an_event_without_a_key_is_known_by_its_content(store: Store) -> None:
    post(store, {"kind": "profile", "learner": "L1"})
    document = {"kind": "completion", "learner": "L1", "course": "c1", "at": "2026-04-01T00:00:00"}
    assert [r.status for r in post(store, document, document)] == ["accepted", "duplicate"]
    assert post(store, document | {"at": "2026-04-02T00:00:00"})[0].status == "accepted"


def test_bad_events_are_refused_row_by_row_and_good_ones_kept(store: Store) -> None:
    future = (now() + timedelta(days=3)).isoformat()
    results = post(
        store,
        {"kind": "completion", "learner": "L1", "course": "c1", "key": "early"},
        {"kind": "profile", "learner": "L1", "designation": "Clerk", "key": "a"},
        {"kind": "completion", "learner": "L1", "course": "c1", "key": "early"},
        {"kind": "completion", "learner": "L1", "course": "zz", "key": "b"},
        {"kind": "completion", "learner": "L1", "course": "c1", "at": future, "key": "c"},
        {"kind": "rating", "learner": "L1", "course": "c2", "rating": 4, "key": "d"},
        {"kind": "rating", "learner": "L1", "course": "c1", "rating": 4, "key": "e"},
        {"kind": "profile", "learner": "L1", "designation": "Director", "key": "a"},
        courses={"c1", "c2"},
    )
    assert [r.status for r in results] == [
        "refused", "accepted", "accepted", "refused", "refused", "refused", "accepted", "refused",
    ]  # fmt: skip
    assert all((r.error is None) == (r.status != "refused") for r in results)
    record = store.record("L1")
    assert record is not None
    assert [(e.course, e.rating) for e in record.enrolments] == [("c1", 4.0)]
    assert record.learner.designation == "Clerk"


def test_a_transfer_replaces_the_job_and_brings_the_new_plans(store: Store, two_learners: Snapshot) -> None:
    store.load(two_learners)
    post(store, {"kind": "profile", "learner": "L2", "organisation": "o1", "designation": "Section officer"})
    record = store.record("L2")
    assert record is not None
    assert record.learner.organisation == "o1"
    assert {plan.course for plan in record.plans} == {"c3", "c7", "c8", "c9"}


def test_a_completion_that_a_plan_asked_for_is_mandated(store: Store, two_learners: Snapshot) -> None:
    store.load(two_learners)
    post(
        store,
        {"kind": "completion", "learner": "L1", "course": "c9"},
        {"kind": "completion", "learner": "L1", "course": "c5"},
        {"kind": "completion", "learner": "L1", "course": "c6", "dwell_ratio": 0.02},
        {"kind": "completion", "learner": "L1", "course": "c4"},
    )
    record = store.record("L1")
    assert record is not None
    marks = {e.course: (e.mandated, e.skimmed) for e in record.enrolments if e.course in ("c4", "c5", "c6", "c9")}
    assert marks == {"c9": (True, False), "c5": (False, False), "c6": (False, True), "c4": (False, False)}


def test_evidence_of_every_kind_is_kept(store: Store) -> None:
    post(store, {"kind": "profile", "learner": "L1"})
    about = {"learner": "L1", "competency": "k1", "level": 3, "at": "2026-04-01T00:00:00"}
    kinds = ["assessment", "proctored", "peer", "self_attestation"]
    post(store, *({"kind": kind, "passed": True} | about for kind in kinds))
    record = store.record("L1")
    assert record is not None
    assert sorted((e.kind, e.level) for e in record.evidence) == sorted((kind, 3) for kind in kinds)


def test_the_last_thumb_decides(store: Store) -> None:
    for rating in (0, 1, 0):
        store.add_feedback(Feedback("nobody", "c1", rating, "", DAY, "r1"))
    store.add_feedback(Feedback("nobody", "c2", 1, "good", DAY, "r1"))
    assert store.down_rated("nobody") == {"c1"}
    assert [(f.course, f.rating, f.comments) for f in store.feedback_on("r1")] == [("c1", 0, ""), ("c2", 1, "good")]
    assert all(f.id is not None for f in store.feedback_on("r1"))


def test_a_list_shown_is_read_back_in_order(store: Store) -> None:
    items = tuple(ShownItem(f"c{n}", n, 1 / n, 1.0) for n in range(1, 13))
    shown = ShownList("r1", "L1", "v1", "model-1", DAY, items)
    store.add_shown([shown])
    assert store.read_shown("r1") == shown
    assert store.read_shown("r2") is None


def test_a_newer_list_under_the_same_id_is_the_one_read(store: Store) -> None:
    lists = [
        ShownList("r1", "L1", "igot", f"model-{n}", DAY, (ShownItem(f"c{n}", 1, 0.5, 1.0),), revision=n) for n in (1, 2)
    ]
    store.add_shown(lists)
    assert store.read_shown("r1") == lists[1]


def test_learners_are_found_by_the_beginning_of_their_id(store: Store) -> None:
    post(store, *({"kind": "profile", "learner": name} for name in ("b2", "a1", "B1", "b1", "b%")))
    assert [learner.id for learner in store.learners("b")] == ["b%", "b1", "b2"]
    assert [learner.id for learner in store.learners("b", limit=1)] == ["b%"]
    assert [learner.id for learner in store.learners("%")] == []


def test_all_that_is_known_of_a_learner_can_be_handed_out(store: Store, two_learners: Snapshot) -> None:
    store.load(two_learners)
    post(store, {"kind": "completion", "learner": "L1", "course": "c9"})
    store.add_feedback(Feedback("L1", "c3", 0, "no", DAY))
    store.add_shown([ShownList("r1", "L1", "v1", "m", DAY, (ShownItem("c1", 1, 0.5, 1.0),))])
    counts = {table: len(rows) for table, rows in store.export("L1").items()}
    assert counts == {
        "learners": 1, "enrolments": 3, "evidence": 1, "feedback": 1, "events": 1, "shown_lists": 1,
        "decisions": 0,
    }  # fmt: skip
    assert not any(store.export("nobody").values())


def test_an_erased_learner_is_gone_from_every_table_and_no_snapshot_brings_the_rows_back(
    store: Store, two_learners: Snapshot
) -> None:
    store.load(two_learners)
    post(store, {"kind": "completion", "learner": "L1", "course": "c9"})
    store.add_shown([ShownList("r1", "L1", "v1", "m", DAY, (ShownItem("c1", 1, 0.5, 1.0),))])
    assert store.forget("L1")
    assert not store.forget("nobody")
    store.load(two_learners, again=True)
    assert store.record("L1") is None
    assert not any(store.export("L1").values())
    assert store.read_shown("r1") is None
    assert store.record("L2") is not None
    post(store, {"kind": "profile", "learner": "L1"})
    store.load(two_learners, again=True)
    assert store.record("L1") is not None, "who comes back of their own is here again"


def test_many_writers_lose_nothing_and_double_nothing(store: Store) -> None:
    post(store, *({"kind": "profile", "learner": f"L{n}"} for n in range(5)))

    def send(worker: int) -> list[str]:
        # Every event is posted by two workers, in opposite orders.
        order = range(40) if worker % 2 else range(39, -1, -1)
        documents = [
            {"kind": "completion", "learner": f"L{n % 5}", "course": f"c{n}", "key": f"{worker // 2}-{n}"}
            for n in order
        ]
        return [r.status for start in range(0, 40, 8) for r in post(store, *documents[start : start + 8])]

    with ThreadPoolExecutor(8) as pool:
        statuses = [status for part in pool.map(send, range(8)) for status in part]
    assert statuses.count("accepted") == 160
    assert statuses.count("duplicate") == 160
    assert sum(len(store.record(f"L{n}").enrolments) for n in range(5)) == 40  # type: ignore[union-attr]


def test_an_event_whose_key_another_process_took_meanwhile_is_a_duplicate(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = parse_event({"kind": "profile", "learner": "L1", "key": "one"})
    store.append_events([event])
    looks = iter([dict[str, str]()])
    real = append._bodies
    monkeypatch.setattr(append, "_bodies", lambda *asked: next(looks, None) or real(*asked))
    assert [result.status for result in store.append_events([event])] == ["duplicate"]


def test_a_list_whose_id_is_taken_is_refused_and_the_first_one_stays(store: Store) -> None:
    first, second = (ShownList("r1", learner, "v1", "m", DAY, (ShownItem("c1", 1, 0.5, 1.0),)) for learner in "AB")
    store.add_shown([first])
    with pytest.raises(StoreError):
        store.add_shown([second])
    assert store.read_shown("r1") == first


def test_of_lists_that_are_written_together_none_is_there_when_one_is_refused(store: Store) -> None:
    lists = [ShownList(f"r{n}", "A", "v1", "m", DAY, ()) for n in range(3)]
    store.add_shown(lists[2:])
    with pytest.raises(StoreError):
        store.add_shown(lists)
    assert [store.read_shown(shown.id) for shown in lists] == [None, None, lists[2]]


@pytest.mark.parametrize("count", [0, 1, 3, 64, 200])
def test_many_lists_are_written_at_once(store: Store, count: int) -> None:
    lists = [ShownList(f"r{n}", "L\t1", "v1", "m", DAY, (ShownItem('c"\\1', 1, 0.5, 1.0),)) for n in range(count)]
    store.add_shown(lists)
    assert [store.read_shown(f"r{n}") for n in range(count)] == lists


def test_a_plan_of_the_post_shows_in_the_next_look_up_of_every_store(store: Store, store_url: str) -> None:
    store.append_events([parse_event({"kind": "profile", "learner": "L1", "organisation": "o1"})])
    other = Store(store_url)
    row = "INSERT INTO plans (holder, plan_id, course_id, mandatory, apar) VALUES ('{}', 'p', 'c1', true, false)"

    async def planned() -> list[list[str]]:
        records = [await of.find_record("L1", DAY) for of in (store, other)]
        return [[plan.course for plan in record.plans] for record in records if record is not None]

    async def told() -> None:
        assert await planned() == [[], []]
        for statement, courses in (
            (row.format("organisation:o1"), ["c1"]),
            ("UPDATE plans SET course_id = 'c2'", ["c2"]),
            ("UPDATE plans SET holder = 'learner:L9'", []),
            ("DELETE FROM plans", []),
            (row.format("learner:L1"), ["c1"]),
        ):
            with writing(store._engine) as connection:
                connection.exec_driver_sql(statement)
            assert await planned() == [courses, courses], statement

    asyncio.run(told())
    other.close()


def test_two_stores_on_one_database_see_each_others_writes(store: Store, store_url: str) -> None:
    other = Store(store_url)
    other.migrate()
    post(store, {"kind": "profile", "learner": "L1", "designation": "Clerk"})
    seen = other.record("L1")
    other.close()
    assert seen is not None
    assert seen.learner.designation == "Clerk"


@pytest.mark.parametrize("url", ["mysql://x@y/z", "nonsense", "postgresql://nobody:secret@127.0.0.1:1/none"])
def test_a_store_that_cannot_be_is_an_error_people_can_act_on(url: str) -> None:
    with pytest.raises(KarmapathError) as error:
        Store(url).check()
    assert "secret" not in str(error.value)


def test_lists_shown_before_they_were_one_row_each_are_taken_over(store_url: str) -> None:
    engine = connect(store_url)
    with writing(engine) as connection:
        run_steps(connection, "0005")
        connection.exec_driver_sql(
            "INSERT INTO shown_lists (recommendation_id, revision, learner_id, surface, model_version, shown_at) "
            "VALUES ('r1', 1, 'L1', 'v1', 'm', '2026-01-02 00:00:00.000000'), "
            "('r2', 1, 'L1', 'v1', 'm', '2026-01-02 00:00:00.000000')"
        )
        connection.exec_driver_sql(
            "INSERT INTO shown_items VALUES ('r1', 1, 2, 'c2', 0.25, 1.0), ('r1', 1, 1, 'c1', 0.5, 1.0)"
        )
    engine.dispose()
    store = Store(store_url)
    store.migrate()
    found, empty = store.read_shown("r1"), store.read_shown("r2")
    store.close()
    assert found is not None
    assert empty is not None
    assert found.items == (ShownItem("c1", 1, 0.5, 1.0), ShownItem("c2", 2, 0.25, 1.0))
    assert empty.items == ()
