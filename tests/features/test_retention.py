from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from features.retention import prune
from features.warehouse import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """Five snapshots, one a day; the table of competencies never changes."""
    place = Warehouse(tmp_path / "warehouse")
    fixed = pl.DataFrame({"competency_id": ["a"], "name": ["A"], "framework_id": ["f"]})
    place.commit({"competencies": fixed})
    for day in range(4):
        place.commit({"organisations": pl.DataFrame({"organisation_id": [f"o{day}"], "name": [f"N{day}"]})})
    for day, folder in enumerate(sorted(folders(place), key=lambda one: (one / "manifest.json").stat().st_mtime_ns)):
        os.utime(folder / "manifest.json", (day, day))
    return place


def folders(warehouse: Warehouse) -> list[Path]:
    return [one for one in warehouse.folder.iterdir() if (one / "manifest.json").exists()]


def test_the_newest_and_the_current_stay_and_are_whole(warehouse: Warehouse) -> None:
    current = warehouse.current()
    found = prune(warehouse, 2)
    assert (len(found.kept), len(found.removed)) == (2, 3)
    assert {one.name for one in folders(warehouse)} == set(found.kept)
    assert found.kept[0] == current.hash
    warehouse.current().verify()
    assert warehouse.current().read("competencies").height == 1, "what all share is still there"
    assert found.freed > 0


def test_what_is_needed_stays(warehouse: Warehouse) -> None:
    oldest = min(folders(warehouse), key=lambda one: (one / "manifest.json").stat().st_mtime_ns).name
    assert oldest in prune(warehouse, 1, {oldest}).kept


def test_a_dry_run_removes_nothing(warehouse: Warehouse) -> None:
    found = prune(warehouse, 1, dry=True)
    assert len(found.removed) == 4
    assert len(folders(warehouse)) == 5


def test_there_is_nothing_to_remove_where_nothing_was_imported(tmp_path: Path) -> None:
    assert prune(Warehouse(tmp_path / "none"), 1).kept == ()


def test_a_snapshot_half_removed_is_none(warehouse: Warehouse) -> None:
    removed = prune(warehouse, 1).removed[0]
    (warehouse.folder / removed).mkdir()
    assert prune(warehouse, 1).removed == ()
