"""What no client library would send: the server is spoken to byte by byte."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from api.http import patience
from api.http.app import create_app
from api.http.patience import PatientProtocol
from api.settings import load_settings
from features.home import Home

DEADLINE = 1.0
SILENCE = 0.4


@pytest.fixture(scope="module")
def port(trained_copy: Home) -> Iterator[int]:
    """A real server on the loopback address; heads and bodies must come within a second."""
    before, patience.HEAD_SECONDS = patience.HEAD_SECONDS, DEADLINE
    settings = load_settings(trained_copy.folder, allowed_hosts=(), deadline=DEADLINE)
    app = create_app(settings)
    app.openapi()  # made once, and not while a test measures silence
    config = uvicorn.Config(app, port=0, http=PatientProtocol, ws="none", log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(20)
    patience.HEAD_SECONDS = before


def exchange(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send the parts and return all that comes back until the server closes, or is silent for a while."""
    with socket.create_connection(("127.0.0.1", port), timeout=SILENCE) as connection:
        found = b""
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
            while data := connection.recv(65_536):
                found += data
        except (TimeoutError, BrokenPipeError, ConnectionResetError):
            pass
    return found


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


POST = b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
GET = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
SMUGGLED = b"GET /v1/learners/L3 HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNK = b"2\r\n{}\r\n0\r\n\r\n"

REFUSED = {
    "a length and chunks": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK + SMUGGLED,
    "chunks and a length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + CHUNK + SMUGGLED,
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 60\r\n\r\n{}" + SMUGGLED,
    "a list of lengths": POST + b"Content-Length: 2, 60\r\n\r\n{}" + SMUGGLED,
    "a negative length": POST + b"Content-Length: -2\r\n\r\n{}",
    "a length with a sign": POST + b"Content-Length: +2\r\n\r\n{}",
    "a length in hexadecimal": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "a length beyond numbers": POST + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    "chunks twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK + SMUGGLED,
    "chunks that are not last": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNK + SMUGGLED,
    "an unknown transfer": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNK + SMUGGLED,
    "a space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n" + CHUNK + SMUGGLED,
    "a folded header": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNK + SMUGGLED,
    "a chunk size that is none": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a chunk without its end": POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n",
    "a NUL in a header": GET + b"X-A: a\x00b\r\n\r\n",
    "a bare carriage return": GET + b"X-A: a\rX-B: b\r\n\r\n",
    "a header without a name": GET + b": b\r\n\r\n",
    "an old version": b"GET /health\r\n\r\n",
    "another version": b"GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an unknown method": b"STEAL /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no request at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
    "a tunnel": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no host": b"GET /health HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"Host: evil.example\r\n\r\n",
    "another host": b"GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "an address with an encoded NUL": b"GET /v1/learners/L3%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a path outside": b"GET /static/../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "an encoded path outside": b"GET /static/%2e%2e%2f%2e%2e%2fetc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "chunks behind a tab": POST + b"Transfer-Encoding:\tchunked\r\nContent-Length: 2\r\n\r\n{}" + SMUGGLED,
    "chunks in mixed case": POST + b"transfer-encoding: ChUnKeD\r\nContent-Length: 2\r\n\r\n{}" + SMUGGLED,
    "no encoding, and a length": POST + b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}" + SMUGGLED,
    "an empty encoding": POST + b"Transfer-Encoding:\r\nContent-Length: 2\r\n\r\n{}" + SMUGGLED,
    "chunks behind a vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + CHUNK + SMUGGLED,
    "chunks in quotes": POST + b'Transfer-Encoding: "chunked"\r\n\r\n' + CHUNK + SMUGGLED,
    "the same length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "an empty length": POST + b"Content-Length: \r\n\r\n{}",
    "a length of two parts": POST + b"Content-Length: 1 2\r\n\r\n{}",
    "a length in other digits": POST + "Content-Length: \u0662\r\n\r\n{}".encode(),
    "a chunk size with a sign": POST + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    "a chunk size like a program's": POST + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
    "a chunk size beyond numbers": POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 18 + b"\r\n{}\r\n0\r\n\r\n",
    "chunks with half a line end": POST + b"Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n" + SMUGGLED,
    "an extension with half a line end": POST + b"Transfer-Encoding: chunked\r\n\r\n2;\n{}\r\n0\r\n\r\n" + SMUGGLED,
    "a length behind the body": POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n",
    "line feeds alone": b"GET /health HTTP/1.1\nHost: localhost\n\n",
    "carriage returns alone": b"GET /health HTTP/1.1\rHost: localhost\r\r",
    "a blank before a header": b"GET /health HTTP/1.1\r\n Host: localhost\r\n\r\n",
    "a control character in a header": GET + b"X-A: a\x01b\r\n\r\n",
    "a header's name in another script": GET + "X-\u00e9: 1\r\n\r\n".encode(),
    "a file's address": b"GET file:///etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a path without its slash": b"GET health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a path with the other slash": b"GET \\health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a path in bytes": "GET /v1/learners/\uff2c3 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
    "an address of 100,000 characters": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a star": b"GET * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a method in small letters": b"get /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a version that is none": b"GET /health HTTP/1.2\r\nHost: localhost\r\n\r\n",
    "a host with a path": b"GET /health HTTP/1.1\r\nHost: localhost/evil\r\n\r\n",
    "a host behind a name": b"GET /health HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n",
    "an empty host": b"GET /health HTTP/1.1\r\nHost:\r\n\r\n",
    "a traced request": b"TRACE /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_could_be_read_in_two_ways_is_refused_and_carries_nothing_behind_it(port: int, case: str) -> None:
    answer = exchange(port, REFUSED[case])
    assert 400 <= status(answer) < 500, answer[:300]
    assert b"learner_id" not in answer
    assert answer.count(b"HTTP/1.1 ") == 1, "what stood behind the request was not taken for another"


