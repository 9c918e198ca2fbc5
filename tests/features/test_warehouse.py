"""Snapshots are immutable, hashed, and merge by key."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.warehouse import Warehouse, WarehouseError


def organisations(**names: str) -> dict[str, pl.DataFrame]:
    return {"organisations": pl.DataFrame({"organisation_id": list(names), "name": list(names.values())})}


def test_an_empty_warehouse_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="karmapath import"):
        Warehouse(tmp_path).current()


def test_a_new_row_with_a_known_key_takes_the_old_ones_place(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.commit(organisations(o1="Posts", o2="Railways"))
    snapshot = warehouse.commit(organisations(o2="Rail", o3="Roads"))
    assert snapshot.read("organisations")["name"].to_list() == ["Posts", "Rail", "Roads"]


def test_replace_drops_the_rows_that_were_there(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.commit(organisations(o1="Posts"))
    snapshot = warehouse.commit(organisations(o2="Railways"), replace=True)
    assert snapshot.read("organisations")["organisation_id"].to_list() == ["o2"]


def test_the_hash_follows_the_content_and_not_the_order_of_rows(tmp_path: Path) -> None:
    first = Warehouse(tmp_path / "a").commit(organisations(o1="Posts", o2="Railways"))
    second = Warehouse(tmp_path / "b").commit(organisations(o2="Railways", o1="Posts"))
    other = Warehouse(tmp_path / "c").commit(organisations(o1="Posts", o2="Rail"))
    assert first.hash == second.hash != other.hash


def test_earlier_snapshots_stay_readable(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    first = warehouse.commit(organisations(o1="Posts"))
    warehouse.commit(organisations(o1="Mail"))
    assert warehouse.snapshot(first.hash).read("organisations")["name"].to_list() == ["Posts"]


def test_a_table_never_written_has_its_columns_and_no_rows(tmp_path: Path) -> None:
    snapshot = Warehouse(tmp_path).commit(organisations(o1="Posts"))
    courses = snapshot.read("courses")
    assert courses.height == 0
    assert "hours" in courses.columns


def test_an_unknown_table_or_column_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with pytest.raises(ValueError, match="no table 'people'"):
        warehouse.commit({"people": pl.DataFrame()})
    with pytest.raises(ValueError, match="column 'email'"):
        warehouse.commit({"organisations": pl.DataFrame({"organisation_id": ["o1"], "email": ["x"]})})
    assert not warehouse.exists()
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []


def test_a_damaged_table_is_found(tmp_path: Path) -> None:
    snapshot = Warehouse(tmp_path).commit(organisations(o1="Posts"))
    snapshot.verify()
    (snapshot.folder / "organisations.parquet").write_bytes(b"torn")
    with pytest.raises(WarehouseError, match="import the files again"):
        snapshot.verify()


def test_a_snapshot_from_before_a_column_was_added_goes_on(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    before = warehouse.commit({"courses": pl.DataFrame({"course_id": ["c1"], "name": ["Old"]})})
    before.read("courses").drop("entitled").write_parquet(before.folder / "courses.parquet")
    after = warehouse.commit({"courses": pl.DataFrame({"course_id": ["c2"], "name": ["New"], "entitled": [["o1"]]})})
    assert after.read("courses").select("course_id", "entitled").rows() == [("c1", None), ("c2", ["o1"])]
