from __future__ import annotations

from pathlib import Path

import pytest

from features.errors import KarmapathError
from features.importers.recognise import jobs_for
from tests.features.importers import exports


def test_tables_that_others_point_to_come_first(tmp_path: Path) -> None:
    jobs, _ = jobs_for([exports.write_exports(tmp_path)])
    tables = list(dict.fromkeys(job.rule.table for job in jobs))
    assert tables == [
        "organisations", "frameworks", "competencies", "courses", "teaches", "learners", "enrolments", "evidence",
        "plans",
    ]  # fmt: skip


@pytest.mark.parametrize("table", exports.TABLES)
def test_a_file_given_by_itself_is_recognised_by_its_columns(tmp_path: Path, table: str) -> None:
    file = tmp_path / "export of monday.csv"
    file.write_text(exports.TABLES[table])
    expected, _ = jobs_for([exports.write_exports(tmp_path / "named") / f"{table}.csv"])
    found, _ = jobs_for([file])
    assert [job.rule.table for job in found] == [job.rule.table for job in expected]


def test_other_files_of_a_folder_are_named_and_left_alone(tmp_path: Path) -> None:
    folder = exports.write_exports(tmp_path)
    for name in ("notes.txt", "other.csv", "settings.json", "picture.png"):
        (folder / name).write_text('{"a": 1}' if name.endswith(".json") else "x")
    _, ignored = jobs_for([folder])
    assert {path.name for path in ignored} == {"notes.txt", "other.csv", "settings.json", "picture.png"}


def test_folders_that_begin_with_an_underscore_are_not_looked_into(tmp_path: Path) -> None:
    folder = exports.write_exports(tmp_path)
    exports.write_exports(folder / "_truth")
    jobs, ignored = jobs_for([folder])
    assert ignored == []
    assert all(job.path.parent == folder for job in jobs)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("other.csv", "a,b\n1,2\n", "columns a, b"),
        ("other.json", '{"a": 1}', "neither"),
        ("other.docx", "x", r"\*.docx"),
        ("courses.csv", "course_id,hours\nc,1\n", "course_id, name"),
    ],
)
def test_a_file_given_by_itself_that_is_not_recognised_is_refused(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(KarmapathError, match=said):
        jobs_for([tmp_path / name])


def test_a_folder_without_any_known_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KarmapathError, match="no file that is recognised"):
        jobs_for([tmp_path])


def test_unknown_kinds_and_paths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KarmapathError, match="auto, igot, search, roles, frac"):
        jobs_for([tmp_path], "excel")
    with pytest.raises(KarmapathError, match="nothing at"):
        jobs_for([tmp_path / "none"])


def test_own_tables_are_read_under_their_own_names(tmp_path: Path) -> None:
    (tmp_path / "prerequisites.csv").write_text("course_id,group,requires_course_id\na,0,b\n")
    jobs, _ = jobs_for([tmp_path])
    assert [(job.rule.table, job.mapping.name) for job in jobs] == [("prerequisites", "own")]
