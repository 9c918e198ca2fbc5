"""What still works when something does not."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from features.store import Store

WEB = {"user_id": "L3", "department": "First", "designation": "Assistant Section Officer", "device_type": "web"}


@pytest.fixture
def storeless(client: TestClient) -> TestClient:
    """A service whose database went away while it served."""
    service = client.app.state.service  # type: ignore[attr-defined]
    gone = Store("postgresql://nobody:secret@127.0.0.1:1/none")
    service.store = gone
    service.writer.store = gone
    return client


def test_the_process_lives_and_is_not_ready(storeless: TestClient) -> None:
    assert storeless.get("/health").status_code == 200
    ready = storeless.get("/ready")
    assert (ready.status_code, ready.json()["store"]["ok"], ready.json()["model"]["ok"]) == (503, False, True)
    assert "secret" not in ready.text


@pytest.mark.parametrize("path", ["/v1/learners/L3/recommendations", "/v1/learners/L3/paths/guided", "/learners/L3"])
def test_what_needs_the_record_says_when_to_come_back(storeless: TestClient, path: str) -> None:
    response = storeless.get(path)
    assert response.status_code == 503
    assert "secret" not in response.text


def test_nothing_is_acknowledged_that_is_not_kept(storeless: TestClient) -> None:
    response = storeless.post("/v1/events", json={"kind": "completion", "learner": "L3", "course": "c2"})
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    thumb = {"learner": "L3", "course": "c2", "rating": 0}
    assert storeless.post("/v1/feedback", json=thumb).status_code == 503


def test_the_portals_home_page_keeps_its_courses(storeless: TestClient) -> None:
    made = storeless.post("/api/recommendation/create", json=WEB)
    read = storeless.get("/api/recommendation/read/any", headers={"x-authenticated-userid": "L3"})
    for response in (made, read):
        assert response.status_code == 200
        assert response.json()["recommended_courses"]
        assert response.json()["feedbacks"] == []


def test_the_catalogue_needs_no_store(storeless: TestClient) -> None:
    assert storeless.get("/v1/courses").json()["total"] == 8
    assert storeless.get("/v1/search?q=noting&learner=L3").json()["total"] == 2
    for path in ("/sunbirdigot/search", "/api/composite/v4/search", "/v4/search"):
        found = storeless.post(path, json={"request": {"filters": {"identifier": ["c1", "c2"]}}})
        assert found.json()["result"]["count"] == 2, "nothing was changed that a log would have to tell of"
    assert storeless.post("/v1/recommendations", json={"history": [{"course": "c1"}]}).json()["items"]


def test_the_service_works_again_when_the_store_is_back(storeless: TestClient) -> None:
    service = storeless.app.state.service  # type: ignore[attr-defined]
    back = Store(service.settings.database)
    service.store = back
    service.writer.store = back
    event = {"kind": "completion", "learner": "L3", "course": "c2"}
    assert storeless.post("/v1/events", json=event).json()["accepted"] == 1
