from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from experiments.world import write_world
from experiments.world.columns import COLUMNS
from features.errors import KarmapathError


def fingerprints(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def read(folder: Path, table: str) -> pl.DataFrame:
    return pl.read_csv(folder / f"{table}.csv", infer_schema_length=0)


def test_the_same_seed_writes_the_same_bytes(world: Path, tmp_path: Path) -> None:
    write_world(tmp_path, learners=300, courses=200, seed=7)
    assert fingerprints(tmp_path) == fingerprints(world)


def test_another_seed_writes_another_world(world: Path, tmp_path: Path) -> None:
    write_world(tmp_path, learners=300, courses=200, seed=8)
    assert fingerprints(tmp_path)["user_enrolments.csv"] != fingerprints(world)["user_enrolments.csv"]


def test_parquet_holds_what_csv_holds(world: Path, tmp_path: Path) -> None:
    write_world(tmp_path, learners=300, courses=200, seed=7, table_format="parquet")
    assert pl.read_parquet(tmp_path / "user_detail.parquet").equals(read(world, "user_detail"))
    assert not list(tmp_path.glob(".*"))


def test_every_table_has_its_columns_in_order(world: Path) -> None:
    for table, columns in COLUMNS.items():
        assert read(world, table).columns == list(columns)


@pytest.mark.parametrize("learners", [1, 40])
def test_any_number_of_learners(tmp_path: Path, learners: int) -> None:
    write_world(tmp_path, learners=learners, courses=150)
    real = read(tmp_path, "user_detail")["user_id"].unique().drop_nulls()
    assert (real != "").sum() == learners


@pytest.mark.parametrize("courses", [150, 600, 900])
def test_any_number_of_courses(tmp_path: Path, courses: int) -> None:
    write_world(tmp_path, learners=1, courses=courses)
    content = read(tmp_path, "content")
    assert content["content_id"].n_unique() == content.height == courses
    assert content["content_name"].n_unique() == courses


def test_no_learners_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KarmapathError, match="0 learners; expected at least 1"):
        write_world(tmp_path, learners=0)


def test_too_few_courses_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KarmapathError, match="10 courses; expected at least 150"):
        write_world(tmp_path, learners=1, courses=10)


def test_progress_counts_learners(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_world(tmp_path, learners=5, courses=150, progress=lambda done, of: told.append((done, of)))
    assert told == [(5, 5)]


def test_nothing_happens_after_today(tmp_path: Path) -> None:
    write_world(tmp_path, learners=60, courses=150, today=date(2025, 6, 30))
    moments = read(tmp_path, "user_enrolments").head(-6)["content_last_accessed_on"].str.to_datetime()
    assert moments.max() < datetime(2025, 7, 1)  # type: ignore[operator]


def test_no_person_is_described(world: Path) -> None:
    personal = ["full_name", "email", "phone_number", "pincode", "gender", "category", "employee_id"]
    assert read(world, "user_detail").select(personal).null_count().row(0) == (302,) * len(personal)


def test_the_search_answer_has_the_platforms_shape(world: Path) -> None:
    answer = json.loads((world / "content_search.json").read_text(encoding="utf-8"))
    content = answer["result"]["content"]
    assert answer["result"]["count"] == len(content) == 200
    assert all(isinstance(item["duration"], str) for item in content)
    kinds = {type(item.get("competencies_v6")) for item in content}
    assert kinds == {list, str, type(None)}
