"""A night on a home of its own: import, train, gate, batch; run again it finds nothing to do."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from experiments.refresh import Night, StepReport
from experiments.refresh.steps import Refresh, keep_newest
from experiments.tracking import Tracking
from experiments.train import TrainSettings
from features.home import Home
from features.importers.importing import Extent
from features.warehouse import Warehouse
from tests.worlds import small_tables

SETTINGS = TrainSettings(cut=datetime(2026, 2, 1), text=False, ks=(1, 2))
LATE = datetime(2026, 11, 1)


def write_exports(folder: Path, copies: int) -> Path:
    """Write the small world as tables of the warehouse's own."""
    folder.mkdir(parents=True)
    for name, frame in small_tables(copies).items():
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


def refresh(home: Path, exports: Path, extent: Extent = "merge", stop_after: str | None = None) -> list[StepReport]:
    work = Refresh(Home(home), [exports], extent, LATE, SETTINGS, lambda _: None, top=3)
    steps = work.steps()
    if stop_after is not None:
        steps = steps[: [step.name for step in steps].index(stop_after) + 1]
    asked = {"exports": str(exports)}
    return Night(home / "refresh").run(steps, asked, lambda _: None)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[StepReport]]:
    folder = tmp_path_factory.mktemp("night")
    exports = write_exports(folder / "exports", copies=3)
    return folder / "home", exports, refresh(folder / "home", exports)


def test_a_night_ends_with_everybodys_lists_by_the_champion(night: tuple[Path, Path, list[StepReport]]) -> None:
    home, _, reports = night
    assert [report.name for report in reports] == ["import", "train", "promote", "store", "batch"]
    lists = pl.read_parquet(f"{reports[-1].facts['lists']}/part-*.parquet")
    assert lists["learner_id"].n_unique() == 24
    champion = Tracking(Home(home)).champion()
    assert champion is not None
    assert champion.bundle == reports[1].facts["bundle"]


def test_the_same_files_again_change_nothing_and_train_nothing(night: tuple[Path, Path, list[StepReport]]) -> None:
    home, exports, first = night
    versions = len(Tracking(Home(home)).versions())
    again = refresh(home, exports)
    assert [report.status for report in again] == ["done", "skipped", "skipped", "skipped", "done"]
    assert again[0].facts["snapshot"] == first[0].facts["snapshot"]
    assert len(Tracking(Home(home)).versions()) == versions
    assert again[-1].facts["lists"] == first[-1].facts["lists"]


def test_a_registered_version_whose_night_was_killed_before_it_was_written_down_is_not_trained_again(
    night: tuple[Path, Path, list[StepReport]],
) -> None:
    home, _, _ = night
    work = Refresh(Home(home), [], "merge", LATE, SETTINGS, lambda _: None)
    assert work.train({}).status == "skipped"
    other = Refresh(Home(home), [], "merge", LATE, SETTINGS.model_copy(update={"seed": 1}), lambda _: None)
    assert other._trained(Warehouse(Home(home).warehouse).current().hash) is None


def test_a_champion_of_another_release_is_trained_and_promoted_over(tmp_path: Path) -> None:
    exports = write_exports(tmp_path / "exports", copies=3)
    refresh(tmp_path / "home", exports, stop_after="promote")
    tracking = Tracking(Home(tmp_path / "home"))
    first = tracking.champion()
    assert first is not None
    manifest = tracking.folder(first) / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": ', '"format": 9'))
    fewer = SETTINGS.model_copy(update={"seed": 1})
    work = Refresh(Home(tmp_path / "home"), [], "merge", LATE, fewer, lambda _: None)
    trained = work.train({})
    assert trained.status == "done"
    refusals = work.promote({"train": trained.facts}).facts["refusals"]
    assert not any("champion" in refusal for refusal in refusals)


def test_a_full_export_ends_the_rows_that_it_lacks(tmp_path: Path) -> None:
    more, fewer = (write_exports(tmp_path / name, copies) for name, copies in (("more", 3), ("fewer", 2)))
    refresh(tmp_path / "home", more, stop_after="import")
    merged = refresh(tmp_path / "home", fewer, stop_after="import")
    assert merged[0].facts["rows"]["learners"] == 24
    assert merged[0].facts["missing"] == {"learners": 8, "enrolments": 14}
    full = refresh(tmp_path / "home", fewer, "full", stop_after="import")
    assert full[0].facts["rows"]["learners"] == 16
    before = Warehouse(tmp_path / "home" / "warehouse").snapshot(full[0].facts["before"])
    assert before.rows["learners"] == 24


def test_the_newest_two_folders_of_lists_stay(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    assert keep_newest(tmp_path, tmp_path / "c") == ["a"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c"]
