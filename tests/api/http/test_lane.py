"""The short way answers as the long way does."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from httpx import Response
from starlette.testclient import TestClient

from api.http.access.principal import Role
from api.http.app import OFTEN, ROUTERS, create_app
from api.http.lane import Lane
from api.http.v1 import learners
from api.settings import ApiKey, Settings
from tests.api.conftest import Clock

LIST = "/v1/learners/L3/recommendations"
CREATE = "/api/recommendation/create"
SHELF = {"request": {"filters": {"contextType": ["courses"], "organisation": "across"}, "limit": 3}, "query": ""}
WHO = {"user_id": "L3", "department": "First", "designation": ""}


@pytest.fixture
def long_way(settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The same service without its lane."""
    monkeypatch.setattr("api.http.app.OFTEN", frozenset())
    with TestClient(create_app(settings, clock)) as client:
        yield client


def comparable(answer: Response) -> tuple[int, dict[str, str], str]:
    """Return an answer without what differs from one to the next: ids and the time."""
    differs = {"x-request-id", "content-length" if "content-encoding" in answer.headers else ""}
    headers = {name: value for name, value in answer.headers.items() if name not in differs}
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", answer.text)
    return answer.status_code, headers, text


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("GET", LIST, {}),
        ("GET", LIST, {"params": {"limit": 2, "track": "guided", "lang": "hi"}}),
        ("GET", LIST, {"params": [("category", "Course"), ("category", "Program")]}),
        ("GET", LIST, {"params": {"limit": "many"}}),
        ("GET", LIST, {"params": {"limit": 1000}}),
        ("GET", LIST, {"params": {"limt": 5}}),
        ("GET", LIST, {"params": [("limit", 1), ("limit", 2)]}),
        ("GET", LIST, {"headers": {"accept-encoding": "gzip"}}),
        ("GET", LIST, {"headers": {"accept-encoding": "identity"}}),
        ("GET", "/v1/learners/nobody/recommendations", {}),
        ("GET", f"/v1/learners/{'x' * 300}/recommendations", {}),
        ("DELETE", LIST, {}),
        ("HEAD", LIST, {}),
        ("POST", CREATE, {"json": WHO}),
        ("POST", CREATE, {"json": {**WHO, "designation": 5}}),
        ("POST", CREATE, {"json": {}}),
        ("POST", CREATE, {"json": [1]}),
        ("POST", CREATE, {"json": WHO, "headers": {"wid": "L4"}}),
        ("POST", CREATE, {"content": b"{", "headers": {"content-type": "application/json"}}),
        ("POST", CREATE, {}),
        ("GET", "/api/recommendation/read/none", {"headers": {"wid": "L3"}}),
        ("GET", "/api/recommendation/read/none", {"params": {"more": "than known"}}),
        ("GET", "/courseRecommend/v1/courses", {"headers": {"x-authenticated-userid": "L3"}}),
        ("POST", "/trending/content/search", {"json": SHELF}),
        ("POST", "/trending/content/search", {"json": {"request": {}}}),
        ("POST", "/v1/events", {"json": {"kind": "rating", "learner": "L3", "course": "c2", "rating": 5}}),
        ("POST", "/v1/events", {"json": {"kind": "completion"}}),
    ],
)  # fmt: skip
def test_both_ways_give_the_same_answer(
    client: TestClient, long_way: TestClient, method: str, path: str, sent: dict[str, Any]
) -> None:
    short, long = (comparable(one.request(method, path, **sent)) for one in (client, long_way))
    assert short == long


def test_each_route_that_is_called_often_takes_the_short_way(client: TestClient) -> None:
    endpoints = {route.endpoint for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}
    assert endpoints >= OFTEN
    assert isinstance(client.app.first, Lane)  # type: ignore[attr-defined]


def test_a_list_is_compressed_for_whoever_takes_it_so(client: TestClient) -> None:
    plain = client.get(LIST, headers={"accept-encoding": "identity"})
    small = client.get(LIST, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"])
    assert [item["course"] for item in small.json()["items"]] == [item["course"] for item in plain.json()["items"]]


def test_a_request_that_takes_the_long_way_counts_once_against_its_limit(settings: Settings, clock: Clock) -> None:
    key = ApiKey(name="one", sha256=hashlib.sha256(b"secret").hexdigest(), role=Role.LEARNER, learner="L3")
    strict = settings.model_copy(update={"keys": (key,), "rate_limit": 0.5})
    with TestClient(create_app(strict, clock), headers={"x-api-key": "secret"}) as client:
        answers = [client.get(LIST, params={"limit": "many"}).status_code for _ in range(2)]
    assert answers == [422, 429]


@pytest.mark.parametrize(
    "asked",
    [{}, {"hours": 9, "exclude": ["c1", "c5"], "lang": "hi"}, {"language": "en", "hours_a_month": 4}, {"hours": 0}],
)
def test_the_lane_gives_what_several_routes_share(
    settings: Settings, clock: Clock, long_way: TestClient, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any]
) -> None:
    path = "/v1/learners/L3/paths/guided"
    monkeypatch.setattr("api.http.app.OFTEN", frozenset({learners.guided}))
    with TestClient(create_app(settings, clock)) as short_way:
        short, long = (way.get(path, params=asked) for way in (short_way, long_way))
    assert comparable(short) == comparable(long)
