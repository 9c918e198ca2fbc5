"""What stands between the network and every route."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.http.access.principal import Role
from api.http.app import create_app
from api.settings import ApiKey, load_settings
from features.home import Home
from tests.api.conftest import Clock

KEY = ApiKey(name="k", sha256=hashlib.sha256(b"secret").hexdigest(), role=Role.ADMIN)
PORTAL = "https://portal.example"


@pytest.fixture
def open_client(home: Home, clock: Clock) -> Iterator[TestClient]:
    """A service without keys, as it is when nothing is set."""
    with TestClient(create_app(load_settings(home.folder, allowed_hosts=()), clock), base_url="http://localhost") as c:
        yield c


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:8000", "[::1]:8000", "[::1]"])
def test_an_open_service_answers_to_the_names_of_this_machine(open_client: TestClient, host: str) -> None:
    assert open_client.get("/v1/learners/L3/gaps", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "", "192.0.2.7"]
)
@pytest.mark.parametrize("path", ["/", "/health", "/v1/learners/L3", "/nowhere"])
def test_a_name_that_was_rebound_to_this_machine_gets_nothing(open_client: TestClient, host: str, path: str) -> None:
    response = open_client.get(path, headers={"host": host})
    assert response.status_code == 421
    assert response.json()["type"].endswith(":misdirected")
    assert response.headers["x-request-id"]


def test_a_name_that_a_setting_allows_is_answered_and_others_are_not(home: Home, clock: Clock) -> None:
    settings = load_settings(home.folder, keys=(KEY,), allowed_hosts=("api.example",))
    with TestClient(create_app(settings, clock)) as client:
        assert client.get("/health", headers={"host": "api.example"}).status_code == 200
        assert client.get("/health", headers={"host": "other.example"}).status_code == 421


def test_with_keys_and_no_names_set_any_name_will_do(home: Home, clock: Clock) -> None:
    with TestClient(create_app(load_settings(home.folder, keys=(KEY,), allowed_hosts=()), clock)) as client:
        assert client.get("/health", headers={"host": "any.example"}).status_code == 200


PREFLIGHT = {"origin": PORTAL, "access-control-request-method": "POST", "access-control-request-headers": "x-api-key"}


def test_pages_of_other_sites_may_not_call_unless_a_setting_lets_them(
    client: TestClient, home: Home, clock: Clock
) -> None:
    assert "access-control-allow-origin" not in client.options("/v1/events", headers=PREFLIGHT).headers
    assert "access-control-allow-origin" not in client.get("/v1/roles", headers={"origin": PORTAL}).headers
    with TestClient(create_app(load_settings(home.folder, origins=(PORTAL,)), clock)) as told:
        assert told.options("/v1/events", headers=PREFLIGHT).headers["access-control-allow-origin"] == PORTAL
        assert told.get("/v1/roles", headers={"origin": PORTAL}).headers["access-control-allow-origin"] == PORTAL
        assert (
            "access-control-allow-origin" not in told.get("/v1/roles", headers={"origin": "https://x.example"}).headers
        )
        assert "access-control-allow-credentials" not in told.get("/v1/roles", headers={"origin": PORTAL}).headers


@pytest.mark.parametrize("path", ["/", "/learners/L3", "/docs", "/learners/nobody"])
def test_pages_run_nothing_of_their_own_in_line_and_stand_in_no_frame(client: TestClient, path: str) -> None:
    response = client.get(path)
    policy = dict(part.strip().partition(" ")[::2] for part in response.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "<script>" not in response.text
    assert " style=" not in response.text
    assert " onclick=" not in response.text


@pytest.mark.parametrize("path", ["/v1/learners/L3", "/v1/learners/L3/recommendations", "/v1/roles", "/nowhere"])
def test_answers_are_not_guessed_at_and_not_kept_by_caches(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert {"no-store", "no-cache"} & {part.strip() for part in headers["cache-control"].split(",")}


def test_what_a_route_does_not_know_is_told_and_not_ignored(client: TestClient) -> None:
    wrong = client.get("/v1/learners/L3/recommendations?limt=5")
    assert (wrong.status_code, wrong.json()["found"]) == (422, "parameter 'limt'")
    assert "limit" in wrong.json()["expected"]
    assert client.get("/v1/learners/L3/recommendations?limit=1&limit=2").status_code == 422
    assert client.get("/v1/learners/L3/recommendations?category=a&category=b").status_code == 200
    assert client.get("/v1/roles/clerk?x").status_code == 422


def test_the_platforms_clients_may_add_parameters(client: TestClient) -> None:
    headers = {"x-authenticated-userid": "L3"}
    assert client.get("/api/recommendation/read/any?ts=1764", headers=headers).status_code == 200
