"""Bodies of requests: small enough, in time, and JSON that every reader reads alike.

What one parser takes and another refuses is how a request passes a gateway as one thing and arrives as another. So a
body is judged once, strictly, before any route reads it: UTF-8 without a byte order mark, no key twice in one object,
no NaN or infinity, no NUL character, no nesting without end.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from features.errors import KarmapathError

DEEPEST = 64
"""How many lists and objects may stand in one another."""

MOST_PARTS = 100_000
"""How many there may be in all: two million characters of nothing else take half a second to read."""

FORM = "application/x-www-form-urlencoded"
PAGES_WITH_FORMS = "/planning/"
"""Where the paths of pages begin whose forms are sent with POST."""

WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})
_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


class TooLargeError(KarmapathError):
    """A body beyond the limit."""

    code = "too_large"


class NotJsonError(KarmapathError):
    """A body that does not say it is JSON."""

    code = "unsupported_media_type"


class BadBodyError(KarmapathError):
    """A body that is not JSON, or that readers would read differently."""

    code = "bad_request"


class TooSlowError(KarmapathError):
    """A body that did not come in time."""

    code = "too_slow"


async def read_body(scope: Scope, receive: Receive, limit: int, seconds: float) -> bytes | None:
    """Return the whole body, ``None`` where the method has none.

    ``limit`` is in bytes; ``seconds`` is how long the whole body may take.

    Raises
    ------
    TooLargeError, TooSlowError
        If there is more of it, or it takes longer.
    NotJsonError, BadBodyError
        If it does not say that it is JSON, or is not.
    """
    if scope["method"] in WITHOUT_BODY:
        return None
    headers = Headers(scope=scope)
    if is_form(scope, headers):
        return await _in_time(receive, limit, seconds)
    declared = headers.get("content-length", "0")
    if declared != "0" or "transfer-encoding" in headers:
        _require_json(headers)
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large(declared, limit)
    body = await _in_time(receive, limit, seconds)
    if body:
        check_json(body)
    return body


def is_form(scope: Scope, headers: Headers) -> bool:
    """Whether it is a form sent to a page: pages check for themselves that no other site had it sent."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == FORM and scope["path"].startswith(PAGES_WITH_FORMS)


async def _in_time(receive: Receive, limit: int, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            return await _gathered(receive, limit)
    except TimeoutError:
        raise TooSlowError(
            f"a body that was not there after {seconds:g} seconds", "the whole body sooner", "send it again"
        ) from None


def check_json(body: bytes) -> None:
    """Raise ``BadBodyError`` if readers of JSON would not all read the same.

    >>> check_json(b'{"limit": 1, "limit": 2}')
    Traceback (most recent call last):
    api.http.bodies.BadBodyError: a body with a key twice in one object; expected each key once; correct the body
    """
    if body.count(b"[") + body.count(b"{") > MOST_PARTS:
        raise BadBodyError("a body of lists and objects without end", f"at most {MOST_PARTS}", "send it in several")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadBodyError(
            f"a body that is not JSON ({error})", "a JSON document in UTF-8", "correct the body"
        ) from None
    keys, nul = _walked(document)
    if nul:
        raise BadBodyError("a body with a NUL character", "text without NUL characters", "correct the body")
    if keys and keys != _STRINGS.sub(b"", body).count(b":"):
        raise BadBodyError("a body with a key twice in one object", "each key once", "correct the body")


def _walked(document: Any) -> tuple[int, bool]:
    """Return how many keys there are, and whether there is a NUL in any text; ``BadBodyError`` if it is too deep."""
    keys, nul, level, depth = 0, False, [document], 0
    while level:
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                keys += len(value)
                below.extend(value)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
            elif isinstance(value, str):
                nul = nul or "\x00" in value
        level, depth = below, depth + 1
        if depth > DEEPEST + 1:
            raise BadBodyError("a body nested without end", f"at most {DEEPEST} levels", "correct the body")
    return keys, nul


def replay(body: bytes, receive: Receive) -> Receive:
    """Return what gives a route the body that was read already."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


async def _gathered(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    total, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        part = message.get("body", b"")
        total += len(part)
        if total > limit:
            raise _too_large(f"more than {limit}", limit)
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def _require_json(headers: Headers) -> None:
    kind, _, rest = headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise _not_json(f"a body of type {kind or 'unknown'}"[:100])
    charset = rest.strip().lower().partition("charset=")[2].strip('"; ')
    if charset and charset not in ("utf-8", "utf8", "us-ascii"):
        raise _not_json(f"a body in {charset}"[:100])
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise _not_json("a compressed body")


def _not_json(found: str) -> NotJsonError:
    return NotJsonError(found, "application/json in UTF-8", "send the header Content-Type: application/json")


def _too_large(found: str, limit: int) -> TooLargeError:
    return TooLargeError(f"a body of {found[:30]} bytes", f"at most {limit} bytes", "send it in several requests")
