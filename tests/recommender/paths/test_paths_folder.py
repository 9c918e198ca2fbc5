"""Everybody's paths in parts: one learner's is what is planned for them alone; a killed run goes on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from features.errors import KarmapathError
from features.reference import Reference
from features.snapshot_records import SnapshotRecords
from features.store import Store
from recommender.paths import PathSettings
from recommender.paths.guided import guided_path
from recommender.paths.paths_folder import Work, write_paths
from recommender.state import competency_state
from tests.worlds import NOW, small_snapshot


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    folder = tmp_path_factory.mktemp("warehouse")
    return Work(folder, small_snapshot(folder, copies=3).hash, NOW, PathSettings(), None)


def read(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "part-*.parquet").sort("learner_id", "position")


def test_records_of_a_snapshot_are_those_of_the_store(tmp_path: Path) -> None:
    snapshot = small_snapshot(tmp_path / "warehouse")
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    store.migrate()
    store.load(snapshot)
    records = SnapshotRecords(snapshot)
    found = [record for bounds in records.ranges(3) for record in records.between(bounds, NOW)]
    assert [record.learner.id for record in found] == [f"L{number}" for number in range(1, 9)]
    for record in found:
        kept = store.record(record.learner.id, NOW)
        assert kept is not None
        assert (record.learner, record.enrolments, record.evidence, record.plans) == (
            kept.learner, kept.enrolments, kept.evidence, kept.plans,
        )  # fmt: skip


def test_a_path_among_all_is_the_path_planned_alone(work: Work, tmp_path: Path) -> None:
    manifest = write_paths(tmp_path, work, part=7)
    assert manifest["learners"] == 24
    assert manifest["sources"]["solved"] + manifest["sources"]["shared"] == 24
    assert manifest["sources"]["shared"] >= 8
    found = read(tmp_path)
    snapshot = small_snapshot(tmp_path / "again", copies=3)
    reference, records = Reference.load(snapshot), SnapshotRecords(snapshot)
    for record in records.between((None, None), NOW):
        state = competency_state(record, reference, NOW)
        alone = guided_path(record, reference, state, {}, NOW, PathSettings())
        own = found.filter(pl.col("learner_id") == record.learner.id)
        assert own["course_id"].to_list() == [item.course for item in alone.items]


def test_a_part_that_is_there_is_not_made_again(work: Work, tmp_path: Path) -> None:
    write_paths(tmp_path, work, part=7)
    whole = read(tmp_path)
    kept = (tmp_path / "part-00000.parquet").stat().st_mtime_ns
    (tmp_path / "part-00001.json").unlink()
    write_paths(tmp_path, work, part=7)
    assert (tmp_path / "part-00000.parquet").stat().st_mtime_ns == kept
    assert read(tmp_path).drop("source").equals(whole.drop("source"))


def test_several_processes_write_the_same_paths(work: Work, tmp_path: Path) -> None:
    one, two = write_paths(tmp_path / "one", work, part=7), write_paths(tmp_path / "two", work, part=7, processes=2)
    assert read(tmp_path / "one").drop("source").equals(read(tmp_path / "two").drop("source"))
    assert one["statuses"] == two["statuses"]


def test_paths_of_another_moment_are_not_mixed_in(work: Work, tmp_path: Path) -> None:
    write_paths(tmp_path, work, part=7)
    later = Work(work.warehouse, work.snapshot, datetime(2027, 1, 1), work.settings, None)
    with pytest.raises(KarmapathError, match="paths with another at"):
        write_paths(tmp_path, later, part=7)