def test_an_answer_comes_in_one_piece(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        for _ in range(3):
            connection.sendall(GET + b"\r\n")
            assert connection.recv(65_536).endswith(b'\r\n\r\n{"status":"OK"}')


def test_an_answer_without_a_body_does_not_wait_for_one(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"HEAD /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(65_536).endswith(b"\r\n\r\n")
        connection.sendall(GET + b"\r\n")
        assert status(connection.recv(65_536)) == 200


def test_two_whole_requests_in_one_piece_get_two_answers(port: int) -> None:
    answer = exchange(port, (GET + b"\r\n") * 2)
    assert answer.count(b"HTTP/1.1 200 OK") == 2


def test_nobody_gets_another_protocol(port: int) -> None:
    upgrade = (
        b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n\r\n"
    )
    assert status(exchange(port, GET + upgrade)) in (200, 400, 404)


def test_what_stands_behind_a_body_is_nobodys_header(port: int) -> None:
    body = b'{"user_id":"L3","department":"First"}'
    head = b"POST /courseRecommendation/create HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    chunks = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n" % (len(body), body)
    assert status(exchange(port, head + b"wid: L4\r\n" + chunks + b"\r\n")) == 403
    assert status(exchange(port, head + chunks + b"wid: L4\r\n\r\n")) == 200
    assert status(exchange(port, head + b"wid: L3\r\n" + chunks + b"wid: L4\r\n\r\n")) == 200


@pytest.mark.parametrize("head", [GET + b"Content-Length: 999\r\n\r\n", POST + b"Content-Length: 999999999\r\n\r\n"])
def test_a_body_that_goes_on_after_its_answer_gives_the_connection_back(port: int, head: bytes) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=SILENCE) as connection:
        connection.sendall(head)
        answer = b""
        while time.monotonic() - began < 5 * DEADLINE:
            try:
                connection.sendall(b" ")
                found = connection.recv(65_536)
            except TimeoutError:
                continue
            except OSError:
                break
            if not found:
                break
            answer += found
    assert status(answer) in (200, 413)
    assert time.monotonic() - began < 4 * DEADLINE


def test_a_head_without_end_is_cut_off(port: int) -> None:
    answer = exchange(port, GET, *[b"X-A: " + b"a" * 7_000 + b"\r\n"] * 10, pause=0.02)
    assert status(answer) == 431


@pytest.mark.parametrize("parts", [(b"",), (b"GET /hea",), (GET,), (GET + b"X-A: 1\r\n", b"X-B", b": 2\r\n")])
def test_a_head_that_does_not_come_gives_the_connection_back(port: int, parts: tuple[bytes, ...]) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5 * DEADLINE) as connection:
        began = time.monotonic()
        for part in parts:
            connection.sendall(part)
        answer = connection.recv(65_536)
    assert status(answer) == 408
    assert time.monotonic() - began < 3 * DEADLINE


def test_a_body_that_does_not_come_gives_the_connection_back(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5 * DEADLINE) as connection:
        connection.sendall(POST + b"Content-Length: 40\r\n\r\n{")
        answer = connection.recv(65_536)
    assert status(answer) == 408
    assert b"problem+json" in answer
