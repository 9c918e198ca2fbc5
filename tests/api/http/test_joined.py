from __future__ import annotations

import asyncio

import pytest

from api.http.joined import Joined

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Wire(asyncio.Transport):
    """Remembers what goes out."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.sent: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent.append(bytes(data))

    def is_closing(self) -> bool:
        return self.sent[-1:] == [b"closed"]

    def close(self) -> None:
        self.sent.append(b"closed")


@pytest.fixture
def wire() -> Wire:
    return Wire()


def test_a_head_goes_out_with_the_body_behind_it(wire: Wire) -> None:
    joined = Joined(wire)
    for piece in (HEAD, b"{}", HEAD, b"[", b"]"):
        joined.write(piece)
    assert wire.sent == [HEAD + b"{}", HEAD + b"[", b"]"]


def test_a_head_that_nothing_comes_after_goes_out_when_the_answer_ends(wire: Wire) -> None:
    joined = Joined(wire)
    joined.flush()
    joined.write(HEAD)
    assert wire.sent == []
    joined.flush()
    joined.flush()
    assert wire.sent == [HEAD]


def test_an_answer_on_the_way_to_the_answer_is_not_kept(wire: Wire) -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    Joined(wire).write(interim)
    assert wire.sent == [interim]


def test_what_is_kept_goes_out_before_the_connection_closes(wire: Wire) -> None:
    joined = Joined(wire)
    joined.write(HEAD)
    joined.close()
    assert wire.sent == [HEAD, b"closed"]
    assert joined.is_closing()


def test_everything_else_is_the_transport_s_own(wire: Wire) -> None:
    assert Joined(wire).get_extra_info("peername") == ("127.0.0.1", 1)
