"""The short way to the routes that are called on every page.

FastAPI solves each request anew: it looks for the route among all of them, builds stacks of contexts, and walks the
tree of dependencies; and each layer around it wraps the functions of the one outside. For a handful of routes that work
costs more than the answer. The lane knows what they need when the app is made, gives them exactly the values that
FastAPI would, and does what the layers do (``border``, ``envelope``, ``witness``) in one pass, with their own words. It
leaves whatever is not plain (an unknown parameter, a value out of range, another method, a foreign host) to them.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.access.gate import enter
from api.http.bodies import WITHOUT_BODY, read_body, replay
from api.http.border import Border, missing
from api.http.compression import takes_gzip
from api.http.deadline import Deadline
from api.http.envelope import OVERDUE, REQUEST_ID, Envelope, failed, header, request_id
from api.http.given import Given, NotPlainError
from api.http.problems import problem_of
from api.http.witness import NO_LOG, Witness
from features.errors import KarmapathError

SMALLEST = 1_000
"""Bytes from which an answer is compressed for whoever takes it so."""
_LEVEL = 4


class Lane:
    """ASGI middleware around all others: serves the given routes itself and passes on everything else."""

    def __init__(
        self,
        app: ASGIApp,
        routes: Iterable[APIRoute],
        border: Border,
        envelope: Envelope,
        witness: Witness | None,
        *,
        origins: bool,
    ) -> None:
        """``origins``: whether pages of other sites may call; what they send goes the long way."""
        self.app = app
        self._border = border
        self._envelope = envelope
        self._witness = witness
        self._origins = origins
        self._deadline = Deadline(2 * envelope.deadline)
        self._exact: dict[tuple[str, str], _Stop] = {}
        self._patterns: list[_Stop] = []
        for route in routes:
            stop = _Stop.of(route)
            if "{" in route.path:
                self._patterns.append(stop)
            else:
                self._exact[stop.method, route.path] = stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, here or the long way."""
        stop, found = self._stop(scope) if scope["type"] == "http" else (None, _NOTHING)
        if stop is None or self._border.refusal(scope) is not None or self._is_from_a_page(scope):
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        scope["karmapath.request_id"] = number = request_id(scope["headers"])
        again = receive
        try:
            body = b""
            if stop.method not in WITHOUT_BODY:
                body = await read_body(scope, receive, self._envelope.body_limit, self._envelope.deadline) or b""
                again = replay(body, receive)
            scope["route"], scope["path_params"] = stop.route, found
            request = Request(scope, again)
            values = stop.given.plain(request, body)
        except NotPlainError:
            del scope["route"], scope["path_params"]
            await self.app(scope, again, send)
            return
        except KarmapathError as error:  # of the body
            answer = problem_of(error)
        except Exception:
            answer = failed(number)
        else:
            answer = await self._answered(stop, request, values, number)
        if self._witness is not None and not await self._witness.saw(scope, answer.status_code):
            answer = problem_of(NO_LOG)
        try:
            await _sent(answer, scope, number, send)
        finally:
            self._envelope.count(scope, answer.status_code, began, number)

    async def _answered(self, stop: _Stop, request: Request, values: dict[str, Any], number: str) -> Response:
        try:
            return await self._deadline(stop.answer(request, values))
        except KarmapathError as error:
            return problem_of(error)
        except TimeoutError:
            return problem_of(OVERDUE)
        except Exception:
            return failed(number)

    def _is_from_a_page(self, scope: Scope) -> bool:
        return self._origins and any(name == b"origin" for name, _ in scope["headers"])

    def _stop(self, scope: Scope) -> tuple[_Stop | None, Mapping[str, str]]:
        method, path = scope["method"], scope["path"]
        exact = self._exact.get((method, path))
        if exact is not None:
            return exact, {}
        for stop in self._patterns:
            if stop.method == method and (found := stop.route.path_regex.match(path)) is not None:
                return stop, found.groupdict()
        return None, _NOTHING


_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class _Stop:
    """One route that the lane serves."""

    route: APIRoute
    method: str
    given: Given

    @classmethod
    def of(cls, route: APIRoute) -> _Stop:
        return cls(route, min(route.methods or {"GET"}), Given.of(route.dependant))

    async def answer(self, request: Request, values: dict[str, Any]) -> Response:
        """Let the request in and return what the route answers."""
        await enter(request)
        response: Response = await self.given.call(**values, **self.given.solved(request))
        return response


async def _sent(answer: Response, scope: Scope, number: str, send: Send) -> None:
    body, headers = bytes(answer.body), answer.raw_headers
    if len(body) >= SMALLEST:
        body, headers = _compressed(body, headers, scope)
    headers = [*headers, (REQUEST_ID, number.encode()), *missing(headers)]
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body})


Headers = list[tuple[bytes, bytes]]


def _compressed(body: bytes, headers: Headers, scope: Scope) -> tuple[bytes, Headers]:
    """Return the answer as its reader takes it; what stands between must know that it depends on the reader."""
    if not takes_gzip(header(scope["headers"], b"accept-encoding")):
        return body, [*headers, (b"vary", b"Accept-Encoding")]
    small = gzip.compress(body, _LEVEL, mtime=0)
    kept = [header for header in headers if header[0] != b"content-length"]
    told = [(b"vary", b"Accept-Encoding"), (b"content-encoding", b"gzip"), (b"content-length", b"%d" % len(small))]
    return small, [*kept, *told]
