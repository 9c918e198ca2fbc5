from __future__ import annotations

import re
from pathlib import Path

from api.http.access.principal import Role
from api.http.access.table import TABLE
from api.http.igot.recommendation import FAMILIES
from api.settings import ApiKey, Settings

DOCS = Path(__file__).parents[2] / "docs"
PAGE = "".join((DOCS / name).read_text(encoding="utf-8") for name in ("serving.md", "workbench.md"))


def test_the_settings_in_the_table_are_those_there_are() -> None:
    section = (DOCS / "serving.md").read_text(encoding="utf-8").split("\n## Settings\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    told = [name for row in rows for name in re.findall(r"`([a-z_]+)`", row)]
    assert sorted(told) == sorted(Settings.model_fields)


def test_every_setting_is_printed_with_its_meaning_and_no_secret() -> None:
    key = ApiKey(name="gateway", sha256="abcd" * 16, role=Role.SERVICE)
    described = Settings(store_url="postgresql://me:secret@db/x", keys=(key,)).described()
    assert [name for name, _, _ in described] == list(Settings.model_fields)
    assert all(len(meaning) > 10 for _, _, meaning in described)
    assert not [value for _, value, _ in described if "secret" in value or "abcd" in value]


def test_every_route_is_documented() -> None:
    for row in TABLE:
        path = row.split(" ")[-1]
        family = next((prefix for prefix in FAMILIES if path.startswith(prefix + "/")), None)
        if family is not None:
            path = FAMILIES[0] + path.removeprefix(family)
        alternatives = {path, path.removeprefix("/api")}
        assert path.startswith("/static/") or any(f"`{name}`" in PAGE for name in alternatives), path
