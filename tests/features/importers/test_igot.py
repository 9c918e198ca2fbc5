from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from features.errors import KarmapathError
from features.home import Home
from features.importers.importing import ImportReport, import_files
from features.warehouse import Snapshot, Warehouse
from tests.features.importers import exports

NOW = datetime(2025, 1, 1)
PERSONAL = ("Invented", "example.org", "90000000", "gender", "phone", "email", "full_name")


def do_import(folder: Path, **changes: str | None) -> ImportReport:
    return import_files(Home(folder / "home"), [exports.write_exports(folder / "exports", **changes)], NOW)


def rejects(report: ImportReport) -> list[tuple[str, int, str, str]]:
    if report.rejects_file is None:
        return []
    return pl.read_parquet(report.rejects_file).select("file", "line", "reason", "found").rows()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return do_import(tmp_path_factory.mktemp("igot")).snapshot


def test_all_tables_come_in_and_no_row_is_refused(tmp_path: Path) -> None:
    report = do_import(tmp_path)
    assert rejects(report) == []
    assert {name: rows for name, rows in report.snapshot.rows.items() if rows} == {
        "organisations": 4, "frameworks": 1, "competencies": 2, "courses": 3, "teaches": 2, "learners": 3,
        "enrolments": 4, "evidence": 2, "plans": 3,
    }  # fmt: skip


def test_organisations_stand_in_a_tree(whole: Snapshot) -> None:
    assert whole.read("organisations").select("organisation_id", "parent_id", "kind").rows() == [
        ("d1", "m1", "department"),
        ("m1", None, "ministry"),
        ("o3", "d1", "organisation"),
        ("o9", "m1", "organisation"),
    ]


def test_a_course_with_several_batches_is_one_course(whole: Snapshot) -> None:
    course = whole.read("courses").row(0, named=True)
    assert (course["course_id"], course["name"], course["hours"], course["languages"]) == (
        "do_1", "Trimming Wicks", 2.0, ["en"],
    )  # fmt: skip


def test_hours_may_be_unknown_and_courses_restricted_or_retired(whole: Snapshot) -> None:
    courses = whole.read("courses").select("course_id", "hours", "restricted", "status").rows()
    assert courses[1:] == [("do_2_rc", 10.0, True, "live"), ("do_3", None, False, "retired")]


def test_learners_keep_their_job_and_nothing_else(whole: Snapshot) -> None:
    learners = whole.read("learners").select("learner_id", "organisation_id", "designation", "group", "verified").rows()
    assert learners == [
        ("u1", "o3", "Lamp Officer", "B", True),
        ("u2", "o3", None, None, False),
        ("u3", "o9", "lamp officer", "C", None),
    ]


def test_several_batches_of_a_course_are_one_enrolment_with_the_furthest_status(whole: Snapshot) -> None:
    first = whole.read("enrolments").row(0, named=True)
    assert (first["enrolled_on"], first["completed_on"], first["status"], first["progress"], first["rating"]) == (
        datetime(2024, 2, 1, 10), datetime(2024, 2, 3, 10), "completed", 1.0, 5.0,
    )  # fmt: skip


def test_who_never_enrolled_is_left_out_and_counted(tmp_path: Path) -> None:
    count = next(c for c in do_import(tmp_path).counts if c.table == "enrolments")
    assert (count.read, count.kept, count.folded, count.left_out, count.rejected) == (6, 4, 1, 1, 0)


def test_marks_come_from_the_column_from_plans_and_from_haste(whole: Snapshot) -> None:
    assert whole.read("enrolments").select("learner_id", "course_id", "mandated", "skimmed").rows() == [
        ("u1", "do_1", True, False),
        ("u1", "do_2_rc", True, True),
        ("u2", "do_1", True, False),
        ("u3", "do_2_rc", False, False),
    ]


def test_only_live_plans_count_and_a_plan_for_all_has_the_organisation_as_scope(whole: Snapshot) -> None:
    assert whole.read("plans").select("plan_id", "scope", "scope_value", "apar").rows() == [
        ("p1", "designation", "Lamp Officer", True),
        ("p2", "organisation", "m1", False),
        ("p4", "learner", "u3", False),
    ]


