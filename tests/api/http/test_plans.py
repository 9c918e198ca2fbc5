from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.http.igot.plans import PATHS, plan_year
from api.http.server import prepare_store
from api.settings import load_settings
from features.home import Home
from tests.api.conftest import Clock, portal_tables, train


@pytest.mark.parametrize("path", PATHS)
def test_the_callers_plans_come_as_the_platforms_dictionary(client: TestClient, path: str) -> None:
    body = {"request": {"planYear": "2026-27"}}
    document = client.post(path, json=body, headers={"x-authenticated-userid": "L8"}).json()
    year = document["result"]["2026-27"]
    assert list(year) == ["aparPlanList", "nonAparPlanList"]
    assert year["aparPlanList"] == {}
    plan = year["nonAparPlanList"]["p1"]
    assert plan["contentList"] == [{"identifier": "c5", "mandatory": True}]
    assert plan["createdByOrgName"] == "Second"
    assert all(value is not None for value in plan.values())


def test_who_has_no_plan_gets_empty_lists(client: TestClient) -> None:
    body = {"request": {"planYear": "2026-27"}}
    document = client.post(PATHS[0], json=body, headers={"x-authenticated-userid": "L3"}).json()
    assert document["result"]["2026-27"] == {"aparPlanList": {}, "nonAparPlanList": {}}


def test_a_restricted_course_of_a_plan_is_for_those_who_may_take_it(home: Home, clock: Clock) -> None:
    tables = portal_tables()
    tables["plans"] = pl.concat([tables["plans"], tables["plans"].with_columns(course_id=pl.lit("do_7_rc"))])
    train(home, tables)
    settings = load_settings(home.folder)
    prepare_store(settings)

    def planned(client: TestClient) -> list[str]:
        answer = client.post(PATHS[0], json={"request": {"planYear": "2026-27"}}, headers={"wid": "L8"})
        plan = answer.json()["result"]["2026-27"]["nonAparPlanList"]["p1"]
        return [course["identifier"] for course in plan["contentList"]]

    with TestClient(create_app(settings, clock)) as client:
        assert planned(client) == ["c5"]
        client.post("/v1/events", json={"kind": "profile", "learner": "L8", "verified": True})
        assert planned(client) == ["c5", "do_7_rc"]
        shelf = {"filters": {"contextType": ["acbp"], "organisation": "d2"}, "limit": 9}
        cards = client.post("/trending/search", json={"request": shelf}).json()["response"]["acbp"]
        assert [card["identifier"] for card in cards] == ["c5"], "a shelf is for everybody"


def test_a_plan_year_runs_from_april_to_march() -> None:
    days = [datetime(2026, 3, 31), datetime(2026, 4, 1), datetime(2099, 12, 31)]
    assert [plan_year(day) for day in days] == ["2025-26", "2026-27", "2099-00"]


def test_every_method_of_a_path_is_named_when_another_is_tried(client: TestClient) -> None:
    assert client.put("/v1/learners/L3").headers["allow"] == "DELETE, GET"
    assert client.options("/v1/roles/suggestions").headers["allow"] == "POST"
    assert client.put("/v1/organisations/m/plans/comparison").headers["allow"] == "GET"
