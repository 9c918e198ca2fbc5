from __future__ import annotations

from starlette.testclient import TestClient

from api.http.v1.documents import LearnerData


def test_a_learner_gets_everything_that_is_kept(client: TestClient) -> None:
    client.post("/v1/feedback", json={"learner": "L3", "course": "c2", "rating": 0, "comments": "too easy"})
    data = LearnerData.model_validate_json(client.get("/v1/learners/L3").content)
    assert [row["course_id"] for row in data.tables["enrolments"]] == ["c1", "c5"]
    assert data.tables["feedback"][0]["comments"] == "too easy"
    assert data.tables["enrolments"][0]["completed_on"].endswith("+05:30")


def test_an_erased_learner_is_unknown_at_once(client: TestClient) -> None:
    assert client.delete("/v1/learners/L3").status_code == 204
    assert client.get("/v1/learners/L3/recommendations").status_code == 404
    assert client.delete("/v1/learners/L3").status_code == 404
