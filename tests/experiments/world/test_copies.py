"""Copies of simulated learners: more rows, nobody new."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from experiments.world.bad_rows import BAD_ROWS
from experiments.world.copies import write_copies
from features.errors import KarmapathError

LEARNERS, COPIES = 60, 3
TIME = "%Y-%m-%d %H:%M:%S"


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copies")
    write_copies(folder, LEARNERS, COPIES, seed=7, courses=150, table_format="csv")
    return folder


def read(folder: Path, table: str) -> pl.DataFrame:
    frame = pl.read_csv(folder / f"{table}.csv", infer_schema_length=0)
    return frame.head(frame.height - len(BAD_ROWS.get(table, ())))


def test_every_learner_is_there_once_more_for_each_copy(copied: Path) -> None:
    assert read(copied, "user_detail")["user_id"].n_unique() == LEARNERS * (COPIES + 1)
    assert read(copied, "learners")["learner_id"].n_unique() == LEARNERS * (COPIES + 1)


def test_a_copy_keeps_a_run_of_the_original_up_to_a_day_earlier(copied: Path) -> None:
    taken = read(copied, "user_enrolments").with_columns(pl.col("enrolled_on").str.to_datetime(TIME))
    for number in (1, 2, 17, LEARNERS):
        original = taken.filter(pl.col("user_id") == f"L{number:07d}")
        for copy in range(COPIES):
            own = taken.filter(pl.col("user_id") == f"C{copy * LEARNERS + number:08d}")
            courses = original["content_id"].to_list()
            start = courses.index(own["content_id"][0])
            assert courses[start : start + own.height] == own["content_id"].to_list()
            shifts = (original["enrolled_on"].slice(start, own.height) - own["enrolled_on"]).unique().to_list()
            assert len(shifts) == 1
            assert timedelta(0) <= shifts[0] < timedelta(days=1)


def test_what_a_copy_did_beside_its_enrolments_is_of_those_courses(copied: Path) -> None:
    taken = read(copied, "user_enrolments").select("user_id", "content_id")
    spent = read(copied, "enrolments").rename({"learner_id": "user_id", "course_id": "content_id"})
    assert spent.join(taken, on=["user_id", "content_id"], how="anti").is_empty()
    assert spent["user_id"].str.starts_with("C").any()


def test_the_same_arguments_write_the_same_bytes(copied: Path, tmp_path: Path) -> None:
    write_copies(tmp_path, LEARNERS, COPIES, seed=7, courses=150, table_format="csv")
    for file in copied.glob("*.csv"):
        again = tmp_path / file.name
        assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(file.read_bytes()).digest()
    assert not list(tmp_path.glob(".*"))


def test_no_copies_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KarmapathError, match="0 copies"):
        write_copies(tmp_path, LEARNERS, 0)
