from __future__ import annotations

import re
from pathlib import Path

from api.http.access.table import TABLE
from api.http.igot.recommendation import FAMILIES
from api.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
PAGE = "".join((DOCS / name).read_text(encoding="utf-8") for name in ("serving.md", "workbench.md"))


def test_every_setting_is_documented() -> None:
    told = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert set(Settings.model_fields) <= told


def test_every_route_is_documented() -> None:
    for row in TABLE:
        path = row.split(" ")[-1]
        family = next((prefix for prefix in FAMILIES if path.startswith(prefix + "/")), None)
        if family is not None:
            path = FAMILIES[0] + path.removeprefix(family)
        alternatives = {path, path.removeprefix("/api")}
        assert path.startswith("/static/") or any(f"`{name}`" in PAGE for name in alternatives), path
