from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.errors import KarmapathError
from features.home import Home
from features.importers.importing import ImportReport, import_files
from features.importers.mapping import load_format, load_mapping, shipped_mappings

NOW = datetime(2026, 1, 1)
COURSES = '[[table]]\ntable = "courses"\nfile = "courses.csv"\n[table.columns]\n'


def do_import(folder: Path, mapping: str, **files: str) -> ImportReport:
    (folder / "data").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "data" / name.replace("__", ".")).write_text(text, encoding="utf-8")
    (folder / "mapping.toml").write_text(mapping, encoding="utf-8")
    return import_files(
        Home(folder / "home"), [folder / "data"], datetime(2026, 1, 1), mapping=str(folder / "mapping.toml")
    )


def cell(folder: Path, rule: str, text: str, column: str = "description") -> Any:
    """Import one course whose column is filled by ``rule`` from a cell under the header ``x``."""
    mapping = f'null_words = ["N/A"]\n{COURSES}course_id = "id"\nname = "id"\n{column} = {rule}\n'
    return do_import(folder, mapping, courses__csv=f"id,x,y\nc,{text}\n").snapshot.read("courses")[column][0]


@pytest.mark.parametrize(
    ("column", "rule", "text", "expected"),
    [
        ("description", '"x"', " a ,", "a"),
        ("description", '"X"', "a,", "a"),
        ("description", '"x"', "N/A,", None),
        ("description", '{ source = ["x", "y"] }', ",second", "second"),
        ("description", '{ source = ["x", "y"], join = ": " }', "a,b", "a: b"),
        ("description", '{ source = ["x", "y"], join = ": " }', ",b", "b"),
        ("description", '{ source = "x", value = "unsaid" }', ",", "unsaid"),
        ("description", '{ source = "x", slug = true, prefix = "p-" }', "A & B!,", "p-a-b"),
        ("description", '{ source = "x", pattern = "([0-9]+)" }', "no 12,", "12"),
        ("restricted", '{ source = "x", pattern = "_rc$" }', "do_rc,", True),
        ("hours", '{ source = "x", unit = "minutes" }', "90,", 1.5),
        ("published_on", '{ source = "x", unit = "year" }', "2016,", datetime(2016, 1, 1)),
        ("cost", '{ source = "x", words = { Free = 0.0, Paid = 500.0 } }', "free,", 0.0),
        ("status", '{ value = "live" }', ",", "live"),
    ],
)
def test_what_a_column_may_be_made_of(tmp_path: Path, column: str, rule: str, text: str, expected: Any) -> None:
    assert cell(tmp_path, rule, text, column) == expected


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ('"x"', "\"['a', 'b']\",", ["a", "b"]),
        ('{ source = "x", separator = ";" }', "a; b,", ["a", "b"]),
        ('{ source = "x", separator = ";", drop = "^b$" }', "a; b,", ["a"]),
    ],
)
def test_what_a_list_may_be_made_of(tmp_path: Path, rule: str, text: str, expected: list[str]) -> None:
    assert cell(tmp_path, rule, text, "keywords").to_list() == expected


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("[[table]", "not TOML"),
        ('about = "x"', r"no \[\[table\]\]"),
        ('[[table]]\ntable = "coursez"\n', "coursez"),
        ('[[table]]\ntable = "courses"\n[table.columns]\nnme = "x"\n', "nme"),
        ('[[table]]\ntable = "courses"\nfiel = "x"\n', "fiel"),
        (f'{COURSES}name = {{ sauce = "x" }}\n', "sauce"),
        (f'{COURSES}hours = {{ source = "x", unit = "days" }}\n', "days"),
        (f'{COURSES}hours = {{ source = "x", scale = "stars" }}\n', "stars"),
        (f"{COURSES}name = 3\n", "3"),
        ('[[table]]\ntable = "courses"\nduplicates = "merge"\n', "merge"),
    ],
)
def test_a_mistake_in_a_mapping_is_named(tmp_path: Path, mapping: str, said: str) -> None:
    (tmp_path / "mapping.toml").write_text(mapping)
    with pytest.raises(KarmapathError, match=said):
        load_mapping(str(tmp_path / "mapping.toml"))


