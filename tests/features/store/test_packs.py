"""A record is the same from its pack and from the rows, whatever was written in between."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from sqlalchemy import text

from features.packed import PackedRows
from features.records import LearnerRecord
from features.schema import TABLES
from features.store import Feedback, ShownItem, ShownList, Store, parse_event
from features.store.connections import reading, writing
from features.store.decisions import Decision
from features.store.drafts import SUBMITTED, DraftItem, PlanDraft, Verdict
from features.store.packs import FORM, unpacked
from features.store.read import read_record
from features.store.repack import Unpacked, renew
from features.warehouse import Snapshot, Warehouse
from tests.worlds import small_snapshot

DAY = datetime(2026, 10, 1, 10)
SHOWN = ShownList("r1", "L1", "v1", "m", DAY, (ShownItem("c1", 1, 0.5, 1.0),))


def said(kind: str, learner: str = "L1", **more: Any) -> Any:
    return parse_event({"kind": kind, "learner": learner, "at": "2026-09-01T10:00:00.123", **more})


WRITES: dict[str, Callable[[Store], object]] = {
    "a completion": lambda s: s.append_events([said("completion", course="c4", dwell_ratio=0.7)]),
    "an enrolment": lambda s: s.append_events([said("enrolment", course="c5", progress=0.1)]),
    "a rating": lambda s: s.append_events([said("completion", course="c4"), said("rating", course="c4", rating=4)]),
    "an assessment": lambda s: s.append_events([said("assessment", course="c1", passed=False, score=1 / 3)]),
    "a word of a peer": lambda s: s.append_events([said("peer", competency="data", level=2)]),
    "a transfer": lambda s: s.append_events([said("profile", designation='Clerk "क" \\', languages=["hi", "en"])]),
    "a thumb down": lambda s: s.add_feedback(Feedback("L1", "c5", 0, "", DAY)),
    "a thumb up again": lambda s: [s.add_feedback(Feedback("L1", "c5", n, "", DAY)) for n in (0, 1)],
    "a list": lambda s: s.add_shown([SHOWN]),
    "an erasure": lambda s: s.forget("L1"),
    "a return": lambda s: (s.forget("L1"), s.append_events([said("profile", designation="Clerk")])),
}


def from_rows(store: Store, learner: str = "L1") -> LearnerRecord | None:
    with reading(store._engine) as connection:
        return read_record(connection, learner, DAY)


def look_up(store: Store, learner: str = "L1") -> LearnerRecord | None:
    return asyncio.run(store.find_record(learner, DAY))


def is_packed(store: Store, learner: str = "L1") -> bool:
    record = look_up(store, learner)
    return record is not None and isinstance(record.enrolments, PackedRows)


def pack(store: Store, *learners: str) -> None:
    with writing(store._engine) as connection:
        renew(connection, sorted(learners))


@pytest.fixture
def world(tmp_path: Path) -> Snapshot:
    return small_snapshot(tmp_path / "warehouse")


@pytest.fixture
def filled(store: Store, world: Snapshot) -> Store:
    store.load(world)
    return store


def test_a_load_packs_everybody(filled: Store) -> None:
    everybody = [learner.id for learner in filled.learners("", 100)]
    assert everybody
    assert all(is_packed(filled, one) for one in everybody)
    assert [look_up(filled, one) for one in everybody] == [from_rows(filled, one) for one in everybody]


def test_a_load_writes_the_packs_that_would_be_made_of_the_rows(filled: Store) -> None:
    def packs() -> list[Any]:
        with reading(filled._engine) as connection:
            return [
                tuple(row) for row in connection.execute(text("SELECT learner_id, packed FROM learners ORDER BY 1"))
            ]

    loaded = packs()
    pack(filled, *(one for one, _ in loaded))
    assert packs() == loaded


@pytest.mark.parametrize("name", WRITES)
def test_a_write_shows_in_the_next_look_up_and_in_the_next_pack(filled: Store, name: str) -> None:
    assert is_packed(filled)
    WRITES[name](filled)
    assert look_up(filled) == from_rows(filled)
    filled.add_shown([])
    assert look_up(filled) == from_rows(filled)
    assert is_packed(filled) is (from_rows(filled) is not None)


def test_after_an_import_those_who_said_anything_are_packed_with_it(filled: Store, world: Snapshot) -> None:
    for n in range(5):
        filled.append_events([said("completion", course=f"c{n}"), said("profile", "new", designation=f"Clerk {n}")])
    filled.add_feedback(Feedback("L2", "c5", 0, "", DAY))
    before = {learner: filled.version(learner) or 0 for learner in ("L1", "L2", "new")}
    filled.load(world, again=True)
    for learner, version in before.items():
        assert is_packed(filled, learner)
        assert look_up(filled, learner) == from_rows(filled, learner)
        assert (filled.version(learner) or 0) > version
    two = look_up(filled, "L2")
    assert two is not None
    assert two.down_rated == {"c5"}


def test_a_plan_for_one_learner_is_in_the_pack(store: Store, world: Snapshot, tmp_path: Path) -> None:
    tables = {name: world.read(name) for name in world.rows}
    row = {
        "plan_id": "own", "organisation_id": "o", "scope": "learner", "scope_value": "L1", "course_id": "c5",
        "mandatory": True, "allocated_on": DAY, "due_on": DAY + timedelta(days=30),
    }  # fmt: skip
    tables["plans"] = TABLES["plans"].conform(pl.DataFrame([row]))
    store.load(Warehouse(tmp_path / "more").commit(tables, replace=True))
    assert is_packed(store)
    record = look_up(store)
    assert record == from_rows(store)
    assert record is not None
    assert "own" in {plan.plan for plan in record.plans}
    early = asyncio.run(store.find_record("L1", DAY - timedelta(days=1)))
    assert early is not None
    assert "own" not in {plan.plan for plan in early.plans}


def test_an_approved_plan_leaves_packs_of_a_post_good_and_not_that_of_a_learner_it_names(filled: Store) -> None:
    item = DraftItem("p1", "organisation", "d1", "c2", True, DAY, people=4)
    items = (item, replace(item, scope="learner", scope_value="L1", course="c5"))
    draft = PlanDraft("kp", "d1", "Plan", "2026-27", "draft", 1, "A", DAY, DAY, {}, items)
    filled.workbench.add_draft(draft, "begun")
    before = [filled.version(one) for one in ("L1", "L2")]
    filled.workbench.judge_draft(
        filled.workbench.move_draft(draft, SUBMITTED, None, DAY),
        [Verdict(item.id, approved=True) for item in items],
        Decision("plan", "d1", "kp", "approved", "B", "anybody", DAY, ""),
        DAY,
    )
    assert [is_packed(filled, one) for one in ("L1", "L2")] == [False, True]
    for one, old in zip(("L1", "L2"), before, strict=True):
        record = look_up(filled, one)
        assert record == from_rows(filled, one)
        assert record is not None
        assert old is not None
        assert record.version > old
        assert "kp" in {plan.plan for plan in record.plans}


def test_a_pack_of_another_form_is_passed_over(filled: Store) -> None:
    with writing(filled._engine) as connection:
        connection.execute(text("UPDATE learners SET packed = '[0, \"something else\"]'"))
    assert look_up(filled) == from_rows(filled)
    assert not is_packed(filled)
    filled.add_shown([])
    assert is_packed(filled)
    assert unpacked(orjson.dumps([FORM + 1]).decode()) is None


def test_a_pack_is_not_handed_out_beside_the_rows_that_it_says_again(filled: Store) -> None:
    [row] = filled.export("L1")["learners"]
    assert "packed" not in row
    assert row["learner_id"] == "L1"


def test_a_learner_whom_somebody_is_changing_is_packed_later(filled: Store) -> None:
    if filled.is_local:
        pytest.skip("SQLite has one writer at a time")
    filled.append_events([said("completion", course="c4")])
    with writing(filled._engine) as connection:
        connection.execute(text("UPDATE learners SET version = version + 1 WHERE learner_id = 'L1'"))
        pack(filled, "L1")
        assert not is_packed(filled)
    pack(filled, "L1")
    assert is_packed(filled)


def test_learners_are_noted_once_and_forgotten_when_taken() -> None:
    noted = Unpacked()
    for one in ("b", "a", "b"):
        noted.note(one)
    assert noted.take() == ["a", "b"]
    assert noted.take() == []
    for n in range(20_000):
        noted.note(str(n))
    assert len(noted.take()) <= 100


def test_a_writer_who_knows_of_no_packs_makes_them_old(filled: Store) -> None:
    with writing(filled._engine) as connection:
        connection.execute(text("UPDATE enrolments SET progress = 0.5 WHERE learner_id = 'L1'"))
        connection.execute(text("UPDATE learners SET version = version + 1 WHERE learner_id = 'L1'"))
    assert not is_packed(filled)
    assert look_up(filled) == from_rows(filled)
    assert filled.pack() == 1
    assert is_packed(filled)
    assert look_up(filled) == from_rows(filled)
    assert filled.pack() == 0


def write_and_erase(store: Store, is_over: threading.Event) -> None:
    for n in range(40):
        if n % 10 == 9:
            store.forget("L1")
            store.append_events([said("profile", designation=f"Clerk {n}")])
        store.append_events([said("completion", course=f"c{n}", key=f"k{n}")])
        store.add_feedback(Feedback("L1", f"c{n}", 0, "", DAY))
    is_over.set()


def pack_always(store: Store, is_over: threading.Event) -> None:
    while not is_over.is_set():
        pack(store, "L1", "L2")


def compare_always(store: Store, is_over: threading.Event) -> int:
    """Return how often a look-up differed from the rows, of those during which nobody wrote."""
    different = 0
    while not is_over.is_set():
        before, found, after = from_rows(store), look_up(store), from_rows(store)
        different += before == after != found
    return different


def test_while_processes_write_erase_and_pack_no_look_up_differs_from_the_rows(store_url: str, filled: Store) -> None:
    stores = [filled, Store(store_url), Store(store_url)]  # as processes have, each its own
    is_over = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        jobs = (write_and_erase, pack_always, compare_always)
        running = [pool.submit(job, store, is_over) for job, store in zip(jobs, stores, strict=True)]
        outcomes = [one.result() for one in running]
    assert outcomes == [None, None, 0]
    for other in stores[1:]:
        other.close()
    filled.pack()
    assert is_packed(filled)
    assert look_up(filled) == from_rows(filled)
