"""Errors as people and programs can act on them: one shape, RFC 9457, for every route."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.http.answers import problem
from features.errors import KarmapathError

log = logging.getLogger("karmapath.http")

_MOST_TOLD = 50
"""Faults of one request that are told: the answer must not grow with what is wrong."""
_LONGEST_NAME, _LONGEST_TEXT = 80, 600

_FOLDERS = re.compile(r"(?:/[^\s/;,]+){2,}")

_STATUS = {
    "not_found": 404,
    "not_ready": 503,
    "store_unavailable": 503,
    "overdue": 503,
    "broken_ledger": 503,
    "unwritable_ledger": 503,
    "forbidden": 403,
    "unauthorised": 401,
    "too_large": 413,
    "too_slow": 408,
    "too_long": 414,
    "misdirected": 421,
    "not_witnessed": 503,
    "too_many": 429,
    "conflict": 409,
    "claim_refused": 409,
    "unsupported_media_type": 415,
}
"""Codes of errors and their HTTP status; every other is 422."""

_TITLES = {
    "not_found": "There is no such thing",
    "not_ready": "The service is not ready for this yet",
    "store_unavailable": "The store does not answer",
    "overdue": "It took too long",
    "unwritable_ledger": "It cannot be written down",
    "broken_ledger": "A ledger is not as it was written",
    "forbidden": "You may not do this",
    "unauthorised": "Say who you are",
    "too_large": "The request is too large",
    "too_slow": "The request did not come in time",
    "too_long": "The address is too long",
    "misdirected": "The request was meant for somebody else",
    "not_witnessed": "It cannot be written down who asked",
    "too_many": "You ask too often",
    "conflict": "It does not go with what is known",
    "unsupported_media_type": "The body is not JSON",
}

_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "1"}, 503: {"Retry-After": "5"}}

_HTTP = {
    404: ("not_found", "path {path}", "a path of this service", "see /docs for the paths there are"),
    405: ("method_not_allowed", "method {method}", "a method that {path} knows", "see /docs for the paths there are"),
    400: ("bad_request", "a body that is not JSON", "a JSON document", "correct the body"),
}


class OverdueError(KarmapathError):
    """Something took longer than the deadline allows."""

    code = "overdue"


class UnauthorisedError(KarmapathError):
    """Nobody knows who calls."""

    code = "unauthorised"


class TooManyError(KarmapathError):
    """Somebody asks too often."""

    code = "too_many"


class ForbiddenError(KarmapathError):
    """Somebody asks for what is not theirs."""

    code = "forbidden"


class NotWitnessedError(KarmapathError):
    """Something that must not happen without an entry in the audit log."""

    code = "not_witnessed"


def install_problems(app: FastAPI) -> None:
    """Answer every error of the app with a problem document."""
    app.add_exception_handler(KarmapathError, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def describe(error: KarmapathError) -> dict[str, Any]:
    """Return an error's facts as fields of a JSON document; nothing of this machine's inside."""
    found, expected, remedy = (_short(text) for text in (_found(error), error.expected, error.remedy))
    return {"code": error.code, "found": found, "expected": expected, "remedy": remedy}


def _found(error: KarmapathError) -> str:
    """Return what was found: where the store is and how folders are named is for the log, not for callers."""
    if error.code == "store_unavailable":
        return "a store that does not answer"
    return _FOLDERS.sub("the home folder", error.found) if error.code == "not_ready" else error.found


def _short(text: str, most: int = _LONGEST_TEXT) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def status_of(error: KarmapathError) -> int:
    """Return the HTTP status of an error the user can put right."""
    return _STATUS.get(error.code, 422)


def problem_of(error: KarmapathError) -> Response:
    """Return the problem document of an error the user can put right; the log has what only operators can."""
    status = status_of(error)
    if status >= 500:
        log.error("%s: %s", error.code, error)
    title = _TITLES.get(error.code, "The request cannot be taken")
    headers = _HEADERS.get(status, {})
    facts = describe(error)
    return problem(status, facts.pop("code"), title, headers, **facts)


async def _told(_request: Request, error: Exception) -> Response:
    return problem_of(cast("KarmapathError", error))


async def _invalid(_request: Request, error: Exception) -> Response:
    found = [_field(one) for one in cast("RequestValidationError", error).errors()[:_MOST_TOLD]]
    first = found[0]
    return problem(
        422, "invalid", "The request cannot be taken",
        found=f"{first['where']} = {first['found']}", expected=first["expected"],
        remedy="correct the request; /docs shows an example of each", errors=found,
    )  # fmt: skip


def _field(one: dict[str, Any]) -> dict[str, str]:
    where = ".".join(str(part)[:_LONGEST_NAME] for part in one["loc"])
    if one["type"] == "json_invalid":
        return {"where": where, "found": "a body that is not JSON", "expected": "a JSON document"}
    if one["type"] == "missing":
        return {"where": where, "found": "nothing", "expected": "a value"}
    return {"where": where, "found": _short(repr(one.get("input")), _LONGEST_NAME), "expected": _short(one["msg"])}


async def _http(request: Request, error: Exception) -> Response:
    http = cast("HTTPException", error)
    title = HTTPStatus(http.status_code).phrase
    if http.status_code not in _HTTP:
        return problem(http.status_code, "http", title, http.headers)
    code, *told = _HTTP[http.status_code]
    status = 422 if code == "bad_request" else http.status_code  # a broken body is told alike, however it is broken
    shown = {"path": request.url.path[:200], "method": request.method}
    found, expected, remedy = (text.format(**shown) for text in told)
    headers = {**(http.headers or {}), **_allow(request)} if http.status_code == 405 else http.headers
    return problem(status, code, title, headers, found=found, expected=expected, remedy=remedy)


def _allow(request: Request) -> dict[str, str]:
    """Return every method of the path: the router alone names those of the first route that fits."""
    path, pattern = request.scope["path"], getattr(request.scope.get("route"), "path_format", "")
    routes = cast("tuple[APIRoute, ...]", request.app.state.routes)
    own = [route for route in routes if route.path == path] or [route for route in routes if route.path == pattern]
    methods = {method for route in own for method in route.methods or ()}
    return {"Allow": ", ".join(sorted(methods))} if methods else {}


def unforeseen(number: str) -> Response:
    """Return the problem of an error nobody foresaw; the log has it under the request's number."""
    return problem(
        500, "internal", "The service failed",
        found="an error nobody foresaw", expected="an answer",
        remedy=f"report it with the request id {number}", request=number,
    )  # fmt: skip
