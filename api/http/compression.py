"""Whether an answer is compressed: its reader says so (RFC 9110, section 12.5.3)."""

from __future__ import annotations

import re

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

_ACCEPTED = b"accept-encoding"
_REFUSED = re.compile(rb"gzip\s*;\s*q=0(\.0{0,3})?\s*(,|$)")


def takes_gzip(accepted: bytes) -> bool:
    """Whether a reader that accepts these encodings takes gzip.

    >>> takes_gzip(b"gzip, br"), takes_gzip(b"br"), takes_gzip(b"gzip;q=0, identity"), takes_gzip(b"gzip;q=0.5")
    (True, False, False, True)
    """
    return b"gzip" in accepted and (b"q=0" not in accepted or _REFUSED.search(accepted.lower()) is None)


class Compression(GZipMiddleware):
    """Compresses for whoever takes it; the framework's own asks only whether the word is there."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            said = b",".join(value for name, value in scope["headers"] if name == _ACCEPTED)
            if b"q=0" in said and not takes_gzip(said):
                scope["headers"] = [header for header in scope["headers"] if header[0] != _ACCEPTED]
        await super().__call__(scope, receive, send)
