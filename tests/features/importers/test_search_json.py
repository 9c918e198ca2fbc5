from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.errors import KarmapathError
from features.home import Home
from features.importers.importing import ImportReport, import_files
from features.importers.search_json import read_search

NOW = datetime(2026, 1, 1)
V6 = {
    "competencyAreaName": "Functional",
    "competencyThemeName": "Lamps",
    "competencySubThemeName": "Wick Trimming",
    "competencySubThemeRefId": "COMSUBTHEME-1",
    "competencySubThemeIdentifier": "fw_subtheme_1",
    "competencySubThemeDescription": "Keeps a wick even",
}
V5 = {
    "competencyArea": "Functional",
    "competencyTheme": "Lamps",
    "competencySubTheme": "Wick  trimming ",
    "competencySubThemeId": 7,
    "competecnySubThemeDescription": "Keeps a wick even",
}


def course(identifier: str = "do_1", **fields: Any) -> dict[str, Any]:
    return {"identifier": identifier, "name": "Lamps", "duration": "3600", "status": "Live"} | fields


def do_import(folder: Path, *courses: dict[str, Any]) -> ImportReport:
    document = {"id": "api.search", "result": {"count": len(courses), "content": list(courses)}}
    file = folder / "search.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return import_files(Home(folder / "home"), [file], NOW)


def imported_course(folder: Path, **fields: Any) -> dict[str, Any]:
    return do_import(folder, course(**fields)).snapshot.read("courses").row(0, named=True)


@pytest.mark.parametrize("tags", [[V6], json.dumps([V6]), json.dumps(json.dumps([V6]))], ids=["list", "text", "twice"])
def test_tags_may_be_a_list_or_a_json_text(tmp_path: Path, tags: Any) -> None:
    snapshot = do_import(tmp_path, course(competencies_v6=tags)).snapshot
    assert snapshot.read("teaches").select("course_id", "competency_id").rows() == [("do_1", "COMSUBTHEME-1")]
    assert snapshot.read("competencies").select("name", "theme", "area").rows() == [
        ("Wick Trimming", "Lamps", "functional")
    ]


def test_tags_may_be_parallel_lists(tmp_path: Path) -> None:
    parallel = {
        "competencySubThemeRefId": ["S1", "S2"],
        "competencySubThemeName": ["Wick Trimming", "Oil"],
        "competencyAreaName": ["Functional", "Domain"],
    }
    snapshot = do_import(tmp_path, course(competencies_v6=parallel)).snapshot
    assert snapshot.read("teaches")["competency_id"].to_list() == ["S1", "S2"]


def test_absent_tags_teach_nothing(tmp_path: Path) -> None:
    report = do_import(tmp_path, course(competencies_v6=None), course("do_2", competencies_v5=[]), course("do_3"))
    assert report.snapshot.rows["courses"] == 3
    assert report.snapshot.rows.get("teaches", 0) == 0
    assert report.rejected == 0


def test_a_broken_tag_text_is_rejected_and_the_course_is_kept(tmp_path: Path) -> None:
    report = do_import(tmp_path, course(competencies_v6='[{"competencyThemeName": '), course("do_2"))
    assert report.snapshot.rows["courses"] == 2
    assert report.rejects_file is not None
    rejects = pl.read_parquet(report.rejects_file)
    assert rejects.filter(pl.col("table") == "teaches").select("line", "reason").rows() == [
        (1, "missing_competency_id")
    ]


def test_version_6_goes_before_version_5(tmp_path: Path) -> None:
    snapshot = do_import(tmp_path, course(competencies_v6=[V6], competencies_v5=[V5])).snapshot
    assert snapshot.read("competencies")["competency_id"].to_list() == ["COMSUBTHEME-1"]


def test_a_tag_of_version_5_finds_the_competency_of_version_6_by_name(tmp_path: Path) -> None:
    do_import(tmp_path, course(competencies_v6=[V6]))
    snapshot = do_import(tmp_path, course("do_2", competencies_v5=[V5])).snapshot
    assert snapshot.read("teaches").rows(named=True)[1]["competency_id"] == "COMSUBTHEME-1"
    aliases = snapshot.read("competency_aliases").sort("kind")
    assert aliases.rows() == [("fw_subtheme_1", "identifier", "COMSUBTHEME-1"), ("7", "v5_id", "COMSUBTHEME-1")]


def test_an_unknown_tag_of_version_5_brings_its_own_competency_with_its_misspelt_description(tmp_path: Path) -> None:
    snapshot = do_import(tmp_path, course(competencies_v5=[V5])).snapshot
    found = snapshot.read("competencies").select("competency_id", "name", "description").rows()
    assert found == [("kcm-v5-7", "Wick trimming", "Keeps a wick even")]


