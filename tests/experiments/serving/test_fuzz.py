from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from experiments.serving.fuzz import fuzz
from features.home import Home
from models.champion import point_to
from tests.worlds import small_bundle


@pytest.mark.slow
def test_the_document_of_some_routes_is_true_of_their_answers(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    bundle = small_bundle(home.folder)
    shutil.rmtree(home.warehouse)  # the store stays empty: what is asked for is mostly not there
    point_to(home, bundle.version)
    found = fuzz(home, 1, only="^/(health|v1/audit|v1/roles/.role.|v1/recommendations)$")
    assert found["requests"] >= 50
    assert (found["failures"], found["server_errors"]) == ({}, 0), found["examples"]
