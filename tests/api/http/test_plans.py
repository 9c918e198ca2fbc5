from __future__ import annotations

from datetime import datetime

import pytest
from starlette.testclient import TestClient

from api.http.igot.plans import PATHS, plan_year


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


def test_a_plan_year_runs_from_april_to_march() -> None:
    days = [datetime(2026, 3, 31), datetime(2026, 4, 1), datetime(2099, 12, 31)]
    assert [plan_year(day) for day in days] == ["2025-26", "2026-27", "2099-00"]


def test_every_method_of_a_path_is_named_when_another_is_tried(client: TestClient) -> None:
    assert client.put("/v1/learners/L3").headers["allow"] == "DELETE, GET"
