"""What the service does when its store hangs, its disk is full, its pointer is half written, or its clock is wrong."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.settings import load_settings
from experiments.serving.postgres import PostgresMissingError, PostgresServer, private_postgres
from features.home import Home
from features.store import Store, postgres_reader
from features.warehouse import Warehouse
from models.champion import pointer_file
from tests.api.conftest import MORNING, Clock
from tests.api.http.test_durability import free_port

WEB = {"user_id": "L3", "department": "First", "designation": "Assistant Section Officer", "device_type": "web"}
COMPLETION = {"kind": "completion", "learner": "L3", "course": "c2"}


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    try:
        with private_postgres() as server:
            yield server
    except PostgresMissingError as error:
        pytest.skip(str(error))


@contextmanager
def hanging(server: PostgresServer) -> Iterator[None]:
    """Stop every process of a database in its tracks: it takes connections and answers nothing."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    stopped = [server.process.pid, *map(int, children)]
    for process in stopped:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in stopped:
            os.kill(process, signal.SIGCONT)


@pytest.mark.slow
def test_a_database_that_hangs_holds_nobody_up_for_long_and_loses_nothing(
    home: Home, clock: Clock, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_reader, "_PATIENCE_SECONDS", 1.0)
    settings = load_settings(home.folder, store_url=postgres.make_database(), deadline=2, store_patience=0.5)
    store = Store(settings.database)
    store.migrate()
    store.load(Warehouse(home.warehouse).current())
    store.close()
    with TestClient(create_app(settings, clock)) as client:
        listed = client.post("/api/recommendation/create", json=WEB).json()["id"]
        with hanging(postgres):
            began = time.monotonic()
            statuses = {
                "list": client.get("/v1/learners/L3/recommendations").status_code,
                "event": client.post("/v1/events", json=COMPLETION).status_code,
                "create": client.post("/api/recommendation/create", json=WEB).status_code,
                "read": client.get(
                    f"/api/recommendation/read/{listed}", headers={"x-authenticated-userid": "L3"}
                ).status_code,
                "courses": client.get("/v1/courses").status_code,
                "health": client.get("/health").status_code,
                "ready": client.get("/ready").status_code,
            }
            assert time.monotonic() - began < 20
        assert statuses == {
            "list": 503, "event": 503, "create": 200, "read": 200, "courses": 200, "health": 200, "ready": 503,
        }  # fmt: skip
        deadline = time.monotonic() + 20
        while client.get("/ready").status_code != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        again = client.post("/v1/events", json=COMPLETION).json()
        assert again["accepted"] + again["duplicate"] == 1
        assert client.get("/v1/learners/L3/recommendations").status_code == 200
        shown = client.get("/v1/learners/L3/recommendations?limit=50").json()["items"]
        assert "c2" not in {item["course"] for item in shown}


_LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
from api.cli import main
main()
"""


@contextmanager
def serving_on_a_small_disk(home: Home, most_bytes: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run the server so that no file may grow beyond ``most_bytes``: what it gets is what a full disk gives."""
    port = free_port()
    command = [
        sys.executable,
        "-c",
        _LIMITED,
        str(most_bytes),
        "serve",
        "--port",
        str(port),
        "--home",
        str(home.folder),
    ]
    with (home.folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=Path(__file__).parents[3])
    base = f"http://127.0.0.1:{port}"
    try:
        _await(lambda: httpx.get(f"{base}/ready", timeout=5).status_code == 200)
        yield base, process
    finally:
        process.terminate()
        process.wait(30)


def _await(true: Any) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        try:
            if true():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail("not in time")


@pytest.mark.slow
def test_a_full_disk_takes_no_event_shows_lists_and_loses_nothing(home: Home) -> None:
    acknowledged: list[str] = []
    size = (home.folder / "store.sqlite3").stat().st_size + 60_000
    with serving_on_a_small_disk(home, size) as (base, process), httpx.Client(base_url=base, timeout=30) as client:
        statuses = set[int]()
        for number in range(400):
            name = f"D{number}"
            status = client.post("/v1/events", json={"kind": "profile", "learner": name}).status_code
            statuses.add(status)
            if status == 200:
                acknowledged.append(name)
            elif len(statuses) > 1:
                break
        assert statuses == {200, 503}, "the disk filled up, and that was said"
        assert client.get("/v1/learners/L3/recommendations").status_code == 200
        assert client.post("/api/recommendation/create", json=WEB).status_code == 200
        assert client.get("/health").status_code == 200
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        _await(lambda: client.post("/v1/events", json={"kind": "profile", "learner": "later"}).status_code == 200)
    store = Store(home.store_url)
    assert len(acknowledged) > 10
    assert all(store.version(name) is not None for name in (*acknowledged, "later"))
    store.close()


@pytest.mark.parametrize("text", ["", "\n", "half-a-ver", "../../etc", "\x00", "none\nmore"])
def test_a_pointer_that_is_half_written_leaves_the_last_good_model_serving(
    client: TestClient, home: Home, text: str
) -> None:
    before = client.get("/v1/learners/L3/recommendations").json()["model"]
    pointer_file(home).write_text(text)
    _await(lambda: client.get("/v1/models/current").json()["problem"] is not None)
    assert client.get("/v1/learners/L3/recommendations").json()["model"] == before
    assert client.get("/ready").status_code == 200


@pytest.mark.parametrize("years", [-30, -1, 1, 30])
def test_a_clock_that_is_wrong_by_years_stops_nothing(client: TestClient, clock: Clock, years: int) -> None:
    listed = client.post("/api/recommendation/create", json=WEB).json()["id"]
    clock.now = MORNING.replace(year=MORNING.year + years)
    for path in ("recommendations", "gaps", "competencies", "paths/guided"):
        assert client.get(f"/v1/learners/L3/{path}").status_code == 200
    read = client.get(f"/api/recommendation/read/{listed}", headers={"x-authenticated-userid": "L3"})
    assert (read.status_code, bool(read.json()["recommended_courses"])) == (200, True)
    assert client.post("/v1/events", json=COMPLETION | {"key": "without a time"}).json()["accepted"] == 1
    clock.now = MORNING
    assert client.get("/v1/learners/L3/recommendations").status_code == 200


def test_an_event_from_a_clock_that_runs_ahead_is_refused_and_taken_when_its_time_has_come(
    client: TestClient, clock: Clock
) -> None:
    ahead: datetime = MORNING + timedelta(days=3)
    event = COMPLETION | {"at": ahead.isoformat(), "key": "ahead"}
    assert client.post("/v1/events", json=event).status_code == 409
    clock.now = ahead
    assert client.post("/v1/events", json=event).json()["accepted"] == 1


def test_nobody_and_nothing_known_still_gets_what_is_popular(client: TestClient) -> None:
    read = client.get("/api/recommendation/read/none").json()
    stranger = client.post("/api/recommendation/create", json={"user_id": "x", "department": "nowhere"}).json()
    for found in (read, stranger):
        assert len(found["recommended_courses"]) >= 3


def test_whatever_waits_for_whatever_reason_is_ended_and_told(home: Home, clock: Clock) -> None:
    async def never(*_: Any, **__: Any) -> Any:
        await asyncio.sleep(60)

    with TestClient(create_app(load_settings(home.folder, deadline=0.2), clock)) as client:
        client.app.state.service.look_up = never  # type: ignore[attr-defined]
        began = time.monotonic()
        response = client.get("/v1/shown/any")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.json()["type"].endswith("overdue")
    assert time.monotonic() - began < 5
