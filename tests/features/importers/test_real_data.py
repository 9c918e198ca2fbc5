"""The shipped mappings on the data they are written for; the counts are those its description gives."""

from __future__ import annotations

import resource
import time
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from features.home import Home
from features.importers.importing import ImportReport, import_files
from features.importers.search_json import read_search
from features.interactions import learner_histories

NOW = datetime(2026, 1, 1)


def do_import(name: str, data_folder: Path, home: Path) -> ImportReport:
    source = data_folder / name
    if not source.is_dir():
        pytest.skip(f"no {name} in {data_folder}")
    return import_files(Home(home), [source], NOW, mapping=name)


def test_mars(data_folder: Path, tmp_path: Path) -> None:
    report = do_import("mars", data_folder, tmp_path)
    views = next(count for count in report.counts if count.file == "implicit_ratings_en.csv")
    assert (views.read, views.kept + views.folded, views.rejected) == (21_908, 21_908, 0)
    learners, courses, histories = learner_histories(report.snapshot)
    taken = {courses[number] for number in histories.courses}
    assert (len(learners), len(taken), len(histories.courses)) == (3_007, 957, views.kept)
    assert int((histories.lengths >= 1).sum()) == 3_007
    assert histories.days is not None
    jobs = report.snapshot.read("learners")["designation"]
    assert "N/A" not in set(jobs)
    assert report.snapshot.read("courses")["topics"].explode().drop_nulls().len() > 0


def test_mooccubex(data_folder: Path, tmp_path: Path) -> None:
    started = time.monotonic()
    report = do_import("mooccubex-loo", data_folder, tmp_path)
    assert time.monotonic() - started < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 6_000_000
    train, test = (count for count in report.counts if count.table == "enrolments")
    assert (train.kept, train.folded, test.kept, test.folded) == (1_181_864, 881, 97_722, 0)
    learners, courses, histories = learner_histories(report.snapshot)
    assert (len(learners), len(courses), len(histories.courses)) == (97_722, 3_321, 1_181_864 + 97_722)
    number = {course: n for n, course in enumerate(courses)}
    row = {learner: n for n, learner in enumerate(learners)}
    source = data_folder / "mooccubex-loo"
    with (source / "train.txt").open() as train_file, (source / "test.txt").open() as test_file:
        for train_line, test_line in zip(train_file, test_file, strict=True):
            learner, *items = train_line.split()
            expected = [*dict.fromkeys(items), test_line.split()[1]]
            assert histories.row(row[learner]).tolist() == [number[item] for item in expected]


def test_uk_gdad(data_folder: Path, tmp_path: Path) -> None:
    snapshot = do_import("uk-gdad", data_folder, tmp_path).snapshot
    counts = {c.table: c for c in do_import("uk-gdad", data_folder, tmp_path).counts}
    assert (counts["requirements"].left_out, counts["requirements"].folded) == (28, 16)
    assert snapshot.rows["requirements"] == 1_825 - 28 - 16
    assert (snapshot.rows["roles"], snapshot.rows["positions"], snapshot.rows["competencies"]) == (205, 205, 188)
    roles = pl.read_csv(data_folder / "uk-gdad" / "roles.csv", infer_schema=False)["Role"].n_unique()
    assert roles == 52
    assert set(snapshot.read("requirements")["level"]) == {1, 2, 4, 5}


def test_coursera_skills_named_like_a_known_competency_are_taught(data_folder: Path, tmp_path: Path) -> None:
    do_import("uk-gdad", data_folder, tmp_path)
    report = do_import("coursera-skills", data_folder, tmp_path)
    courses = report.snapshot.read("courses")
    assert courses.height + report.rejected == 1_000
    assert courses["hours"].null_count() == 0
    assert not courses["keywords"].explode().drop_nulls().str.contains("·").any()
    taught = set(report.snapshot.read("teaches")["competency_id"])
    assert taught
    assert taught <= set(report.snapshot.read("competencies")["competency_id"])


def test_tags_of_real_courses_are_read(data_folder: Path) -> None:
    file = data_folder / "igot" / "course_recommendation_service__default_courses.json"
    if not file.exists():
        pytest.skip(f"no {file.name}")
    tags = read_search(file)["tags"]
    assert tags["name"].null_count() == 0
    assert tags["v5_id"].null_count() == 0
    assert set(tags["area"]) <= {"Behavioural", "Functional", "Domain"}


def test_the_competency_model_and_its_integer_ids(data_folder: Path, tmp_path: Path) -> None:
    if not (data_folder / "igot").is_dir():
        pytest.skip(f"no igot in {data_folder}")
    report = import_files(Home(tmp_path), [data_folder / "igot"], NOW, mapping="kcm")
    areas = dict(report.snapshot.read("competencies").group_by("area").len().iter_rows())
    assert (areas["behavioural"], areas["functional"], areas["domain"]) == (41, 73, 171)
    aliases = dict(report.snapshot.read("competency_aliases").select("alias", "competency_id").iter_rows())
    assert aliases["3"] == "BEH-001"
    assert "139" not in aliases
    assert report.rejected == 0
