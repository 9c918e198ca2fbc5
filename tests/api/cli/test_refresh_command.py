"""``karmapath refresh``: what it tells, and by which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from api.cli.app import app
from api.http.app import create_app
from api.http.server import prepare_store
from api.settings import load_settings
from experiments.refresh.night import alone
from features.home import Home
from models.champion import champion_folder
from tests.worlds import small_tables


def exports(folder: Path, copies: int) -> Path:
    folder.mkdir(parents=True)
    for name, frame in small_tables(copies).items():
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


def refresh(home: Path, *arguments: object) -> Result:
    told = ["refresh", *map(str, arguments), "--no-text", "--top", "3", "--home", str(home)]
    return CliRunner().invoke(app, told)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result, Result, Result]:
    """Three nights: the first, one with new data, and one with that data again."""
    folder = tmp_path_factory.mktemp("nights")
    first, second = exports(folder / "first", 2), exports(folder / "second", 3)
    home = folder / "home"
    return home, refresh(home, first, "--json"), refresh(home, second, "--delta"), refresh(home, second, "--delta")


def test_the_report_is_one_document(nights: tuple[Path, Result, Result, Result]) -> None:
    _, first, _, _ = nights
    assert first.exit_code == 0
    steps = json.loads(first.stdout)["steps"]
    assert [(step["name"], step["status"]) for step in steps] == [
        ("import", "done"), ("train", "done"), ("promote", "skipped"), ("store", "skipped"), ("batch", "done"),
    ]  # fmt: skip
    assert steps[-1]["facts"]["learners"] == 16


def test_a_refused_version_leaves_the_champion_and_the_lists_are_its(
    nights: tuple[Path, Result, Result, Result],
) -> None:
    home, first, second, _ = nights
    assert second.exit_code == 1
    assert "refused: ndcg@10 is not above popularity" in second.stdout
    champion = json.loads(first.stdout)["steps"][1]["facts"]["bundle"]
    assert champion_folder(Home(home)).name == champion
    assert champion in second.stdout.split("lists ")[1]


def test_nothing_new_is_not_trained_again(nights: tuple[Path, Result, Result, Result]) -> None:
    _, _, _, third = nights
    assert "train    skipped" in third.stdout


def test_a_service_gets_what_the_night_imported_and_keeps_what_it_heard(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert refresh(home.folder, exports(tmp_path / "first", 2)).exit_code == 0
    settings = load_settings(home.folder)
    prepare_store(settings)
    event = {"kind": "completion", "learner": "L3", "course": "c2"}
    with TestClient(create_app(settings)) as service:
        assert service.post("/v1/events", json=event).json()["accepted"] == 1
        assert service.get("/v1/learners/L1b3/recommendations").status_code == 404
        night = refresh(home.folder, exports(tmp_path / "second", 3), "--delta", "--json")
        assert night.exit_code == 1, "it was refused at the gate, and finished"
        assert service.get("/v1/learners/L1b3/recommendations").status_code == 200
        listed = service.get("/v1/learners/L3/recommendations").json()["items"]
        assert "c2" not in [item["course"] for item in listed]
    steps = {step["name"]: step for step in json.loads(night.stdout)["steps"]}
    assert steps["store"]["facts"]["learners"] == 24
    lists = pl.concat(map(pl.read_parquet, Path(steps["batch"]["facts"]["lists"]).glob("part-*.parquet")))
    assert "c2" not in lists.filter(learner_id="L3")["courses"].item().to_list()


def test_another_refresh_at_work_is_exit_code_3(tmp_path: Path) -> None:
    with alone(tmp_path / "refresh"):
        busy = refresh(tmp_path)
    assert busy.exit_code == 3
    assert "another refresh at work" in busy.output
