from __future__ import annotations

from pathlib import Path

import pytest

from features.importers.mapping import load_format, shipped_mappings
from features.importers.recognise import jobs_for
from tests.features.importers import exports

GUIDE = (Path(__file__).parents[3] / "docs" / "importing.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", shipped_mappings())
def test_the_guide_names_every_shipped_mapping(name: str) -> None:
    assert f"| `{name}` |" in GUIDE


def test_the_guide_names_every_export_that_is_recognised() -> None:
    exports_read = {rule.files[0].split("*")[0].split(".")[0] for rule in load_format("igot").tables}
    assert exports_read == set(exports.TABLES)
    assert [name for name in exports_read if f"| `{name}` |" not in GUIDE] == []


def test_the_guide_tells_what_each_export_becomes(tmp_path: Path) -> None:
    rows = {cells[1].strip(" `"): cells[3] for line in GUIDE.splitlines() if len(cells := line.split("|")) == 5}
    for table, text in exports.TABLES.items():
        (tmp_path / f"{table}.csv").write_text(text)
        for job in jobs_for([tmp_path / f"{table}.csv"])[0]:
            assert job.rule.table in rows[table]
