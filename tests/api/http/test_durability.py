"""A real server, killed in the middle of its work: what it acknowledged is there afterwards."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

import httpx
import pytest

from features.home import Home
from features.store import Store, parse_event

COURSES = [f"c{number}" for number in range(1, 6)]
LEARNERS = [f"K{number:03d}" for number in range(200)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(home: Home, *options: str, before: str = "") -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run ``karmapath serve`` in a process group of its own; killed at the end if it still runs."""
    port = free_port()
    command = [sys.executable, "-c", f"{before}from api.cli import main; main()", "serve", "--port", str(port)]
    log = home.folder / "serve.log"
    with log.open("ab") as err:
        process = subprocess.Popen(
            [*command, "--home", str(home.folder), *options],
            stderr=err,
            stdout=err,
            start_new_session=True,
            cwd=Path(__file__).parents[3],
        )
    base = f"http://127.0.0.1:{port}"
    try:
        _await_ready(base, process, log)
        yield base, process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def _await_ready(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{base}/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    pytest.fail(f"not ready in time: {log.read_text()}")


def known_learners(home: Home) -> None:
    store = Store(home.store_url)
    store.append_events([parse_event({"kind": "profile", "learner": name, "organisation": "d1"}) for name in LEARNERS])
    store.close()


def post_all(base: str, wanted: SimpleQueue[tuple[str, str]], told: Callable[[tuple[str, str]], None]) -> None:
    """Post completions one by one until there are none left or the server is gone; tell those acknowledged."""
    with httpx.Client(base_url=base, timeout=20) as client:
        while True:
            try:
                learner, course = wanted.get_nowait()
            except Empty:
                return
            event = {"kind": "completion", "learner": learner, "course": course, "key": f"{learner}-{course}"}
            try:
                response = client.post("/v1/events", json=event)
            except httpx.TransportError:
                return
            if response.status_code == 200 and response.json()["accepted"] == 1:
                told((learner, course))


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_every_acknowledged_completion_survives_kill_9(home: Home, workers: str) -> None:
    known_learners(home)
    wanted: SimpleQueue[tuple[str, str]] = SimpleQueue()
    for learner in LEARNERS:
        for course in COURSES:
            wanted.put((learner, course))
    acknowledged: list[tuple[str, str]] = []
    half_way = threading.Event()

    def told(pair: tuple[str, str]) -> None:
        acknowledged.append(pair)
        if len(acknowledged) >= 500:
            half_way.set()

    with serving(home, "--workers", workers) as (base, process):
        threads = [threading.Thread(target=post_all, args=(base, wanted, told)) for _ in range(8)]
        for thread in threads:
            thread.start()
        assert half_way.wait(60), "the server was too slow to be killed half way"
        os.killpg(process.pid, signal.SIGKILL)
        for thread in threads:
            thread.join(60)
        process.wait(10)
    assert 500 <= len(acknowledged) < 1000

    with serving(home) as (base, _):
        store = Store(home.store_url)
        kept = {
            (learner, enrolment.course)
            for learner in LEARNERS
            if (record := store.record(learner)) is not None
            for enrolment in record.enrolments
            if enrolment.status == "completed"
        }
        store.close()
        assert set(acknowledged) <= kept
        learner, course = acknowledged[-1]
        shown = httpx.get(f"{base}/v1/learners/{learner}/recommendations?limit=100", timeout=20).json()
        assert course not in {item["course"] for item in shown["items"]}


@pytest.mark.slow
def test_a_server_that_is_asked_to_stop_finishes_what_it_took(home: Home) -> None:
    known_learners(home)
    wanted: SimpleQueue[tuple[str, str]] = SimpleQueue()
    for learner in LEARNERS[:60]:
        for course in COURSES:
            wanted.put((learner, course))
    acknowledged: list[tuple[str, str]] = []
    with serving(home) as (base, process):
        threads = [threading.Thread(target=post_all, args=(base, wanted, acknowledged.append)) for _ in range(4)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 50:
            time.sleep(0.01)
        process.terminate()
        assert process.wait(30) in (0, -signal.SIGTERM)
        for thread in threads:
            thread.join(60)
    store = Store(home.store_url)
    for learner, course in acknowledged:
        record = store.record(learner)
        assert record is not None
        assert course in {enrolment.course for enrolment in record.enrolments}
    store.close()


def test_the_server_says_where_it_is_and_why_only_there(home: Home) -> None:
    with serving(home) as (base, _):
        assert httpx.get(f"{base}/health", timeout=5).json() == {"status": "OK"}
        said = (home.folder / "serve.log").read_text()
    assert f"{base}/" in said
    assert re.search("from this machine only", said)


def test_a_port_that_is_taken_is_told_in_one_sentence(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-c", "from api.cli import main; main()", "serve"]
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*command, "--port", port, "--home", str(home.folder)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "another --port" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_open_service_does_not_bind_beyond_this_machine(home: Home) -> None:
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--host", "0.0.0.0"]  # noqa: S104
    done = subprocess.run(
        [*command, "--home", str(home.folder)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "neither an issuer nor an API key" in done.stderr
    assert "Traceback" not in done.stderr
