"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("KARMAPATH_ALLOWED_HOSTS", '["testserver"]')  # the name under which TestClient calls
os.environ.setdefault("KARMAPATH_COMPILED", "false")  # a thousand short-lived services need not load a compiler each


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with real data sets: KARMAPATH_DATA, else shared/data beside the checkout."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("KARMAPATH_DATA") or default)
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set KARMAPATH_DATA to the folder that has it")
    return folder
