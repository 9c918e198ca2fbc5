from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl

from features.home import Home
from features.importers.importing import import_files

NOW = datetime(2026, 11, 1)


def test_an_own_table_fills_in_what_an_export_leaves_empty(tmp_path: Path) -> None:
    (tmp_path / "user_detail.csv").write_text("user_id,mdo_id,designation\nu1,o1,Clerk\nu2,o1,Clerk\n")
    (tmp_path / "learners.csv").write_text('learner_id,languages\nu1,"[""hi"", ""en""]"\n')
    report = import_files(Home(tmp_path / "home"), [tmp_path], NOW)
    learners = report.snapshot.read("learners").sort("learner_id")
    assert report.rejected == 0
    assert learners["designation"].to_list() == ["Clerk", "Clerk"]
    assert learners["languages"].to_list() == [["hi", "en"], None]


def test_a_row_twice_in_one_export_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "user_detail.csv").write_text("user_id,mdo_id,designation\nu1,o1,Clerk\nu1,o1,Officer\n")
    report = import_files(Home(tmp_path / "home"), [tmp_path], NOW)
    assert report.rejected == 1
    assert report.snapshot.read("learners")["designation"].to_list() == ["Clerk"]


def test_days_are_read_as_days(tmp_path: Path) -> None:
    rules = "rule_id,version,title,citation,kind,valid_from\nr1,1,A duty,An order,induction,2025-07-04\n"
    (tmp_path / "rules.csv").write_text(rules)
    rows = import_files(Home(tmp_path / "home"), [tmp_path], NOW).snapshot.read("rules")
    assert rows["valid_from"].to_list() == [date(2025, 7, 4)]
    assert rows["valid_from"].dtype == pl.Date
