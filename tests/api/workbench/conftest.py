"""A served world with people enough that figures may be shown."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.settings import load_settings
from features.home import Home
from features.store import Store
from features.warehouse import Warehouse
from tests.api.conftest import Clock, train
from tests.api.pages.browser.conftest import world


@pytest.fixture(scope="session")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with 48 learners, to be copied."""
    home = Home(tmp_path_factory.mktemp("peopled"))
    train(home, world())
    store = Store(home.store_url)
    store.migrate()
    store.load(Warehouse(home.warehouse).current())
    store.close()
    return home.folder


@pytest.fixture
def bench(peopled: Path, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client of a service that has them."""
    monkeypatch.delenv("KARMAPATH_HOME", raising=False)
    folder = tmp_path / "home"
    shutil.copytree(peopled, folder)
    with TestClient(create_app(load_settings(folder), clock)) as client:
        yield client
