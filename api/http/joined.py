"""A connection that sends an answer's head and the beginning of its body in one piece.

Two pieces are two calls of the kernel and two packets, and wake the reader twice. A server need not send a head before
the body has begun (ASGI), so it is kept until then: in order, and no longer than the answer lasts.
"""

from __future__ import annotations

import asyncio
from typing import Any

_HEAD, _INTERIM = b"HTTP/1.1 ", b"HTTP/1.1 1"


class Joined:
    """A transport around another one."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""
        self._write = transport.write
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        """Send a piece, a head with the piece after it."""
        if self._head:
            data = self._head + data
            self._head = b""
        elif data.startswith(_HEAD) and not data.startswith(_INTERIM):
            self._head = data
            return
        self._write(data)

    def flush(self) -> None:
        """Send a head that nothing comes after."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Send what is kept, then close."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
