"""Where the provider's keys come from: an address that answers, answers no more, or answers something else."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from api.http.access.tokens import KeySet, MustWaitError


@dataclass
class Provider:
    """A real provider on the loopback address, which counts how often it is asked."""

    keys: list[str] = field(default_factory=lambda: ["old"])
    status: int = 200
    body: bytes | None = None
    asked: int = 0
    url: str = ""

    def document(self) -> bytes:
        return self.body if self.body is not None else json.dumps({"keys": [KEYS[kid] for kid in self.keys]}).encode()


def made(kid: str) -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return json.loads(ECAlgorithm.to_jwk(key)) | {"kid": kid, "alg": "ES256"}


KEYS = {kid: made(kid) for kid in ("old", "new")}


@pytest.fixture
def provider() -> Iterator[Provider]:
    found = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked += 1
            body = found.document()
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}/certs"
    yield found
    server.shutdown()
    server.server_close()


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_rotation_is_taken_up_and_unknown_ids_do_not_make_the_provider_be_asked_each_time(
    provider: Provider, clock: Clock
) -> None:
    keys = KeySet(provider.url, clock)
    assert keys.key("old") is not None
    provider.keys = ["old", "new"]
    assert [keys.key("new") for _ in range(50)] == [None] * 50
    assert provider.asked == 1
    clock.now = 60
    assert keys.key("new") is not None
    assert provider.asked == 2


def test_who_may_not_wait_is_told_when_the_provider_must_be_asked_and_asks_nobody(
    provider: Provider, clock: Clock
) -> None:
    keys = KeySet(provider.url, clock)

    def found(kid: str) -> str:
        try:
            return "none" if keys.key(kid, at_once=True) is None else "known"
        except MustWaitError:
            return "wait"

    told = [found("old")]
    keys.key("old")
    for moment in (0, 60, 900):
        clock.now = moment
        told += [found("old"), found("stranger")]
    assert told == ["wait", "known", "none", "known", "wait", "wait", "wait"]
    assert provider.asked == 1


def test_a_withdrawn_key_counts_no_longer_than_a_quarter_of_an_hour(provider: Provider, clock: Clock) -> None:
    keys = KeySet(provider.url, clock)
    assert keys.key("old") is not None
    provider.keys = ["new"]
    clock.now = 899
    assert keys.key("old") is not None
    clock.now = 900
    assert keys.key("old") is None


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"null", b'{"keys": 7}', b'{"keys": [7]}', b"\xff", b'{"keys": [{}]}']
)
def test_a_provider_that_answers_something_else_takes_no_known_key_away_unless_it_says_so(
    provider: Provider, clock: Clock, body: bytes
) -> None:
    keys = KeySet(provider.url, clock)
    assert keys.key("old") is not None
    provider.body = body
    clock.now = 100
    assert keys.key("stranger") is None
    told_none = body == b'{"keys": [{}]}'
    assert (keys.key("old") is None) is told_none


def test_a_provider_that_is_gone_is_left_alone_for_some_seconds_and_the_known_keys_go_on(
    provider: Provider, clock: Clock
) -> None:
    keys = KeySet(provider.url, clock)
    assert keys.key("old") is not None
    provider.status = 500
    clock.now = 1_000
    assert [keys.key("new") for _ in range(20)] == [None] * 20
    assert keys.key("old") is not None
    assert provider.asked == 2
    provider.status = 200
    provider.keys = ["old", "new"]
    clock.now = 1_006
    assert keys.key("new") is not None
