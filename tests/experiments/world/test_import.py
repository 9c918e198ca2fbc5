from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from experiments.world.bad_rows import BAD_ROWS, COUNT
from features.home import Home
from features.importers.importing import ImportReport, import_files


@pytest.fixture(scope="module")
def report(world: Path, tmp_path_factory: pytest.TempPathFactory) -> ImportReport:
    home = Home(tmp_path_factory.mktemp("home"))
    return import_files(home, [world], datetime(2026, 11, 1))


def test_only_the_deliberate_bad_rows_are_rejected(report: ImportReport) -> None:
    assert report.rejects_file is not None
    rejects = pl.read_parquet(report.rejects_file)
    found = dict(rejects["file"].str.replace(r"\.csv$", "").value_counts().iter_rows())
    assert found == {table: len(rows) for table, rows in BAD_ROWS.items()}
    assert report.rejected == COUNT == 12


def test_the_truth_is_not_imported(report: ImportReport) -> None:
    assert not any("truth" in count.file for count in report.counts)


@pytest.mark.parametrize(
    ("table", "rows"), [("learners", 300), ("courses", 200), ("positions", 82), ("competencies", 162), ("rules", 5)]
)
def test_every_row_arrives(report: ImportReport, table: str, rows: int) -> None:
    assert report.snapshot.rows[table] == rows


def test_every_learner_holds_a_known_position(report: ImportReport) -> None:
    posts = report.snapshot.read("positions").select("organisation_id", "designation")
    people = report.snapshot.read("learners").select("organisation_id", "designation")
    assert people.join(posts, on=["organisation_id", "designation"], how="anti").is_empty()


def test_levels_languages_and_translations_arrive(report: ImportReport) -> None:
    teaches = report.snapshot.read("teaches")
    courses = report.snapshot.read("courses")
    assert teaches["from_level"].null_count() == teaches["to_level"].null_count() == 0
    assert report.snapshot.read("learners")["languages"].null_count() == 0
    assert {"hi", "ta", "bn", "or", "as"} <= set(courses["languages"].explode())
    assert courses["base_course_id"].drop_nulls().is_in(courses["course_id"].implode()).all()


def test_plans_bind_organisations_designations_and_nominated_officials(report: ImportReport) -> None:
    assert set(report.snapshot.read("plans")["scope"]) == {"organisation", "designation", "learner"}


def test_skimmed_completions_are_marked_as_they_were(report: ImportReport, world: Path) -> None:
    dwell = pl.read_csv(world / "enrolments.csv").filter(pl.col("status") == "completed")
    marked = report.snapshot.read("enrolments").filter("skimmed").height
    assert marked == dwell.filter(pl.col("dwell_ratio") < 0.1).height > 0


def test_assessments_under_supervision_are_told_from_quizzes(report: ImportReport) -> None:
    kinds = set(report.snapshot.read("evidence")["kind"])
    assert kinds == {"proctored", "assessment"}
