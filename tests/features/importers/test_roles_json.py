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
from features.importers.roles_json import read_roles

DICTIONARY = """\
competency_area,competency_theme,competency_sub_theme_id,competency_sub_theme
Functional,Lamps,S2,Wick Trimming
Behavioural,Care,S1,Patience
"""


def mapping(**fields: Any) -> dict[str, Any]:
    return {
        "id": "x", "state_center_id": "o3", "designation_name": "Lamp Officer", "wing_division_section": "Night",
        "role_responsibilities": ["- Keeps lamps lit"], "activities": ["1. Trim wicks", "2. Pour oil"],
        "competencies": [
            {"type": "Functional", "theme": "Lamps", "sub_theme": "Wick  trimming", "proficiency_level": "Tactical"},
            {"type": "Behavioural", "theme": "Care", "sub_theme": "Patience"},
        ],
        "sort_order": 1, "status": "COMPLETED",
    } | fields  # fmt: skip


def do_import(folder: Path, document: Any) -> ImportReport:
    (folder / "kcm_dictionary.csv").write_text(DICTIONARY)
    (folder / "roles.json").write_text(json.dumps(document))
    return import_files(Home(folder / "home"), [folder], datetime(2026, 1, 1))


@pytest.mark.parametrize("document", [[mapping()], {"data": [mapping()]}, mapping()], ids=["list", "wrapped", "single"])
def test_a_mapping_becomes_a_position_with_one_role(tmp_path: Path, document: Any) -> None:
    snapshot = do_import(tmp_path, document).snapshot
    assert snapshot.read("roles").select("role_id", "name", "description").rows() == [
        ("role-o3-lamp-officer-night", "Lamp Officer, Night", "Keeps lamps lit")
    ]
    assert snapshot.read("positions").select("organisation_id", "designation", "wing").rows() == [
        ("o3", "Lamp Officer", "Night")
    ]
    assert snapshot.read("position_roles").height == 1
    assert snapshot.read("activities")["name"].sort().to_list() == ["Pour oil", "Trim wicks"]


def test_levels_are_read_and_what_has_none_is_only_suggested(tmp_path: Path) -> None:
    needs = do_import(tmp_path, mapping()).snapshot.read("requirements")
    assert needs.select("competency_id", "level", "source").rows() == [("S1", 3, "suggested"), ("S2", 3, "import")]


@pytest.mark.parametrize(
    ("competency", "reason"),
    [
        ({"theme": "Lamps", "sub_theme": "Moonlight"}, "unknown_competency"),
        ({"theme": "Lamps", "sub_theme": "Wick Trimming", "proficiency_level": "Divine"}, "bad_level"),
        ({}, "missing_competency_id"),
    ],
)
def test_a_bad_competency_is_set_aside(tmp_path: Path, competency: dict[str, str], reason: str) -> None:
    good = {"competency_id": "S1", "proficiency_level": "Strategic"}
    report = do_import(tmp_path, mapping(competencies=[competency, good]))
    assert report.rejects_file is not None
    assert pl.read_parquet(report.rejects_file).select("line", "reason").rows() == [(1, reason)]
    assert report.snapshot.read("requirements").select("competency_id", "level").rows() == [("S1", 5)]


def test_mappings_that_did_not_end_well_are_left_out(tmp_path: Path) -> None:
    report = do_import(tmp_path, [mapping(), mapping(designation_name="Other", status="FAILED")])
    assert report.snapshot.rows["positions"] == 1


@pytest.mark.parametrize("text", ["[]", "{}", '[{"name": "x"}]', "nonsense"])
def test_a_document_without_role_mappings_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "roles.json"
    file.write_text(text)
    with pytest.raises(KarmapathError):
        read_roles(file)