def test_a_mapping_that_is_not_there_names_those_that_ship() -> None:
    with pytest.raises(KarmapathError, match="coursera-skills, kcm, mars, mooccubex-loo, uk-gdad"):
        load_mapping("mras")


@pytest.mark.parametrize("name", shipped_mappings())
def test_every_shipped_mapping_is_sound_and_says_what_it_is(name: str) -> None:
    assert load_mapping(name).about


@pytest.mark.parametrize("name", ["igot", "search", "roles", "frac"])
def test_every_format_of_the_platform_is_sound(name: str) -> None:
    assert load_format(name).tables


def test_a_wrong_column_names_the_columns_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(KarmapathError, match="has the columns id, x, y; expected a column 'title' for name"):
        do_import(tmp_path, f'{COURSES}course_id = "id"\nname = "title"\n', courses__csv="id,x,y\nc,1,2\n")
    assert not (tmp_path / "home").exists()


def test_a_missing_file_is_refused_unless_it_is_optional(tmp_path: Path) -> None:
    learners = '[[table]]\ntable = "learners"\nfile = "people.csv"\n[table.columns]\nlearner_id = "id"\n'
    courses = f'{COURSES}course_id = "id"\nname = "id"\n'
    with pytest.raises(KarmapathError, match=r"people\.csv"):
        do_import(tmp_path, courses + learners, courses__csv="id\nc\n")
    optional = learners.replace("file =", "optional = true\nfile =")
    assert do_import(tmp_path, courses + optional, courses__csv="id\nc\n").snapshot.rows["courses"] == 1


ENROLMENTS = """
[[table]]
table = "courses"
file = "views.csv"
duplicates = "fold"
[table.columns]
course_id = "item"
name = "item"
[[table]]
table = "learners"
file = "views.csv"
duplicates = "fold"
[table.columns]
learner_id = "user"
[[table]]
table = "enrolments"
file = "views.csv"
duplicates = "fold"
[table.columns]
learner_id = "user"
course_id = "item"
enrolled_on = { source = "at", optional = true }
[[table]]
table = "enrolments"
file = "shares.csv"
attach = true
optional = true
[table.columns]
learner_id = "user"
course_id = "item"
progress = { source = "share", unit = "percent" }
"""


def test_repeated_views_fold_into_the_first_by_time(tmp_path: Path) -> None:
    views = "user,item,at\nu,b,2024-01-03\nu,a,2024-01-02\nu,b,2024-01-01\n"
    report = do_import(tmp_path, ENROLMENTS, views__csv=views)
    found = report.snapshot.read("enrolments").sort("sequence").select("course_id", "enrolled_on")
    assert found.rows() == [("b", datetime(2024, 1, 1)), ("a", datetime(2024, 1, 2))]
    assert (report.counts[2].kept, report.counts[2].folded, report.rejected) == (2, 1, 0)


def test_without_times_the_order_of_the_file_is_the_order(tmp_path: Path) -> None:
    report = do_import(tmp_path, ENROLMENTS, views__csv="user,item\nu,b\nv,c\nu,a\nu,b\nu,c\n")
    ordered = report.snapshot.read("enrolments").sort("learner_id", "sequence").select("learner_id", "course_id")
    assert ordered.rows() == [("u", "b"), ("u", "a"), ("u", "c"), ("v", "c")]


def test_equal_times_keep_the_order_of_the_file(tmp_path: Path) -> None:
    views = "user,item,at\n" + "".join(f"u,{item},2024-01-01\n" for item in "zaybxc")
    found = do_import(tmp_path, ENROLMENTS, views__csv=views).snapshot.read("enrolments").sort("sequence")
    assert found["course_id"].to_list() == list("zaybxc")


