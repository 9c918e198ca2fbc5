"""``karmapath batch`` beside the service: for the same state they give the same answer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.cli import app
from api.http.app import create_app
from api.settings import load_settings
from features.home import Home
from features.store import Store
from recommender.listing import REASON_CODES
from tests.recommender.batch.worlds import AT, happen, made_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    place = made_home(tmp_path_factory.mktemp("home"), copies=30)
    store = Store(place.store_url)
    happen(store)
    store.close()
    return place


@pytest.fixture(scope="module")
def served(home: Home) -> Iterator[TestClient]:
    with TestClient(create_app(load_settings(home.folder), lambda: AT)) as client:
        yield client


def batch(home: Home, out: Path, *options: str) -> Any:
    arguments = ["batch", "--out", str(out), "--home", str(home.folder), "--json", *options]
    result = CliRunner().invoke(app, arguments)
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def service_lists(client: TestClient, learners: list[str]) -> Mapping[str, list[dict[str, Any]]]:
    found = {}
    for learner in learners:
        answer = client.get(f"/v1/learners/{learner}/recommendations", params={"limit": 20})
        assert answer.status_code == 200, answer.text
        found[learner] = answer.json()["items"]
    return found


def batch_lists(out: Path) -> Mapping[str, list[dict[str, Any]]]:
    return {
        row["learner_id"]: [
            {
                "course": course, "score": round(score, 6), "track": "guided" if guided else "desirable",
                "reasons": [REASON_CODES[code].code for code in codes if code],
            }
            for course, score, guided, *codes in zip(
                row["courses"], row["scores"], row["guided"], row["reasons"], row["further_reasons"], strict=True
            )
        ]
        for row in pl.read_parquet(out / "*.parquet").iter_rows(named=True)
    }  # fmt: skip


@pytest.mark.parametrize("source", ["store", "warehouse"])
def test_everybody_gets_the_list_that_the_service_gives(
    home: Home, served: TestClient, tmp_path: Path, source: str
) -> None:
    told = batch(home, tmp_path / "out", "--at", AT.isoformat(), "--partition-size", "100", "--from", source)
    made = batch_lists(tmp_path / "out")
    assert told["learners"] == len(made) == 240  # 30 x 8, one erased, one new
    for learner, items in service_lists(served, sorted(made)).items():
        wanted = [
            {
                "course": item["course"], "score": item["score"], "track": item["track"],
                "reasons": [reason["code"] for reason in item["reasons"]],
            }
            for item in items
        ]  # fmt: skip
        assert made[learner] == wanted, learner


def test_lists_of_everybody_are_not_all_alike_nor_all_full(home: Home, tmp_path: Path) -> None:
    """So that the comparison above compares something: masks bite, and people differ."""
    batch(home, tmp_path / "out", "--at", AT.isoformat())
    made = batch_lists(tmp_path / "out")
    assert len({tuple(item["course"] for item in items) for items in made.values()}) > 50
    assert {len(items) for items in made.values()} >= {2, 3, 4, 5}


def test_a_run_that_cannot_be_told_apart_from_another_model_is_refused(home: Home, tmp_path: Path) -> None:
    batch(home, tmp_path / "out", "--at", AT.isoformat())
    arguments = ["batch", "--out", str(tmp_path / "out"), "--home", str(home.folder), "--at", "2026-12-01"]
    result = CliRunner().invoke(app, arguments)
    assert "lists of at 2026-11-02T09:00:00" in str(result.exception)
    assert "--restart" in str(result.exception)


def test_without_a_store_the_snapshot_is_all_there_is_and_no_store_is_made(home: Home, tmp_path: Path) -> None:
    bare = tmp_path / "home"
    shutil.copytree(home.folder, bare, ignore=shutil.ignore_patterns("store.sqlite3*"))
    told = batch(Home(bare), tmp_path / "out", "--from", "warehouse", "--at", AT.isoformat())
    assert told["learners"] == 240  # the erased one is in the snapshot still, the new one is not
    assert told["store"] is None
    assert not (bare / "store.sqlite3").exists()
