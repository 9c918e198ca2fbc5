"""Pages where there are too few people for a figure."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.http.server import prepare_store
from api.settings import load_settings
from features.home import Home
from tests.api.conftest import Clock, portal_tables, train

PAGES = ("", "/gaps", "/coverage", "/coverage?everything=true", "/compliance", "/posts", "/succession", "/recognition")


@pytest.fixture
def few(home: Home, clock: Clock) -> Iterator[TestClient]:
    """A service of eight learners, some of whose posts need what no course teaches."""
    tables = portal_tables()
    needed = tables["requirements"]
    wanted = needed.head(1).with_columns(competency_id=pl.lit("data"), level=pl.lit(5, needed["level"].dtype))
    tables["requirements"] = pl.concat([needed, wanted])
    train(home, tables)
    settings = load_settings(home.folder)
    prepare_store(settings)
    with TestClient(create_app(settings, clock)) as client:
        yield client


@pytest.mark.parametrize("page", PAGES)
def test_a_figure_of_fewer_than_ten_people_is_withheld_on_every_page(few: TestClient, page: str) -> None:
    answer = few.get(f"/planning/m{page}")
    assert answer.status_code == 200
    assert "None" not in answer.text


def test_what_to_ask_providers_for_is_told_without_the_figure(few: TestClient) -> None:
    asked = few.get("/v1/organisations/m/coverage").json()["requests"]
    assert asked
    assert {request["people"] for request in asked} == {None}
    told = few.get("/planning/m/coverage", params={"lang": "en"}).text.split('id="requests"')[1]
    assert ">few<" in told