def test_rows_attach_to_what_is_there_and_are_rejected_where_nothing_is(tmp_path: Path) -> None:
    shares = "user,item,share\nu,a,95\nu,b,0\nu,c,50\nu,zz,10\n"
    views = "user,item\nu,a\nu,b\nu,c\nu,d\n"
    report = do_import(tmp_path, ENROLMENTS + "", views__csv=views, shares__csv=shares)
    found = report.snapshot.read("enrolments").select("course_id", "progress", "status").rows()
    assert found == [
        ("a", 0.95, "completed"), ("b", 0.0, "not_started"), ("c", 0.5, "in_progress"), ("d", None, "in_progress"),
    ]  # fmt: skip
    assert report.rejects_file is not None
    assert pl.read_parquet(report.rejects_file)["line"].to_list() == [5]


def test_json_records_are_rows(tmp_path: Path) -> None:
    mapping = COURSES.replace("courses.csv", "courses.json").replace(
        "[table.columns]", 'format = "records"\n[table.columns]'
    )
    text = '[{"id": 7, "title": "Seven", "tags": ["a"]}, {"id": 8, "title": "Eight"}]'
    report = do_import(tmp_path, f'{mapping}course_id = "id"\nname = "title"\nkeywords = "tags"\n', courses__json=text)
    found = report.snapshot.read("courses").select("course_id", "name", "keywords").rows()
    assert found == [("7", "Seven", ["a"]), ("8", "Eight", None)]


def test_what_a_later_import_does_not_speak_of_stays(tmp_path: Path) -> None:
    do_import(tmp_path, f'{COURSES}course_id = "id"\nname = "id"\ndescription = "x"\n', courses__csv="id,x\nc,about\n")
    mapping = f'{COURSES}course_id = "id"\nname = "x"\n'
    found = do_import(tmp_path, mapping, courses__csv="id,x\nc,New name\n").snapshot.read("courses")
    assert found.select("name", "description").rows() == [("New name", "about")]


def test_a_course_is_published_no_later_than_it_was_first_taken(tmp_path: Path) -> None:
    mapping = f'{COURSES}course_id = "id"\nname = "id"\npublished_on = "on"\n{ENROLMENTS.split("[[table]]", 2)[2]}'
    report = do_import(
        tmp_path,
        mapping.replace('table = "learners"', '[[table]]\ntable = "learners"', 1),
        courses__csv="id,on\na,2024-06-01\nb,2024-06-01\n",
        views__csv="user,item,at\nu,a,2024-01-01\n",
    )
    published = report.snapshot.read("courses")["published_on"].to_list()
    assert published == [datetime(2024, 1, 1), datetime(2024, 6, 1)]


def test_a_later_import_of_views_keeps_the_shares_known_before(tmp_path: Path) -> None:
    views = "user,item\nu,a\nu,b\n"
    do_import(tmp_path, ENROLMENTS, views__csv=views, shares__csv="user,item,share\nu,a,95\n")
    (tmp_path / "data" / "shares.csv").unlink()
    found = do_import(tmp_path, ENROLMENTS, views__csv=views).snapshot.read("enrolments")
    assert found.select("course_id", "progress", "status").rows() == [
        ("a", 0.95, "completed"), ("b", None, "in_progress"),
    ]  # fmt: skip


def test_courses_that_come_after_what_they_teach_give_it_their_level(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name, text in {
        "competencies.csv": "competency_id,framework_id,name\ns,f,Skill\n",
        "courses.csv": "course_id,name\nc,Course\n",
        "teaches.csv": "course_id,competency_id\nc,s\n",
    }.items():
        (tmp_path / "data" / name).write_text(text)
    home = Home(tmp_path / "home")
    assert import_files(home, [tmp_path / "data"], NOW).snapshot.read("teaches")["to_level"].to_list() == [None]
    (tmp_path / "data" / "courses.csv").write_text("course_id,name,difficulty\nc,Course,Advanced\n")
    report = import_files(home, [tmp_path / "data" / "courses.csv"], NOW)
    assert report.snapshot.read("teaches").select("from_level", "to_level").rows() == [(3, 4)]
