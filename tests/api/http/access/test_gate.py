"""Every route with every role: refusal is the rule, the table the exceptions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.access.principal import Role
from api.http.access.table import EVERYBODY, TABLE, allowed
from api.http.app import ROUTERS, create_app
from api.http.igot.search import PATHS as SEARCHES
from api.settings import ApiKey, load_settings
from features.home import Home
from tests.api.conftest import Clock

WHO: dict[str, dict[str, Any]] = {
    "learner": {"role": Role.LEARNER, "learner": "L3"},
    "planner": {"role": Role.PLANNER, "organisation": "d1"},
    "ministry": {"role": Role.PLANNER, "organisation": "m"},
    "lost": {"role": Role.PLANNER},
    "data_scientist": {"role": Role.DATA_SCIENTIST},
    "service": {"role": Role.SERVICE},
    "admin": {"role": Role.ADMIN},
}
BODIES: dict[str, Any] = {
    "/v1/events": {"kind": "profile", "learner": "L3"},
    "/v1/feedback": {"learner": "L3", "course": "c2", "rating": 1},
    "/v1/recommendations": {},
    "/v1/roles/suggestions": {"name": "Clerk"},
    "/v1/edges": [{"kind": "course_teaches", "subject": "c2", "object": "data", "verdict": "rejected"}],
    **{path: {"request": {}} for path in SEARCHES},
    "/v1/claims": {"request": "g", "learner": "L3", "course": "c2", "event": "request"},
    "/v1/claims/decisions": {"request": "h", "learner": "L3", "course": "c2", "event": "approve"},
    "/v1/learners/{learner}/records": {"course": "c1"},
    "map_competencies": {"organization": "m", "role_title": "Statistical Officer"},
    "analyze": {"designation_name": "x", "competencies": [], "courses": []},
    "dictionary": {"request": {"planYear": "2026-27"}},
    "search": {"request": {"filters": {"contextType": ["courses"]}}},
    "create": {"user_id": "L3", "department": "First"},
    "feedback": {"recommendation_id": "x", "course_id": "c2", "rating": 1, "user_id": "L3"},
}
ROUTES = [
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    for method in sorted(route.methods)  # type: ignore[attr-defined]
]


def secret(name: str) -> str:
    return f"key of {name}"


def header(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret(name)}"}


@pytest.fixture
def guarded(home: Home, clock: Clock) -> Iterator[TestClient]:
    keys = tuple(
        ApiKey(name=name, sha256=hashlib.sha256(secret(name).encode()).hexdigest(), **facts)
        for name, facts in WHO.items()
    )
    with TestClient(create_app(load_settings(home.folder, keys=keys, rate_limit=1000), clock)) as client:
        yield client


def call(client: TestClient, method: str, path: str, **options: Any) -> int:
    real = path.replace("{learner}", "L3").replace("{course}", "c2").replace("{role}", "clerk")
    real = real.replace("{organisation}", "d1").replace("{competency}", "drafting")
    real = real.replace("{position}", "p1").replace("{post}", "p1").replace("{plan}", "none").replace("{format}", "csv")
    real = real.replace("{hash}", "0" * 64 + "?learner=L3").replace("{ledger}", "claims")
    real = real.replace("{recommendation}", "none").replace("{recommendation_id}", "none")
    body = BODIES.get(path, BODIES.get(path.rsplit("/", 1)[-1]))
    return client.request(method, real, json=body, follow_redirects=False, **options).status_code


def test_every_route_stands_in_the_table_and_every_row_is_a_route() -> None:
    rows = {row.split(" ")[-1] for row in TABLE} - {"/openapi.json"}
    assert {path for _, path in ROUTES} == rows


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_who_may_call_what_is_what_the_table_says(guarded: TestClient, method: str, path: str) -> None:
    roles = allowed(method, path)
    assert (call(guarded, method, path) == 401) is (roles is not EVERYBODY), "without credentials"
    assert (call(guarded, method, path, headers={"authorization": "Bearer wrong"}) == 401) is (roles is not EVERYBODY)
    for name in ("learner", "planner", "data_scientist", "service", "admin"):
        may = roles is None or WHO[name]["role"] in roles
        status = call(guarded, method, path, headers=header(name))
        assert (status in (401, 403)) is (not may), (name, status)


@pytest.mark.parametrize("path", [path for method, path in ROUTES if method == "GET" and "{learner}" in path])
def test_a_learner_sees_the_own_record_only(guarded: TestClient, path: str) -> None:
    own, other = path.replace("{course}", "c2"), path.replace("{course}", "c2")
    assert guarded.get(own.replace("{learner}", "L3"), headers=header("learner")).status_code == 200
    for someone in ("L4", "nobody"):
        assert guarded.get(other.replace("{learner}", someone), headers=header("learner")).status_code == 403


@pytest.mark.parametrize(
    ("planner", "learner", "status"),
    [
        ("planner", "L3", 200), ("planner", "L7", 403), ("planner", "nobody", 403), ("ministry", "L3", 200),
        ("ministry", "L7", 200), ("lost", "L3", 403),
    ],
)  # fmt: skip
def test_a_planner_sees_the_own_organisations_tree(
    guarded: TestClient, planner: str, learner: str, status: int
) -> None:
    for path in (f"/v1/learners/{learner}/gaps", f"/learners/{learner}"):
        assert guarded.get(path, headers=header(planner)).status_code == status


def test_the_start_page_lists_whom_the_caller_may_see(guarded: TestClient) -> None:
    assert (
        guarded.get("/", headers=header("learner"), follow_redirects=False)
        .headers["location"]
        .startswith("/learners/L3")
    )
    html = guarded.get("/?q=L", headers=header("planner")).text
    assert "/learners/L1" in html
    assert "/learners/L7" not in html
    assert 'href="/learners/L' not in guarded.get("/?q=L", headers=header("lost")).text


def test_a_learner_gives_no_thumb_for_another_and_asks_no_list_of_another(guarded: TestClient) -> None:
    thumb = {"learner": "L4", "course": "c2", "rating": 1}
    assert guarded.post("/v1/feedback", json=thumb, headers=header("learner")).status_code == 403
    body = {"user_id": "L4", "department": "First"}
    for family in ("/api/recommendation", "/courseRecommendation", "/api/courseRecommendation"):
        assert guarded.post(f"{family}/create", json=body, headers=header("learner")).status_code == 403
    made = guarded.post("/api/recommendation/create", json=body, headers=header("service")).json()
    assert guarded.get(f"/v1/shown/{made['id']}", headers=header("learner")).status_code == 403
    read = guarded.get(f"/api/recommendation/read/{made['id']}", headers=header("learner")).json()
    assert read["user_id"] == "L3", "a learner reads the own list, whatever the id"


def test_a_wid_header_does_not_make_a_learner_somebody_else(guarded: TestClient) -> None:
    headers = header("learner") | {"wid": "L4", "x-authenticated-userid": "L4"}
    answer = guarded.get("/api/recommendation/read/none", headers=headers).json()
    assert answer["user_id"] == "L3"


def test_refusal_comes_before_the_body_is_judged(guarded: TestClient) -> None:
    assert guarded.post("/v1/events", json=None, headers={"content-type": "application/json"}).status_code == 401
    assert guarded.post("/api/recommendation/create", json={}).status_code == 401


def test_the_key_may_come_in_a_header_of_its_own(guarded: TestClient) -> None:
    assert guarded.get("/v1/roles", headers={"x-api-key": secret("service")}).status_code == 200


def test_who_asks_too_often_waits(home: Home, clock: Clock) -> None:
    key = ApiKey(name="k", sha256=hashlib.sha256(b"secret").hexdigest(), role=Role.LEARNER, learner="L3")
    with TestClient(create_app(load_settings(home.folder, keys=(key,), rate_limit=1), clock)) as client:
        answers = [client.get("/v1/roles", headers={"x-api-key": "secret"}) for _ in range(6)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:2] == [200, 200]
    assert 429 in statuses
    assert answers[statuses.index(429)].headers["retry-after"] == "1"
