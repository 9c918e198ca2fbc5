"""Registered bundles, the champion alias and the pointer that servers follow move together."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.tracking import MODEL_NAME, Tracking
from features.errors import KarmapathError, NotReadyError
from features.home import Home
from models.champion import champion_folder
from tests.worlds import small_bundle


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def tracking(home: Home) -> Tracking:
    tracking = Tracking(home)
    bundle = small_bundle(home.folder)
    for name in ("first", "second"):
        with tracking.run(name, {"data": "small"}):
            tracking.log({"seed": 0}, {"ndcg@10": 0.5})
            tracking.register(bundle.folder)
    return tracking


def test_promotion_and_rollback_move_alias_and_pointer(tracking: Tracking, home: Home) -> None:
    second, first = tracking.versions()
    with pytest.raises(NotReadyError, match="previous"):
        tracking.rollback()
    tracking.crown(first)
    tracking.crown(second)
    assert tracking.champion() == second
    assert champion_folder(home).name == second.bundle
    assert tracking.rollback() == first
    assert tracking.champion() == first


def test_a_metric_keeps_its_value_under_a_name_that_mlflow_allows(tracking: Tracking) -> None:
    assert tracking.metrics(tracking.versions()[0].run) == {"ndcg_at_10": 0.5}


def test_an_unknown_version_is_refused(tracking: Tracking) -> None:
    with pytest.raises(KarmapathError, match="version 99"):
        tracking.registered(99)


def test_a_bundle_missing_from_the_home_folder_comes_back_from_the_registry(tracking: Tracking, home: Home) -> None:
    version = tracking.versions()[0]
    folder = home.bundles / version.bundle
    folder.rename(folder.with_name("elsewhere"))
    tracking.crown(version)
    assert (folder / "manifest.json").read_bytes() == (home.bundles / "elsewhere" / "manifest.json").read_bytes()


def test_the_champion_loads_through_mlflow_and_recommends(tracking: Tracking) -> None:
    import mlflow
    import pandas as pd

    tracking.crown(tracking.versions()[0])
    mlflow.set_tracking_uri(tracking.uri)
    mlflow.set_registry_uri(tracking.uri)
    model = mlflow.pyfunc.load_model(f"models:/{MODEL_NAME}@champion")
    (answer,) = model.predict(pd.DataFrame({"history": [["c1"]], "designation": ["Assistant Section Officer"]}))
    assert "c1" not in answer["courses"]
    assert answer["courses"][0] == "c2"


def test_a_database_that_was_being_made_when_its_maker_was_killed_does_no_harm(tmp_path: Path) -> None:
    half = tmp_path / "tracking" / ".making-killed"
    half.mkdir(parents=True)
    (half / "mlflow.sqlite3").write_bytes(b"half")
    assert Tracking(Home(tmp_path)).versions() == []
    assert Tracking(Home(tmp_path)).champion() is None
    assert sorted(path.name for path in (tmp_path / "tracking").iterdir()) == [".making-killed", "mlflow.sqlite3"]
