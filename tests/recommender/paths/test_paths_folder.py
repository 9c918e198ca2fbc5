"""Everybody's paths in parts: one learner's is what is planned for them alone; a killed run goes on."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from features.errors import KarmapathError
from features.reference import Reference
from features.snapshot_records import SnapshotRecords
from features.store import Store
from recommender.batch.folder import alone
from recommender.batch.job import WORK
from recommender.paths import PathSettings
from recommender.paths.guided import guided_path
from recommender.paths.paths_folder import Work, write_paths
from recommender.paths.population import COLUMNS, SOURCES
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


def test_a_run_killed_in_the_middle_goes_on_to_the_same_paths_and_tears_nothing(work: Work, tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    write_paths(whole, work, part=5)
    program = (
        "import pickle, sys; from pathlib import Path; from recommender.paths.paths_folder import write_paths\n"
        "write_paths(Path(sys.argv[1]), pickle.loads(bytes.fromhex(sys.argv[2])), part=5)"
    )
    running = subprocess.Popen([sys.executable, "-c", program, str(killed), pickle.dumps(work).hex()])
    wait_for(lambda: (killed / "part-00000.json").exists() or running.poll() is not None)
    running.kill()
    running.wait()
    for part in killed.glob("part-*.parquet"):
        assert pl.read_parquet(part).width == len(COLUMNS)
    (killed / ".part-00009.1.parquet").write_bytes(b"half a part")
    write_paths(killed, work, part=5)
    assert read(killed).drop("source").equals(read(whole).drop("source"))
    assert not [path.name for path in killed.iterdir() if path.name.startswith((".", "_"))]


def wait_for(true: Callable[[], bool], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.005)


def test_two_runs_do_not_write_into_one_folder(work: Work, tmp_path: Path) -> None:
    (tmp_path / WORK).mkdir()
    with alone(tmp_path), pytest.raises(KarmapathError, match="another run"):
        write_paths(tmp_path, work, part=7)


def test_the_rate_and_the_share_of_each_source_are_told(work: Work, tmp_path: Path) -> None:
    told = write_paths(tmp_path, work, part=7)
    assert sum(told["shares"].values()) == pytest.approx(1.0, abs=1e-3)
    assert set(told["sources"]) <= set(SOURCES)
    assert told["run"]["learners"] == told["learners"] == 24
    assert {"learners_a_second", "processor_hours_for_a_crore", "pieces_solved"} <= set(told["run"])
    assert write_paths(tmp_path, work, part=7)["run"] == {"processes": 1, "learners": 0}