@pytest.mark.parametrize(("duration", "hours"), [("5400", 1.5), ("01:30:00", 1.5), (5400, 1.5), (None, None)])
def test_durations(tmp_path: Path, duration: Any, hours: float | None) -> None:
    assert imported_course(tmp_path, duration=duration)["hours"] == hours


def test_a_rating_may_be_null(tmp_path: Path) -> None:
    assert imported_course(tmp_path, avgRating=None)["rating"] is None


def test_names_are_trimmed_and_html_is_taken_away(tmp_path: Path) -> None:
    found = imported_course(tmp_path, name="  PM &amp; LAMPS  ", instructions="<p>Light <b>it</b></p>")
    assert (found["name"], found["description"]) == ("PM & LAMPS", "Light it")


def test_languages_become_codes(tmp_path: Path) -> None:
    assert imported_course(tmp_path, language=["English", "Hindi"])["languages"] == ["en", "hi"]


def test_levels_follow_the_difficulty(tmp_path: Path) -> None:
    snapshot = do_import(tmp_path, course(competencies_v6=[V6], difficultyLevel="Intermediate")).snapshot
    assert snapshot.read("teaches").select("from_level", "to_level").rows() == [(2, 3)]


def test_translations_point_to_the_course_with_the_map(tmp_path: Path) -> None:
    base = course("do_1", languageMapV1={"english": {"id": "do_1"}, "hindi": {"id": "do_2"}})
    snapshot = do_import(tmp_path, base, course("do_2", language=["Hindi"])).snapshot
    assert snapshot.read("courses").select("course_id", "base_course_id").rows() == [("do_1", None), ("do_2", "do_1")]


def test_restricted_by_suffix_or_by_setting(tmp_path: Path) -> None:
    secured = course("do_3", secureSettings={"isVerifiedKarmayogi": "Yes", "organisation": []})
    snapshot = do_import(tmp_path, course("do_1"), course("do_2_rc"), secured).snapshot
    assert snapshot.read("courses")["restricted"].to_list() == [False, True, True]


def test_a_restricted_course_keeps_whom_it_is_for(tmp_path: Path) -> None:
    secured = course("do_3_rc", secureSettings={"isVerifiedKarmayogi": "Yes", "organisation": ["o1", "o2"]})
    found = do_import(tmp_path, course("do_1"), course("do_2_rc"), secured).snapshot.read("courses")
    assert found["entitled"].to_list() == [None, None, ["o1", "o2"]]


def test_partner_courses_are_external_and_in_minutes(tmp_path: Path) -> None:
    partner = {
        "contentId": "ext_1", "name": "Oil", "duration": "90", "topic": "Lamps, Oil", "objectives": "<li>Pour</li>",
        "contentPartner": {"id": "p", "contentPartnerName": "Partner"},
    }  # fmt: skip
    found = do_import(tmp_path, partner).snapshot.read("courses").row(0, named=True)
    assert (found["external"], found["hours"], found["topics"], found["provider"], found["description"]) == (
        True, 1.5, ["Lamps", "Oil"], "Partner", "Pour",
    )  # fmt: skip


def test_a_course_without_a_name_is_rejected(tmp_path: Path) -> None:
    report = do_import(tmp_path, course("do_1"), course("do_2", name="  "))
    assert (report.snapshot.rows["courses"], report.rejected) == (1, 1)


@pytest.mark.parametrize("text", ["{", "[1, 2]", '{"result": {"content": []}}', "<html></html>", '"x"'])
def test_a_document_that_is_not_a_search_answer_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "search.json"
    file.write_text(text)
    with pytest.raises(KarmapathError):
        read_search(file)


def test_a_reference_id_becomes_an_alias_of_the_competency_known_by_another_id(tmp_path: Path) -> None:
    (tmp_path / "competencies.csv").write_text("competency_id,framework_id,name,theme\nFUN-1,kcm,Wick Trimming,Lamps\n")
    import_files(Home(tmp_path / "home"), [tmp_path / "competencies.csv"], NOW)
    snapshot = do_import(tmp_path, course(competencies_v6=[V6])).snapshot
    assert snapshot.read("competencies")["competency_id"].to_list() == ["FUN-1"]
    assert ("COMSUBTHEME-1", "ref_id", "FUN-1") in snapshot.read("competency_aliases").rows()
    (tmp_path / "kcm_content_mapping.csv").write_text("course_id,competency_sub_theme_id\ndo_1,COMSUBTHEME-1\n")
    report = import_files(Home(tmp_path / "home"), [tmp_path / "kcm_content_mapping.csv"], NOW)
    assert report.rejected == 0
    assert report.snapshot.read("teaches")["competency_id"].to_list() == ["FUN-1"]


def test_one_bad_object_does_not_make_the_file_another(tmp_path: Path) -> None:
    report = do_import(tmp_path, {"identifier": "do_0"}, course("do_1"), course("do_2"))
    assert (report.snapshot.rows["courses"], report.rejected) == (2, 1)
