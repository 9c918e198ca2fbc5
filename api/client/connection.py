"""Requests and answers: what every call of the client does."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel

from features.errors import KarmapathError

Answer = TypeVar("Answer", bound=BaseModel)
_AGAIN = frozenset({429, 503})
_LONGEST_WAIT = 30.0


class ServiceError(KarmapathError):
    """The service refused, or did not answer; ``found``, ``expected`` and ``remedy`` are its own words."""

    code = "service"

    def __init__(self, status: int, code: str, found: str, expected: str, remedy: str) -> None:
        super().__init__(found, expected, remedy)
        self.status = status
        """HTTP status; 0 where there was no answer."""
        self.code = code


class Connection:
    """Sends requests to one service, again where it is worth it, and reads the answers."""

    def __init__(self, http: httpx.Client, tries: int, sleep: Callable[[float], None] = time.sleep) -> None:
        self._http = http
        self._tries = tries
        self._sleep = sleep

    def ask(
        self,
        method: str,
        path: str,
        answer: type[Answer],
        *,
        asked: Mapping[str, Any] | None = None,
        body: Any = None,
        again: bool | None = None,
    ) -> Answer:
        """Send a request and return the answer as its document.

        Parameters
        ----------
        path
            From ``/v1`` on; parts that come from outside quoted with ``part``.
        asked
            Parameters; those that are ``None`` are left out.
        again
            Whether the request may be sent again where the service was busy or away; by default, if it only reads.

        Raises
        ------
        ServiceError
            If the service refuses, or does not answer.
        """
        return answer.model_validate_json(self.send(method, path, asked=asked, body=body, again=again).content)

    def send(
        self,
        method: str,
        path: str,
        *,
        asked: Mapping[str, Any] | None = None,
        body: Any = None,
        again: bool | None = None,
    ) -> httpx.Response:
        """Send a request and return the answer as it came; ``ServiceError`` where it is a refusal."""
        parameters = {name: _written(value) for name, value in (asked or {}).items() if value is not None}
        tries = self._tries if (method == "GET" if again is None else again) else 1
        for left in reversed(range(tries)):
            try:
                response = self._http.request(method, path, params=parameters, json=body)
            except httpx.TransportError as error:
                if not left:
                    raise _no_answer(error) from error
                self._sleep(1.0)
                continue
            if response.status_code not in _AGAIN or not left:
                break
            self._sleep(_wait(response))
        if response.status_code >= 400:
            raise _refusal(response)
        return response


def part(text: str) -> str:
    """Return a part of a path, quoted.

    >>> part("a/b")
    'a%2Fb'
    """
    return quote(text, safe="")


def _written(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _wait(response: httpx.Response) -> float:
    told = response.headers.get("retry-after", "")
    return min(float(told), _LONGEST_WAIT) if told.isdecimal() else 1.0


def _refusal(response: httpx.Response) -> ServiceError:
    """Return what a problem document says (RFC 9457), or as much as is known without one."""
    try:
        document = response.json()
    except ValueError:
        document = {}
    if not isinstance(document, dict):
        document = {}
    code = str(document.get("type", "http")).rpartition(":")[2]
    return ServiceError(
        response.status_code,
        code,
        document.get("found") or f"status {response.status_code}",
        document.get("expected") or "an answer",
        document.get("remedy") or "look at the service's log",
    )


def _no_answer(error: httpx.TransportError) -> ServiceError:
    return ServiceError(
        0, "no_answer", f"no answer ({type(error).__name__}: {error})", "a service that answers", "check its address"
    )