def test_assessments_become_evidence(whole: Snapshot) -> None:
    found = whole.read("evidence").sort("learner_id").select("learner_id", "kind", "score", "passed", "attempt").rows()
    assert found == [("u1", "assessment", 0.9, True, 1), ("u2", "proctored", 0.25, False, 2)]


def _as_parquet(folder: Path) -> None:
    for file in folder.glob("*.csv"):
        pl.read_csv(file, infer_schema_length=None).write_parquet(file.with_suffix(".parquet"))
        file.unlink()


def _as_folders(folder: Path) -> None:
    _as_parquet(folder)
    for file in list(folder.glob("*.parquet")):
        (folder / file.stem).mkdir()
        rows = pl.read_parquet(file)
        for part, frame in enumerate((rows[:1], rows[1:])):
            frame.write_parquet(folder / file.stem / f"part-{part}.snappy.parquet")
        (folder / file.stem / "_SUCCESS").touch()
        file.unlink()


def _renamed(folder: Path) -> None:
    for file in folder.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        header, rest = text.split("\n", 1)
        header = header.replace("user_id", "userID").replace("content_id", "courseID").replace("mdo_id", "MDO Id")
        file.write_text(header + "\n" + rest, encoding="utf-8")


@pytest.mark.parametrize("changed", [_as_parquet, _as_folders, _renamed], ids=["parquet", "folders", "other headers"])
def test_every_way_of_writing_the_exports_gives_the_same_snapshot(
    tmp_path: Path, whole: Snapshot, changed: Callable[[Path], None]
) -> None:
    folder = exports.write_exports(tmp_path / "exports")
    changed(folder)
    report = import_files(Home(tmp_path / "home"), [folder], NOW)
    assert rejects(report) == []
    for table in ("learners", "courses", "enrolments", "plans", "organisations", "teaches"):
        assert report.snapshot.read(table).equals(whole.read(table)), table


def test_nothing_personal_is_written_anywhere(tmp_path: Path) -> None:
    spoilt = (
        exports.TABLES["user_detail"] + 'u1,o3,Invented Four,four@example.org,9000000004,Officer,B,x,,"bad,VERIFIED\n'
    )
    report = do_import(tmp_path, user_detail=spoilt)
    assert report.rejected == 1
    for file in (tmp_path / "home").rglob("*"):
        if file.is_file():
            text = str(pl.read_parquet(file).to_dicts()) if file.suffix == ".parquet" else file.read_text()
            assert not [word for word in PERSONAL if word in text], file


HEADER = exports.TABLES["user_enrolments"].split("\n", 1)[0] + "\n"
GOOD = "u1,b1,do_1,2024-02-01 10:00:00,100,completed,2024-02-03 10:00:00,5,false\n"


