from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from features.errors import NotReadyError
from features.population import Everyone, LearnerFrames, take_store, take_warehouse
from features.population.columns import PERSONAL, SHARED
from features.store import Feedback, Store, parse_event
from features.times import now
from features.warehouse import Snapshot, Warehouse
from tests.worlds import NOW, small_tables

KEYS = {
    "learners": ["learner_id"], "enrolments": ["learner_id", "course_id"], "evidence": ["evidence_id"],
    "down_rated": ["learner_id", "course_id"], "plans": ["holder", "plan_id", "course_id"],
    "organisations": ["organisation_id"],
}  # fmt: skip


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    """The small world three times, with evidence out of the order of learners, and plans of every scope."""
    tables: dict[str, Any] = dict(small_tables(copies=3))
    tables["evidence"] = pl.DataFrame(
        {
            "evidence_id": ["e1", "e2", "e3"], "learner_id": ["L7", "L1", "L5"], "kind": "assessment",
            "course_id": "c1", "passed": [True, False, True], "level": [1, 2, 2], "observed_on": NOW,
        }
    )  # fmt: skip
    tables["plans"] = pl.DataFrame(
        {
            "plan_id": "p", "organisation_id": "d1", "course_id": ["c4", "c5", "c6"],
            "scope": ["organisation", "designation", "learner"], "scope_value": ["d1", "Statistical Officer", "L3"],
        }
    )  # fmt: skip
    return Warehouse(tmp_path / "warehouse").commit(tables)


@pytest.fixture
def filled(store: Store, snapshot: Snapshot) -> Store:
    """A store that heard much since the snapshot: a completion, a thumb, a transfer, a newcomer, one erased."""
    store.load(snapshot)
    profile = {"kind": "profile", "organisation": "d2", "designation": "Statistical Officer", "languages": ["hi", "en"]}
    store.append_events(
        [
            parse_event({"kind": "completion", "learner": "L4", "course": "c5", "dwell_ratio": 0.8}),
            parse_event({"kind": "assessment", "learner": "L8b2", "course": "c3", "passed": True, "level": 2}),
            parse_event({"learner": "L1", **profile}),
            parse_event({"learner": "A newcomer", **profile}),
        ]
    )
    for learner, course, rating in (("L2", "c4", 0), ("L6", "c1", 0), ("L6", "c1", 1)):
        store.add_feedback(Feedback(learner, course, rating, "", now()))
    store.forget("L3b3")
    return store


def whole(everyone: Everyone) -> LearnerFrames:
    """Return all ranges one after the other."""
    read = [everyone.read(ids) for ids in everyone.ranges]
    joined = {table: pl.concat([getattr(frames, table) for frames in read]).unique() for table in KEYS}
    return LearnerFrames(**{table: frame.sort(KEYS[table]) for table, frame in joined.items()})


def test_the_store_is_the_snapshot_with_what_happened_since_laid_over_it(
    filled: Store, snapshot: Snapshot, tmp_path: Path
) -> None:
    truth = whole(take_store(tmp_path / "a", filled, 5))
    laid = whole(take_warehouse(tmp_path / "b", tmp_path / "warehouse", snapshot, filled, 5))
    for table in KEYS:
        assert_frame_equal(getattr(truth, table), getattr(laid, table))
    assert "A newcomer" in truth.learners["learner_id"]
    assert "L3b3" not in truth.learners["learner_id"]
    assert truth.down_rated.rows() == [("L2", "c4")]
    assert truth.learners.row(by_predicate=pl.col("learner_id") == "L1", named=True)["languages"] == ["hi", "en"]


def test_a_store_that_heard_nothing_is_its_snapshot(store: Store, snapshot: Snapshot, tmp_path: Path) -> None:
    store.load(snapshot)
    truth = whole(take_store(tmp_path / "a", store, 7))
    alone = whole(take_warehouse(tmp_path / "b", tmp_path / "warehouse", snapshot, None, 7))
    for table in KEYS:
        assert_frame_equal(getattr(truth, table), getattr(alone, table))


@pytest.mark.parametrize("size", [1, 5, 8, 24, 100])
def test_every_learner_is_in_one_range(snapshot: Snapshot, tmp_path: Path, size: int) -> None:
    everyone = take_warehouse(tmp_path / "a", tmp_path / "warehouse", snapshot, None, size)
    ids = [learner for r in everyone.ranges for learner in everyone.read(r).learners["learner_id"]]
    assert ids == sorted(snapshot.read("learners")["learner_id"])
    assert len(everyone.ranges) == -(-24 // size)


def test_what_was_taken_does_not_change_with_the_store(filled: Store, tmp_path: Path) -> None:
    everyone = take_store(tmp_path / "a", filled, 5)
    before = whole(everyone)
    filled.append_events([parse_event({"kind": "completion", "learner": "L5", "course": "c6"})])
    assert_frame_equal(whole(Everyone.open(everyone.folder)).enrolments, before.enrolments)


def test_a_store_of_another_snapshot_is_told(store: Store, snapshot: Snapshot, tmp_path: Path) -> None:
    store.load(snapshot)
    other = Warehouse(tmp_path / "warehouse").commit(dict(small_tables()), replace=True)
    with pytest.raises(NotReadyError, match=f"filled from snapshot {snapshot.hash}"):
        take_warehouse(tmp_path / "a", tmp_path / "warehouse", other, store, 5)


def test_an_empty_store_is_told(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="without learners"):
        take_store(tmp_path / "a", store, 5)


def test_columns_are_those_that_were_promised(filled: Store, tmp_path: Path) -> None:
    everyone = take_store(tmp_path / "a", filled, 5)
    frames = everyone.read(everyone.ranges[0])
    for table, columns in {**PERSONAL, **SHARED}.items():
        assert dict(getattr(frames, table).schema) == {name: pl.Schema({name: t})[name] for name, t in columns.items()}


@pytest.mark.parametrize("size", [1, 5, 8, 24, 100])
def test_a_snapshot_in_parts_is_read_like_one_in_one_file(tmp_path: Path, size: int) -> None:
    tables = small_tables(copies=3)
    warehouses = {"whole": Warehouse(tmp_path / "whole"), "parts": Warehouse(tmp_path / "parts", part=5)}
    frames = {}
    for name, warehouse in warehouses.items():
        with warehouse.draft() as draft:
            draft.grow({table: tables[table] for table in ("learners", "enrolments")})
            draft.grown()
        taken = take_warehouse(tmp_path / f"{name}-taken", warehouse.folder, warehouse.current(), None, size)
        frames[name] = whole(taken)
    assert len(warehouses["parts"].current().parts("learners")) > 2
    assert_frame_equal(frames["parts"].learners, frames["whole"].learners)
    assert_frame_equal(frames["parts"].enrolments, frames["whole"].enrolments)


def test_a_long_table_out_of_order_is_sorted_first(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = whole(take_warehouse(tmp_path / "a", tmp_path / "warehouse", snapshot, None, 5))
    monkeypatch.setattr("features.population.take.LONG", 1)
    said: list[str] = []
    ordered = whole(take_warehouse(tmp_path / "b", tmp_path / "warehouse", snapshot, None, 5, said.append))
    assert said == ["sorting evidence by learner"]
    assert_frame_equal(ordered.evidence, plain.evidence)
