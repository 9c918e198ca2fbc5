"""A server that is asked to stop answers every request that it took, and takes no more."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from contextlib import closing

import httpx
import pytest

from features.home import Home
from tests.api.http.test_durability import serving

REQUESTS = 8


def in_flight(port: int, document: object) -> tuple[socket.socket, bytes]:
    """Send a whole head and half a body; return the connection and the other half."""
    body = json.dumps(document).encode()
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    head = "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:10])
    return connection, body[10:]


@pytest.mark.slow
def test_requests_in_flight_are_answered_and_kept_and_new_ones_are_not_taken(home: Home) -> None:
    with serving(home, "--workers", "2") as (base, process):
        port = int(base.rpartition(":")[2])
        events = [{"kind": "profile", "learner": f"S{number}"} for number in range(REQUESTS)]
        waiting = [in_flight(port, event) for event in events]
        time.sleep(0.5)  # the server has read what was sent
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        answers = []
        for connection, rest in waiting:
            connection.sendall(rest)
            with closing(connection), connection.makefile("rb") as answer:
                answers.append(int(answer.readline().split()[1]))
        assert answers == [200] * REQUESTS
        assert process.wait(30) in (0, -signal.SIGTERM)
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{base}/health", timeout=5)
    with serving(home) as (base, _):
        for event in events:
            assert httpx.get(f"{base}/v1/learners/{event['learner']}/gaps", timeout=20).status_code == 200


@pytest.mark.slow
def test_under_load_no_request_that_was_taken_goes_without_an_answer(home: Home) -> None:
    cut_short: list[str] = []
    answered = [0]
    stopping = threading.Event()

    def ask(base: str) -> None:
        while True:
            try:
                with httpx.Client(base_url=base, timeout=20) as client:  # a new connection each time: none is idle
                    status = client.get("/v1/learners/L3/recommendations", headers={"connection": "close"}).status_code
                if status != 200:
                    cut_short.append(f"status {status}")
                answered[0] += 1
            except httpx.ConnectError:
                return  # nobody listens any more: not taken
            except httpx.TransportError as error:
                if not stopping.is_set() or "reset" not in repr(error).lower():
                    cut_short.append(repr(error))
                return

    with serving(home) as (base, process):
        threads = [threading.Thread(target=ask, args=(base,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        while answered[0] < 200:
            time.sleep(0.01)
        stopping.set()
        process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join(60)
        assert process.wait(30) in (0, -signal.SIGTERM)
    assert cut_short == []