@pytest.mark.parametrize(
    ("row", "reason", "found"),
    [
        ("u9,b1,do_1,2024-02-01 10:00:00,1,in-progress,,,", "unknown_learner", "u9"),
        ("u2,b1,do_9,2024-02-01 10:00:00,1,in-progress,,,", "unknown_course", "do_9"),
        ("u2,b1,do_1,2024-02-31 10:00:00,1,in-progress,,,", "bad_enrolled_on", "2024-02-31 10:00:00"),
        ("u2,b1,do_1,2031-01-01 10:00:00,1,in-progress,,,", "impossible_date", "2031-01-01 10:00:00"),
        ("u2,b1,do_1,1902-01-01 10:00:00,1,in-progress,,,", "impossible_date", "1902-01-01 10:00:00"),
        ("u2,b1,do_1,2024-02-05 10:00:00,100,completed,2024-02-03 10:00:00,,", "impossible_date",
         "completed 2024-02-03, enrolled 2024-02-05"),
        ("u2,b1,do_1,2024-02-01 10:00:00,140,in-progress,,,", "progress_out_of_range", "1.4"),
        ("u2,b1,do_1,2024-02-01 10:00:00,half,in-progress,,,", "bad_progress", "half"),
        ("u2,b1,do_1,2024-02-01 10:00:00,1,finished,,,", "bad_status", "finished"),
        ("u2,b1,do_1,2024-02-01 10:00:00,1,in-progress,,50,", "rating_out_of_range", "50.0"),
        ("u2,b1,do_1,2024-02-01 10:00:00,1,in-progress,,,perhaps", "bad_mandated", "perhaps"),
        (",b1,do_1,2024-02-01 10:00:00,1,in-progress,,,", "missing_learner_id", "nothing"),
        ("u1,b1,do_1,2024-02-01 10:00:00,100,completed,,,", "duplicate", "a row seen before"),
        ("u2,b1,do_1,2024-02-01 10:00:00,1,in-progress,,,,,", "malformed_row", "11 fields instead of 9"),
    ],
)  # fmt: skip
def test_a_bad_row_is_set_aside_and_the_good_ones_are_kept(tmp_path: Path, row: str, reason: str, found: str) -> None:
    report = do_import(tmp_path, user_enrolments=HEADER + GOOD + row + "\n")
    assert rejects(report) == [("user_enrolments.csv", 3, reason, found)]
    assert report.snapshot.rows["enrolments"] == 1


def test_broken_encoding_is_a_bad_row(tmp_path: Path) -> None:
    folder = exports.write_exports(tmp_path / "exports")
    file = folder / "user_detail.csv"
    file.write_bytes(file.read_bytes().replace(b"Lamp Officer", b"Lamp Officer\xe9"))
    report = import_files(Home(tmp_path / "home"), [folder], NOW)
    broken = [row for row in rejects(report) if row[0] == "user_detail.csv"]
    assert broken == [("user_detail.csv", 2, "broken_encoding", "bytes that are not UTF-8")]
    assert report.snapshot.rows["learners"] == 2


def test_rejects_say_what_was_expected_and_what_to_do_also_as_csv(tmp_path: Path) -> None:
    report = do_import(tmp_path, user_enrolments=HEADER + GOOD + "u9,b1,=do_1,2024-02-01 10:00:00,1,in-progress,,,\n")
    assert report.rejects_file is not None
    row = pl.read_parquet(report.rejects_file).row(0, named=True)
    assert (row["expected"], row["remedy"]) == (
        "an id in the table learners", "import the learners first, or correct the id",
    )  # fmt: skip
    assert pl.read_csv(report.rejects_file.with_suffix(".csv")).row(0, named=True) == row


def test_cells_that_look_like_formulas_are_quoted_in_the_csv_only(tmp_path: Path) -> None:
    report = do_import(tmp_path, user_enrolments=HEADER + GOOD + "u1,b9,=1+1,2024-02-01 10:00:00,1,in-progress,,,\n")
    assert report.rejects_file is not None
    assert pl.read_parquet(report.rejects_file)["found"].to_list() == ["=1+1"]
    assert pl.read_csv(report.rejects_file.with_suffix(".csv"))["found"].to_list() == ["'=1+1"]


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        ("user_enrolments", "<html>Session expired</html>", "HTML"),
        ("user_enrolments", "a,b\n1,2\n", "user_id"),
        ("content", "", "empty"),
        ("cb_plan", exports.TABLES["user_detail"], "cb_plan_id"),
    ],
)
def test_a_file_that_is_not_what_it_claims_is_refused_and_nothing_is_written(
    tmp_path: Path, table: str, text: str, said: str
) -> None:
    with pytest.raises(KarmapathError, match=said):
        do_import(tmp_path, **{table: text})
    assert not (tmp_path / "home").exists()


def test_a_refused_file_leaves_the_warehouse_as_it_was(tmp_path: Path) -> None:
    before = do_import(tmp_path).snapshot.hash
    with pytest.raises(KarmapathError):
        do_import(tmp_path, user_enrolments="a,b\n1,2\n")
    assert Warehouse(tmp_path / "home" / "warehouse").current().hash == before


