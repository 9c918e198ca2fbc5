from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from api.http.v1.documents import StatelessRecommendations

CLERK = {"organisation": "d1", "designation": "Assistant Section Officer"}


def asked(client: TestClient, **question: Any) -> list[str]:
    response = client.post("/v1/recommendations", json=question)
    assert response.status_code == 200, response.text
    StatelessRecommendations.model_validate_json(response.content)
    return [item["course"] for item in response.json()["items"]]


def test_a_profile_alone_gets_a_list_and_nothing_is_kept(client: TestClient) -> None:
    assert asked(client, profile=CLERK)
    assert asked(client)
    assert client.get("/v1/learners/stranger/recommendations").status_code == 404


def test_the_same_history_gets_the_same_list_as_the_stored_learner(client: TestClient) -> None:
    stored = client.get("/v1/learners/L3/recommendations").json()["items"]
    history = [{"course": "c1"}, {"course": "c5"}]
    assert asked(client, profile=CLERK, history=history)[0] == stored[0]["course"]
    assert {"c1", "c5"}.isdisjoint(asked(client, profile=CLERK, history=history))


def test_what_is_wanted_narrows_the_list(client: TestClient) -> None:
    assert len(asked(client, profile=CLERK, limit=2)) == 2
    assert asked(client, profile=CLERK, category=["Program"]) == ["c8"]
    assert "c2" not in asked(client, profile=CLERK, down_rated=["c2"])
    assert "do_7_rc" in asked(client, profile=CLERK | {"verified": True})


def test_an_unknown_field_is_refused(client: TestClient) -> None:
    assert client.post("/v1/recommendations", json={"name": "somebody"}).status_code == 422
