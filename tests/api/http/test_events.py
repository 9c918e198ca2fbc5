from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.testclient import TestClient

from api.http.v1.documents import EventsOutcome
from features.home import Home
from features.store import Store

Get = Callable[..., Any]


def courses(document: Any) -> list[str]:
    return [item["course"] for item in document["items"]]


def test_a_completion_changes_the_next_answer(client: TestClient, get: Get) -> None:
    before = courses(get("/v1/learners/L3/recommendations"))
    level = get("/v1/learners/L3/gaps")["items"][0]["expected_level"]
    event = {"kind": "completion", "learner": "L3", "course": "c2", "dwell_ratio": 1.0}
    assert client.post("/v1/events", json=event).json()["accepted"] == 1
    assert "c2" in before
    assert "c2" not in courses(get("/v1/learners/L3/recommendations"))
    assert get("/v1/learners/L3/gaps")["items"][0]["expected_level"] > level


def test_a_transfer_changes_the_gaps_and_the_plan_at_once(client: TestClient, get: Get) -> None:
    event = {"kind": "profile", "learner": "L3", "organisation": "d2", "designation": "Statistical Officer"}
    client.post("/v1/events", json=event)
    assert {gap["role"] for gap in get("/v1/learners/L3/gaps")["items"]} == {"analyst"}


def test_a_new_learner_is_served_from_the_first_event_on(client: TestClient, get: Get) -> None:
    assert client.get("/v1/learners/new/recommendations").status_code == 404
    event = {"kind": "profile", "learner": "new", "organisation": "d1", "designation": "assistant section officer"}
    client.post("/v1/events", json=event)
    assert courses(get("/v1/learners/new/recommendations", track="guided"))


def test_an_assessment_moves_the_state(client: TestClient, get: Get) -> None:
    event = {"kind": "proctored", "learner": "L3", "competency": "drafting", "level": 4, "passed": True}
    before = get("/v1/learners/L3/gaps")["items"]
    client.post("/v1/events", json=event)
    after = get("/v1/learners/L3/gaps")["items"]
    met = {gap["competency"]: gap["p_met"] for gap in after}["drafting"]
    assert met > {gap["competency"]: gap["p_met"] for gap in before}["drafting"] + 0.2


def test_the_same_event_twice_is_applied_once(client: TestClient) -> None:
    event = {"kind": "completion", "learner": "L3", "course": "c2", "key": "k1"}
    outcomes = [client.post("/v1/events", json=event).json() for _ in range(2)]
    assert [(o["accepted"], o["duplicate"]) for o in outcomes] == [(1, 0), (0, 1)]


def test_a_batch_is_answered_row_by_row_and_its_good_rows_are_kept(client: TestClient, get: Get) -> None:
    response = client.post(
        "/v1/events",
        json=[
            {"kind": "completion", "learner": "L3", "course": "c2", "key": "good"},
            {"kind": "completion", "learner": "L3", "course": "none", "key": "bad"},
            {"kind": "dance", "learner": "L3"},
            17,
            {"kind": "completion", "learner": "L3", "course": "c2", "key": "good"},
        ],
    )
    outcome = EventsOutcome.model_validate_json(response.content)
    assert response.status_code == 200
    assert [row.status for row in outcome.results] == ["accepted", "refused", "refused", "refused", "duplicate"]
    assert [row.key for row in outcome.results[:2]] == ["good", "bad"]
    assert all(row.found and row.expected and row.remedy for row in outcome.results if row.status == "refused")
    assert "c2" not in courses(get("/v1/learners/L3/recommendations"))


def test_a_thumb_down_takes_the_course_out_and_a_thumb_up_brings_it_back(client: TestClient, get: Get) -> None:
    for rating, shown in ((0, False), (1, True)):
        response = client.post("/v1/feedback", json={"learner": "L3", "course": "c2", "rating": rating})
        assert response.status_code == 201
        assert ("c2" in courses(get("/v1/learners/L3/recommendations"))) is shown


def test_many_clients_at_once_lose_nothing(client: TestClient, home: Home) -> None:
    names = [f"N{number}" for number in range(60)]
    with ThreadPoolExecutor(12) as pool:
        profile = [pool.submit(client.post, "/v1/events", json={"kind": "profile", "learner": n}) for n in names]
        assert {job.result().status_code for job in profile} == {200}
        jobs = [
            pool.submit(client.post, "/v1/events", json={"kind": "completion", "learner": n, "course": c})
            for n in names
            for c in ("c1", "c2", "c3")
        ]
        assert {job.result().status_code for job in jobs} == {200}
    store = Store(home.store_url)
    assert {len(store.record(name).enrolments) for name in names} == {3}  # type: ignore[union-attr]
    store.close()