def test_where_no_row_is_good_nothing_is_committed_and_the_rejects_are_kept(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "user_enrolments.csv").write_text(HEADER + GOOD)
    with pytest.raises(KarmapathError, match="no row that can be imported"):
        import_files(home, [folder], NOW)
    assert not home.warehouse.exists()
    assert len(list(home.rejects.glob("*.parquet"))) == 1


def test_importing_the_same_files_again_changes_nothing(tmp_path: Path) -> None:
    assert do_import(tmp_path).snapshot.hash == do_import(tmp_path).snapshot.hash


def test_tables_may_come_one_import_after_the_other(tmp_path: Path, whole: Snapshot) -> None:
    home = Home(tmp_path / "home")
    folder = exports.write_exports(tmp_path / "exports")
    for name in ("org_hierarchy", "kcm_dictionary", "content", "kcm_content_mapping", "user_detail", "user_enrolments"):
        import_files(home, [folder / f"{name}.csv"], NOW)
    report = import_files(home, [folder / "cb_plan.csv", folder / "assessment_detail.csv"], NOW)
    assert report.snapshot.read("enrolments").equals(whole.read("enrolments"))


def test_one_export_in_two_formats_is_refused(tmp_path: Path) -> None:
    folder = exports.write_exports(tmp_path / "exports")
    pl.read_csv(folder / "content.csv").write_parquet(folder / "content.parquet")
    with pytest.raises(KarmapathError, match="one format"):
        import_files(Home(tmp_path / "home"), [folder], NOW)


def test_pseudonyms_join_and_cannot_be_mixed_with_plain_ids(tmp_path: Path) -> None:
    folder = exports.write_exports(tmp_path / "exports")
    home = Home(tmp_path / "home")
    report = import_files(home, [folder], NOW, pseudonymise=True)
    learners = set(report.snapshot.read("learners")["learner_id"])
    assert not learners & {"u1", "u2", "u3"}
    assert set(report.snapshot.read("enrolments")["learner_id"]) <= learners
    assert set(report.snapshot.read("plans").filter(pl.col("scope") == "learner")["scope_value"]) <= learners
    assert rejects(report) == []
    again = import_files(home, [folder], NOW)
    assert again.snapshot.hash == report.snapshot.hash
    plain = Home(tmp_path / "plain")
    import_files(plain, [folder], NOW)
    with pytest.raises(KarmapathError, match="twice"):
        import_files(plain, [folder], NOW, pseudonymise=True)


def test_a_cell_that_holds_an_address_or_a_number_of_a_person_is_not_shown(tmp_path: Path) -> None:
    shifted = exports.TABLES["user_detail"] + "u4,o3,Officer,B,x,y,z,9000000009 four@example.org,,,four@example.org\n"
    report = do_import(tmp_path, user_detail=shifted)
    assert rejects(report) == [("user_detail.csv", 5, "bad_verified", "(e-mail address)")]


def test_where_all_enrolments_are_bad_the_next_import_is_refused_too(tmp_path: Path) -> None:
    before = do_import(tmp_path).snapshot.hash
    file = tmp_path / "user_enrolments.csv"
    file.write_text(HEADER + GOOD.replace("u1", "u9"))
    with pytest.raises(KarmapathError, match="no row that can be imported"):
        import_files(Home(tmp_path / "home"), [file], NOW)
    assert Warehouse(tmp_path / "home" / "warehouse").current().hash == before


def test_what_the_learners_own_plan_says_twice_is_rejected_under_the_pseudonym(tmp_path: Path) -> None:
    twice = exports.TABLES["cb_plan"] + exports.TABLES["cb_plan"].splitlines()[-1] + "\n"
    folder = exports.write_exports(tmp_path / "exports", cb_plan=twice)
    report = import_files(Home(tmp_path / "home"), [folder], NOW, pseudonymise=True)
    assert [row[:3] for row in rejects(report)] == [("cb_plan.csv", 6, "duplicate")]
    assert "u3" not in rejects(report)[0][3].split(", ")
