"""What holds for every request: an id, a body that is judged, what browsers may do, a line in the log of nobody."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.bodies import read_body, replay
from api.http.border import missing
from api.http.metrics import Metrics
from api.http.problems import OverdueError, problem_of, unforeseen
from features.errors import KarmapathError

log = logging.getLogger("karmapath.http")
access = logging.getLogger("karmapath.access")

REQUEST_ID = "x-request-id"
_REQUEST_ID = REQUEST_ID.encode()
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")


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
        number = _request_id(scope)
        scope["karmapath.request_id"] = number
        began = time.perf_counter()
        status, started = 500, False

        async def send_marked(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                headers = message["headers"]
                message["headers"] = [*headers, (_REQUEST_ID, number.encode()), *missing(headers)]
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
            await problem_of(_OVERDUE)(scope, receive, send_marked)
        except Exception:
            log.exception("a request failed", extra={"facts": {"request": number}})
            if started:
                raise
            await unforeseen(number)(scope, receive, send_marked)
        finally:
            # The route's pattern, not the path: the path may hold a learner's id.
            route, seconds = getattr(scope.get("route"), "path", "none"), time.perf_counter() - began
            self.metrics.request(route, scope["method"], status, seconds)
            if access.isEnabledFor(logging.INFO):
                _tell(scope["method"], route, status, seconds, number)


def _tell(method: str, route: str, status: int, seconds: float, number: str) -> None:
    facts = {"method": method, "route": route, "status": status, "ms": round(seconds * 1e3, 1), "request": number}
    access.info("%s %s %d", method, route, status, extra={"facts": facts})


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if _SANE_ID.fullmatch(given) else uuid4().hex


_OVERDUE = OverdueError("no answer in time", "a smaller question, or a store that answers", "ask again in a while")
