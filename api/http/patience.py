"""How long the server waits for a request's head, how long that may be, and how it takes leave.

A client that sends a byte a minute holds a connection without ever asking anything. Bodies are watched where they are
read (``api.http.bodies``); this watches what comes before, the request line and the headers, and what still comes of a
body when its answer is out. Headers behind a body (trailers) are passed over: a gateway that takes names and keys of
others out of a stranger's headers need not look there.

A server that stops closes connections on which nothing happens. A request may be on its way on one of them, so it
listens a moment longer, answers what still comes, and says that the connection ends there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.http.joined import Joined

HEAD_SECONDS = 10.0
"""How long the head may take, from the connection or from its first byte, and the rest of a body that is answered."""

HEAD_BYTES = 65_536
"""How long it may be."""

LEAVE_SECONDS = 0.5
"""How long a server that stops listens on connections on which nothing happens."""

_NOWHERE: Any = deque[tuple[bytes, bytes]](maxlen=0)
"""What holds nothing, whatever is put into it."""

_CLOSE = b"content-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\n" + _CLOSE
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\n" + _CLOSE


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 that does not wait for ever; a head that comes in one piece costs a comparison."""

    _alarm: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _head_open = True
    """Whether a request's head is still to come or to be ended."""
    _body_open = False
    """Whether a request's head is there and its end is not."""
    _leaving = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a first request."""
        super().connection_made(cast("asyncio.Transport", Joined(transport)))
        self._alarm = self.loop.call_later(HEAD_SECONDS, self._too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._still()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin a head."""
        self._head_open = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End a head."""
        self._head_open = False
        self._body_open = True
        self._still()
        super().on_headers_complete()
        self.headers = _NOWHERE
        if self._leaving and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """End a request."""
        self._body_open = False
        self._still()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """End an answer; what is left of its request must come soon."""
        cast("Joined", self.transport).flush()
        super().on_response_complete()
        if self._body_open and self._alarm is None:
            self._alarm = self.loop.call_later(HEAD_SECONDS, self._no_end)

    def shutdown(self) -> None:
        """Take leave: at once of a request that is being answered, in a moment of a connection that is idle."""
        idle = self.cycle is None or self.cycle.response_complete
        if idle and not self._leaving:
            self._leaving = True
            self.loop.call_later(LEAVE_SECONDS, self._leave)
        else:
            super().shutdown()

    def _leave(self) -> None:
        if not self.transport.is_closing():
            super().shutdown()

    def data_received(self, data: bytes) -> None:
        """Read on; a head that is not at its end by now is watched."""
        super().data_received(data)
        if not self._head_open or self.transport.is_closing():
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self._end(_TOO_LONG)
        elif self._alarm is None:
            self._alarm = self.loop.call_later(HEAD_SECONDS, self._too_late)

    def _too_late(self) -> None:
        self._alarm = None
        if self._head_open and not self.transport.is_closing():
            self._end(_TOO_LATE)

    def _no_end(self) -> None:
        self._alarm = None
        if self._body_open and not self.transport.is_closing():
            self.transport.close()

    def _end(self, answer: bytes) -> None:
        self._still()
        self.transport.write(answer)
        self.transport.close()

    def _still(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
