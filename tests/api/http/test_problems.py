from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.http.v1.documents import Problem
from api.settings import Settings
from features.home import Home
from tests.api.conftest import Clock

Case = tuple[str, str, Any, int]

LONG = "k" * 100_000

CASES: list[Case] = [
    ("GET", "/nowhere", None, 404),
    ("GET", "/v1/learners/nobody/recommendations", None, 404),
    ("GET", "/v1/learners/nobody/gaps", None, 404),
    ("GET", "/v1/learners/nobody/paths/guided", None, 404),
    ("GET", "/v1/learners/L3/recommendations/why-not/none", None, 404),
    ("GET", "/v1/learners/L3/gaps?role=none", None, 404),
    ("GET", "/v1/learners/L3/gaps?position=none", None, 404),
    ("GET", "/v1/learners/L3/paths/desirable?role=none", None, 404),
    ("GET", "/v1/courses/none", None, 404),
    ("GET", "/v1/courses/none/similar", None, 404),
    ("GET", "/v1/roles/none", None, 404),
    ("GET", "/v1/shown/none", None, 404),
    ("GET", "/v1/learners/L3/recommendations?limit=0", None, 422),
    ("GET", "/v1/learners/L3/recommendations?limit=1e9", None, 422),
    ("GET", "/v1/learners/L3/recommendations?limit=many", None, 422),
    ("GET", "/v1/learners/L3/recommendations?track=best", None, 422),
    ("GET", "/v1/learners/L3/recommendations?language=Hindi", None, 422),
    ("GET", "/v1/learners/L3/recommendations?lang=fr", None, 422),
    ("GET", "/v1/learners/L3/paths/guided?hours=-1", None, 422),
    ("GET", "/v1/learners/L3/paths/guided?hours=nan", None, 422),
    ("POST", "/v1/learners/L3/gaps", None, 405),
    ("DELETE", "/v1/events", None, 405),
    ("POST", "/v1/events", b"{", 422),
    ("POST", "/v1/events", b"", 422),
    ("POST", "/v1/events", b"\xff\xfe", 422),
    ("POST", "/v1/events", b"[" * 100_000, 422),
    ("POST", "/v1/events", b"[]", 422),
    ("POST", "/v1/events", b"null", 422),
    ("POST", "/v1/events", b'{"kind": "completion", "learner": "L3"}', 422),
    ("POST", "/v1/events", b'{"kind": "completion", "learner": "L3", "course": "none"}', 404),
    ("POST", "/v1/events", b'{"kind": "completion", "learner": "nobody", "course": "c1"}', 404),
    ("POST", "/v1/events", b" " * 3_000_000, 413),
    ("POST", "/v1/feedback", b"{", 422),
    ("POST", "/v1/feedback", b'{"learner": "L3", "course": "c1", "rating": 5}', 422),
    ("POST", "/v1/feedback", b'{"learner": "L3", "course": "none", "rating": 1}', 404),
    ("POST", "/api/recommendation/create", b"{", 422),
    ("POST", "/api/recommendation/create", b"{}", 422),
    ("POST", "/api/recommendation/create", b'{"user_id": "L3", "department": "x", "device_type": "tv"}', 422),
    ("POST", "/courseRecommendation/feedback", b"{}", 422),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), CASES)
def test_every_mistake_is_told_with_found_expected_and_remedy(
    client: TestClient, method: str, path: str, body: bytes | None, status: int
) -> None:
    response = client.request(method, path, content=body, headers={"content-type": "application/json"})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(response.content)
    assert problem.status == status
    assert problem.type.startswith("urn:karmapath:problem:")
    assert problem.found
    assert problem.expected
    assert problem.remedy
    assert "Traceback" not in response.text


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.parametrize("path", ["/v1/events", "/v1/feedback", "/api/recommendation/create"])
def test_a_body_that_does_not_say_it_is_json_is_refused(client: TestClient, path: str, kind: str) -> None:
    response = client.post(path, content=b"{}", headers={"content-type": kind})
    assert response.status_code == 415
    assert "application/json" in response.json()["remedy"]


def test_a_charset_may_be_told(client: TestClient) -> None:
    headers = {"content-type": "Application/JSON; charset=UTF-8"}
    body = b'{"kind": "profile", "learner": "L3"}'
    assert client.post("/v1/events", content=body, headers=headers).status_code == 200


def test_an_unforeseen_error_is_a_500_that_tells_nothing_of_the_inside(settings: Settings) -> None:
    def broken() -> datetime:
        raise RuntimeError("the inside")

    with TestClient(create_app(settings, broken), raise_server_exceptions=False) as client:
        response = client.get("/v1/courses", headers={"x-request-id": "abc"})
    assert response.status_code == 500
    assert "the inside" not in response.text
    assert Problem.model_validate_json(response.content).remedy == "report it with the request id abc"
    assert response.headers["x-request-id"] == "abc"


def test_every_answer_has_a_request_id_the_callers_own_if_it_is_sane(client: TestClient) -> None:
    assert client.get("/health", headers={"x-request-id": "my-1"}).headers["x-request-id"] == "my-1"
    odd = client.get("/nowhere", headers={"x-request-id": "a b<c>"}).headers["x-request-id"]
    assert odd != "a b<c>"
    assert len(odd) == 32


def test_without_a_model_the_service_says_what_to_do(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> None:
    home = Home(tmp_path_factory.mktemp("empty"))
    with TestClient(create_app(Settings(home=home.folder), clock)) as client:
        ready = client.get("/ready")
        answer = client.get("/v1/courses")
    assert (ready.status_code, ready.json()["ready"], ready.json()["store"]["ok"]) == (503, False, True)
    assert answer.status_code == 503
    assert "karmapath train" in answer.json()["remedy"]
    assert answer.headers["retry-after"]


@pytest.mark.parametrize(
    "body",
    [
        {f"key{number}": number for number in range(20_000)},
        {LONG: 1},
        {"profile": {LONG: 1}},
        {"limit": LONG},
        {"track": LONG},
        {"boost": [LONG]},
        {"history": [{"course": "c1", "status": LONG}]},
    ],
)
def test_a_problem_does_not_grow_with_what_is_wrong(client: TestClient, body: dict[str, Any]) -> None:
    answer = client.post("/v1/recommendations", json=body)
    assert answer.status_code == 422
    assert len(answer.content) < 20_000


def test_an_event_that_is_wrong_is_not_told_back_as_a_whole(client: TestClient) -> None:
    for event in ({"kind": LONG}, {"kind": "completion", LONG: 1}, {"kind": "completion", "learner": LONG}):
        for body in (event, [event]):
            assert len(client.post("/v1/events", json=body).content) < 5_000
