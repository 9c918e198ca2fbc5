"""What holds for every request: an id, a body that is judged, what browsers may do, a line in the log of nobody."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import time
from collections.abc import Iterable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.bodies import read_body, replay
from api.http.border import missing
from api.http.metrics import Metrics
from api.http.problems import OverdueError, problem_of, unforeseen
from features.errors import KarmapathError

log = logging.getLogger("karmapath.http")
access = logging.getLogger("karmapath.access")

REQUEST_ID = b"x-request-id"
_SANE_ID = re.compile(rb"[A-Za-z0-9._:-]{1,100}")
_chance = random.Random()  # of an id to find a line in the log by: nothing is proven with it


class Envelope:
    """ASGI middleware around the whole service.

    A body must say that it is JSON: pages of other sites can make a browser send any other kind without asking.
    """

    def __init__(self, app: ASGIApp, body_limit: int, deadline: float, metrics: Metrics) -> None:
        self.app = app
        self.body_limit = body_limit
        self.deadline = deadline
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number = request_id(scope["headers"])
        scope["karmapath.request_id"] = number
        began = time.perf_counter()
        status, started = 500, False

        async def send_marked(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                headers = message["headers"]
                message["headers"] = [*headers, (REQUEST_ID, number.encode()), *missing(headers)]
            await send(message)

        try:
            body = await read_body(scope, receive, self.body_limit, self.deadline)
            async with asyncio.timeout(2 * self.deadline):  # whatever waits, for whatever reason
                await self.app(scope, receive if body is None else replay(body, receive), send_marked)
        except KarmapathError as error:
            await problem_of(error)(scope, receive, send_marked)
        except TimeoutError:
            if started:
                raise
            await problem_of(OVERDUE)(scope, receive, send_marked)
        except Exception:
            answer = failed(number)
            if started:
                raise
            await answer(scope, receive, send_marked)
        finally:
            self.count(scope, status, began, number)

    def count(self, scope: Scope, status: int, began: float, number: str) -> None:
        """Count a request that is answered, and tell the log of it where that is wanted."""
        # The route's pattern, not the path: the path may hold a learner's id.
        route, seconds = getattr(scope.get("route"), "path", "none"), time.perf_counter() - began
        self.metrics.request(route, scope["method"], status, seconds)
        if access.isEnabledFor(logging.INFO):
            _tell(scope["method"], route, status, seconds, number)


def failed(number: str) -> Response:
    """Tell the log of the error that is being handled, and return the answer to who asked."""
    log.exception("a request failed", extra={"facts": {"request": number}})
    return unforeseen(number)


def _tell(method: str, route: str, status: int, seconds: float, number: str) -> None:
    facts = {"method": method, "route": route, "status": status, "ms": round(seconds * 1e3, 1), "request": number}
    access.info("%s %s %d", method, route, status, extra={"facts": facts})


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    """Return what a request's header says, the first of several; empty where there is none."""
    for one, value in headers:
        if one == name:
            return value
    return b""


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the id that the caller gave the request, or a new one.

    >>> request_id([(b"x-request-id", b"from-the-gateway-7")])
    'from-the-gateway-7'
    """
    given = header(headers, REQUEST_ID)
    return given.decode("ascii") if _SANE_ID.fullmatch(given) else _chance.randbytes(16).hex()


OVERDUE = OverdueError("no answer in time", "a smaller question, or a store that answers", "ask again in a while")
