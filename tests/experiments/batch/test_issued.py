from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from experiments.batch.child import Asked, run_child
from experiments.batch.issued import issue_snapshot
from experiments.batch.kills import kill_again_and_again
from features.errors import KarmapathError
from features.warehouse import Snapshot, Warehouse
from models.champion import champion_folder
from tests.recommender.batch.worlds import made_home, varied_tables


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return Warehouse(tmp_path_factory.mktemp("base")).commit(varied_tables(copies=5))


def test_issued_learners_are_those_of_the_small_snapshot_with_a_part_of_their_history(
    base: Snapshot, tmp_path: Path
) -> None:
    issued = issue_snapshot(base, tmp_path, 1000)
    assert issued.rows["learners"] == 1000
    small = base.read("learners").sort("learner_id").drop("learner_id")
    assert issued.read("learners").drop("learner_id").equals(pl.concat([small] * 25))
    taken = issued.read("enrolments").group_by("learner_id").len()["len"]
    most = base.read("enrolments").group_by("learner_id").len()["len"].max()
    assert isinstance(most, int)
    assert 1 <= taken.min() <= taken.max() <= most  # type: ignore[operator]
    known = issued.read("enrolments").select("learner_id", "course_id")
    told = issued.read("evidence")
    assert told.join(known, on=["learner_id", "course_id"], how="anti").is_empty()
    assert told["evidence_id"].n_unique() == told.height


def test_the_same_issue_is_the_same_bytes_and_is_not_made_twice(base: Snapshot, tmp_path: Path) -> None:
    first = issue_snapshot(base, tmp_path / "a", 500)
    assert issue_snapshot(base, tmp_path / "b", 500).hash == first.hash
    assert issue_snapshot(base, tmp_path / "b", 600).hash != first.hash
    when = (first.folder / "manifest.json").stat().st_mtime_ns
    again = issue_snapshot(base, tmp_path / "a", 500)
    assert (again.folder / "manifest.json").stat().st_mtime_ns == when


@pytest.mark.slow
def test_a_run_that_is_killed_ends_in_the_same_bytes_and_a_failing_one_says_why(tmp_path: Path) -> None:
    home = made_home(tmp_path / "home")
    base = Warehouse(home.warehouse).current()
    issue_snapshot(base, tmp_path / "issued", 4000)
    asked = Asked(str(tmp_path / "out"), str(champion_folder(home)), str(tmp_path / "issued"), partition_size=200)
    found = kill_again_and_again(asked, lambda _: None, kills=3, seed=1)
    assert found.kills == 3
    assert found.same_bytes
    assert not found.torn
    with pytest.raises(KarmapathError, match="no bundle in"):
        run_child(Asked(str(tmp_path / "other"), str(tmp_path), asked.warehouse))
