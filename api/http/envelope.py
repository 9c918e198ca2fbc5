"""What holds for every request: an id, a limit on the body, and a line in the log without personal data."""

from __future__ import annotations

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.metrics import Metrics
from api.http.problems import problem_of, unforeseen
from features.errors import KarmapathError

log = logging.getLogger("karmapath.http")
access = logging.getLogger("karmapath.access")

REQUEST_ID = "x-request-id"
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")


class TooLargeError(KarmapathError):
    """A body beyond the limit."""

    code = "too_large"


class NotJsonError(KarmapathError):
    """A body that does not say it is JSON."""

    code = "unsupported_media_type"


class Envelope:
    """ASGI middleware around the whole service.

    A body must say that it is JSON: pages of other sites can make a browser send any other kind without asking.
    """

    def __init__(self, app: ASGIApp, body_limit: int, metrics: Metrics) -> None:
        self.app = app
        self.body_limit = body_limit
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number = _request_id(scope)
        scope["karmapath.request_id"] = number
        began = time.perf_counter()
        status, started = 500, False

        async def send_marked(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                MutableHeaders(scope=message)[REQUEST_ID] = number
            await send(message)

        try:
            body = await _body(scope, receive, self.body_limit)
            await self.app(scope, receive if body is None else _replay(body, receive), send_marked)
        except (TooLargeError, NotJsonError) as error:
            await problem_of(error)(scope, receive, send_marked)
        except Exception:
            log.exception("request %s failed", number)
            if started:
                raise
            await unforeseen(number)(scope, receive, send_marked)
        finally:
            # The route's pattern, not the path: the path may hold a learner's id.
            route, seconds = getattr(scope.get("route"), "path", "none"), time.perf_counter() - began
            self.metrics.request(route, scope["method"], status, seconds)
            access.info("%s %s %d %.1f ms %s", scope["method"], route, status, seconds * 1e3, number)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if _SANE_ID.fullmatch(given) else uuid4().hex


async def _body(scope: Scope, receive: Receive, limit: int) -> bytes | None:
    """Return the whole body, ``None`` where the method has none; ``TooLargeError`` beyond the limit."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS", "DELETE"):
        return None
    headers = Headers(scope=scope)
    declared = headers.get("content-length", "0")
    if declared != "0" or "transfer-encoding" in headers:
        _require_json(headers.get("content-type", ""))
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large(declared, limit)
    parts: list[bytes] = []
    total, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        part = message.get("body", b"")
        total += len(part)
        if total > limit:
            raise _too_large(f"more than {limit}", limit)
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def _require_json(content_type: str) -> None:
    kind = content_type.partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        found = f"a body of type {kind or 'unknown'}"[:100]
        raise NotJsonError(found, "application/json", "send the header Content-Type: application/json")


def _too_large(found: str, limit: int) -> TooLargeError:
    return TooLargeError(f"a body of {found} bytes", f"at most {limit} bytes", "send it in several requests")


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
