"""Lists as requests want them: filtered, boosted, mixed, page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

Get = Callable[..., Any]
LIST = "/v1/learners/L8/recommendations"


def courses(document: Any) -> list[str]:
    return [item["course"] for item in document["items"]]


def test_a_list_is_narrowed_by_competency_and_hours(get: Get) -> None:
    assert set(courses(get(LIST, competency=["drafting", "catering"]))) == {"c1", "c2", "c6"}
    assert all(item["hours"] <= 2 for item in get(LIST, max_hours=2)["items"])
    assert courses(get(LIST, provider="nobody")) == []


def test_a_boosted_course_comes_sooner(get: Get) -> None:
    assert courses(get(LIST, boost="competency:catering=1"))[:2].count("c6") == 1
    assert courses(get(LIST, boost="competency:catering=-1"))[-1] == "c6"


def test_pages_of_a_list_follow_each_other(get: Get) -> None:
    whole = courses(get(LIST, limit=6))
    assert courses(get(LIST, limit=2)) + courses(get(LIST, limit=4, offset=2)) == whole
    assert [item["position"] for item in get(LIST, limit=2, offset=2)["items"]] == [3, 4]
    mixed = get(LIST, limit=6, diversity=0.5)
    assert courses(mixed) == courses(get(LIST, limit=3, diversity=0.5)) + courses(
        get(LIST, limit=3, offset=3, diversity=0.5)
    )


@pytest.mark.parametrize("boost", ["theme", "theme:x", "theme:x=2", "colour:x=1", "theme:=1", "theme:x=nan"])
def test_a_boost_that_is_none_is_told(client: TestClient, boost: str) -> None:
    assert client.get(LIST, params={"boost": boost}).status_code == 422


def test_a_profile_in_the_body_may_have_wishes_too(client: TestClient) -> None:
    ask = {"profile": {"designation": "Statistical Officer"}, "competency": ["catering"], "diversity": 0.3}
    assert courses(client.post("/v1/recommendations", json=ask).json()) == ["c6"]
    assert client.post("/v1/recommendations", json={"boost": ["x"]}).status_code == 422


def test_gaps_and_similar_courses_come_page_by_page(get: Get) -> None:
    gaps = get("/v1/learners/L3/gaps", limit=1, offset=1)
    assert (gaps["total"], gaps["offset"], len(gaps["items"])) == (2, 1, 1)
    whole = courses(get("/v1/courses/c1/similar", limit=4))
    assert courses(get("/v1/courses/c1/similar", limit=2, offset=2)) == whole[2:]
