"""The home page's other strips against their clients' contract."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.igot.shelves import DESIGNATION_PATHS, TRENDING_PATHS
from tests.api.conftest import NOON, Clock

CARD = [
    "identifier", "name", "primaryCategory", "courseCategory", "posterImage", "appIcon", "creatorLogo", "sourceName",
    "organisation", "duration", "avgRating", "additionalTags", "status", "language",
]  # fmt: skip


def shelf(client: TestClient, kind: str, path: str = TRENDING_PATHS[0], limit: int | None = 12, **filters: Any) -> Any:
    body: dict[str, Any] = {
        "request": {"filters": {"contextType": [kind], "organisation": "across"} | filters}, "query": "",
    }  # fmt: skip
    if limit is not None:
        body["request"]["limit"] = limit
    response = client.post(path, json=body)
    assert response.status_code == 200, response.text
    assert list(response.json()) == ["response"]
    return response.json()["response"][kind]


@pytest.mark.parametrize("path", TRENDING_PATHS)
def test_trending_answers_a_bare_map_of_content_objects(client: TestClient, path: str) -> None:
    cards = shelf(client, "courses", path)
    assert cards[0]["identifier"] == "c1", "four of eight learners took it"
    for card in cards:
        assert all(card[field] is not None for field in CARD)
        assert isinstance(card["duration"], str)
    assert cards[0]["duration"] == "7200"


def test_each_shelf_has_its_own_kind_of_course(client: TestClient) -> None:
    assert [card["identifier"] for card in shelf(client, "programs")] == ["c8"]
    assert shelf(client, "under_30_mins") == []
    assert shelf(client, "certifications") == []
    assert shelf(client, "unheard_of") == []


def test_an_absent_limit_is_none_at_all(client: TestClient) -> None:
    assert shelf(client, "courses", limit=None) == []
    assert len(shelf(client, "courses", limit=2)) == 2


def test_restricted_and_retired_courses_are_on_no_shelf(client: TestClient, clock: Clock) -> None:
    assert "do_7_rc" not in {card["identifier"] for card in shelf(client, "courses", limit=100)}
    assert "c9" in {card["identifier"] for card in shelf(client, "courses", limit=100)}
    clock.now = NOON
    assert "c9" not in {card["identifier"] for card in shelf(client, "courses", limit=100)}


def test_an_organisation_has_its_own_trend(client: TestClient) -> None:
    first, second = (
        [card["identifier"] for card in shelf(client, "courses", organisation=name)] for name in ("d1", "Second")
    )
    assert first.index("c2") < first.index("c4"), "two took each, those of c2 in the first department"
    assert second.index("c4") < second.index("c2")


def test_the_plan_of_an_organisation_is_a_shelf_too(client: TestClient) -> None:
    assert [card["identifier"] for card in shelf(client, "acbp", organisation="d2", designation="x")] == ["c5"]
    assert shelf(client, "acbp", organisation="d1") == []


@pytest.mark.parametrize("path", DESIGNATION_PATHS)
def test_courses_by_designation_come_in_the_platforms_envelope(client: TestClient, path: str) -> None:
    response = client.get(path, headers={"x-authenticated-userid": "L8"})
    document = response.json()
    assert response.status_code == 200
    assert list(document) == ["id", "ver", "ts", "params", "responseCode", "result"]
    assert (document["params"]["status"], document["responseCode"]) == ("SUCCESS", "OK")
    courses = document["result"]["courseList"]
    assert courses[0] in {"c1", "c3", "c4"}, "the gaps of an analyst come first"
    assert {"c8", "do_7_rc", "c5"}.isdisjoint(courses), "a programme, restricted, planned"
    assert len(courses) == len(set(courses))


def test_without_a_caller_the_tab_shows_what_suits_anybody(client: TestClient) -> None:
    assert client.get(DESIGNATION_PATHS[0]).json()["result"]["courseList"]
