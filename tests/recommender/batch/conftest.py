from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from features.home import Home
from features.store import Store
from tests.recommender.batch.worlds import happen, made_home


@pytest.fixture(scope="session")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of 160 learners whose store heard much since the snapshot, to be copied."""
    home = made_home(tmp_path_factory.mktemp("batch"))
    store = Store(home.store_url)
    happen(store)
    store.close()
    return home.folder


@pytest.fixture
def home(heard: Path, tmp_path: Path) -> Home:
    shutil.copytree(heard, tmp_path / "home")
    return Home(tmp_path / "home")
