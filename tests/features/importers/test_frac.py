from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from features.errors import KarmapathError
from features.home import Home
from features.importers.importing import ImportReport, import_files

COMPETENCIES = "competency_id,framework_id,name,theme\nS1,f,Patience,Care\nS2,f,Wick Trimming,Lamps\n"
TABLE = """\
position,organisation,role,activity,competency,level,weight,critical
Lamp Officer,o3,Lamp keeping,Trim wicks,Wick Trimming,4,2,yes
Lamp Officer,o3,Lamp keeping,Trim wicks,Patience,2,1,no
Lamp Officer,o9,Lamp keeping,Trim wicks,Wick Trimming,4,2,yes
Lamp Officer,o9,Counter,,S1,Expert,,
"""


def do_import(folder: Path, table: str, name: str = "frac.csv") -> ImportReport:
    (folder / "competencies.csv").write_text(COMPETENCIES)
    (folder / name).write_text(table)
    return import_files(Home(folder / "home"), [folder / "competencies.csv", folder / name], datetime(2026, 1, 1))


@pytest.mark.parametrize("name", ["frac.csv", "posts of the ministry.csv"], ids=["by name", "by columns"])
def test_a_table_becomes_positions_roles_activities_and_requirements(tmp_path: Path, name: str) -> None:
    snapshot = do_import(tmp_path, TABLE, name).snapshot
    assert snapshot.read("roles").select("role_id", "name").rows() == [
        ("counter", "Counter"), ("lamp-keeping", "Lamp keeping"),
    ]  # fmt: skip
    assert snapshot.read("activities").rows() == [("lamp-keeping-trim-wicks", "lamp-keeping", "Trim wicks")]
    assert snapshot.read("requirements").drop("source").rows() == [
        ("counter", None, "S1", 5, 1.0, False),
        ("lamp-keeping", "lamp-keeping-trim-wicks", "S1", 2, 1.0, False),
        ("lamp-keeping", "lamp-keeping-trim-wicks", "S2", 4, 2.0, True),
    ]
    assert snapshot.read("position_roles").rows() == [
        ("o3-lamp-officer", "lamp-keeping"), ("o9-lamp-officer", "counter"), ("o9-lamp-officer", "lamp-keeping"),
    ]  # fmt: skip


def test_ids_that_are_given_are_kept(tmp_path: Path) -> None:
    header = "position_id,designation,role_id,role,activity_id,activity,competency_id,level"
    snapshot = do_import(tmp_path, f"{header}\nP1,Clerk,R1,Desk,A1,File,S1,3\n").snapshot
    assert snapshot.read("positions").select("position_id", "designation").rows() == [("P1", "Clerk")]
    assert snapshot.read("requirements").row(0)[:3] == ("R1", "A1", "S1")


def test_roles_need_no_positions(tmp_path: Path) -> None:
    snapshot = do_import(tmp_path, "role,competency,level\nDesk,Patience,3\n").snapshot
    assert snapshot.rows.get("positions", 0) == 0
    assert snapshot.rows["requirements"] == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Desk,Moonlight,3", "unknown_competency"),
        ("Desk,Patience,6", "bad_level"),
        ("Desk,Patience,0", "level_out_of_range"),
        ("Desk,Patience,", "missing_level"),
        (",Patience,3", "missing_role_id"),
    ],
)
def test_a_bad_requirement_is_set_aside(tmp_path: Path, row: str, reason: str) -> None:
    report = do_import(tmp_path, f"role,competency,level\nDesk,Wick Trimming,3\n{row}\n")
    assert report.rejects_file is not None
    found = pl.read_parquet(report.rejects_file).filter(pl.col("table") == "requirements")
    assert found.select("line", "reason").rows() == [(3, reason)]
    assert report.snapshot.rows["requirements"] == 1


def test_a_name_that_two_competencies_share_matches_neither(tmp_path: Path) -> None:
    shared = COMPETENCIES + "S3,f,Patience,Fishing\n"
    (tmp_path / "competencies.csv").write_text(shared)
    (tmp_path / "frac.csv").write_text("role,competency,level\nDesk,Patience,3\nDesk,Care / Patience,3\n")
    report = import_files(Home(tmp_path / "home"), [tmp_path], datetime(2026, 1, 1))
    assert report.snapshot.read("requirements")["competency_id"].to_list() == ["S1"]
    assert report.rejected == 1


def test_a_frac_table_without_levels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KarmapathError):
        do_import(tmp_path, "role,competency\nDesk,Patience\n")
