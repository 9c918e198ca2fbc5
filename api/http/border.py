"""What stands between the network and every route: whom the request was meant for, and what a browser may do with it.

A page of another site can give its own name the address 127.0.0.1 after it was loaded (DNS rebinding); its scripts then
read what this machine serves. Such a request still carries the foreign name in ``Host``. So a service that anybody on
this machine may call answers to the names of this machine only, and to those that a setting allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import problem_of
from api.settings import LOOPBACK, Settings
from features.errors import KarmapathError, NotFoundError

LONGEST_PATH = 2_000
LONGEST_QUERY = 20_000
"""In bytes, as they were sent."""

_NOSNIFF = (b"x-content-type-options", b"nosniff")
_NO_REFERRER = (b"referrer-policy", b"no-referrer")
_NO_STORE = (b"cache-control", b"no-store")
_NOTHING_RUNS = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")


class MisdirectedError(KarmapathError):
    """A request that was meant for somebody else."""

    code = "misdirected"


class TooLongError(KarmapathError):
    """An address beyond the limit."""

    code = "too_long"


class Border:
    """ASGI middleware around every route."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        named = {name.lower() for name in settings.allowed_hosts}
        self._hosts = frozenset(named | LOOPBACK) if named or settings.is_open else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = self.refusal(scope)
        await (self.app if refused is None else problem_of(refused))(scope, receive, send)

    def refusal(self, scope: Scope) -> KarmapathError | None:
        """Return why a request is not let in, ``None`` if it is."""
        if self._hosts is not None and (name := host_name(scope["headers"])) not in self._hosts:
            return MisdirectedError(
                f"a request for the host {name or '(none)'!r}"[:200],
                "a name of this machine, or one of the setting allowed_hosts",
                "call 127.0.0.1, or add the name to allowed_hosts",
            )
        if "\x00" in scope["path"]:
            return NotFoundError("a path with a NUL character", "a path of this service", "see /docs")
        if b"%00" in scope["query_string"] or b"\x00" in scope["query_string"]:
            return KarmapathError("a question with a NUL character", "text without NUL characters", "correct it")
        if len(scope["path"]) > LONGEST_PATH or len(scope["query_string"]) > LONGEST_QUERY:
            return TooLongError(
                "an address without end", f"a path of {LONGEST_PATH}, a question of {LONGEST_QUERY} bytes", "shorten it"
            )
        return None


def host_name(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the name that the request was sent to, without the port; empty if it says none, or several.

    >>> host_name([(b"host", b"LocalHost:8000")]), host_name([(b"host", b"[::1]:8000")])
    ('localhost', '::1')
    """
    found = [value for name, value in headers if name == b"host"]
    return _without_port(found[0]) if len(found) == 1 else ""


@lru_cache(maxsize=64)
def _without_port(value: bytes) -> str:
    text = value.decode("latin-1").lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0].removesuffix(".")


def missing(headers: Sequence[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Yield what an answer must say to browsers and has not said: guess no types, keep nothing, run nothing."""
    said = dict(headers)
    if b"x-content-type-options" not in said:
        yield _NOSNIFF
    if b"cache-control" not in said:
        yield _NO_STORE
    if said.get(b"content-type", b"").startswith(b"text/html"):
        if b"content-security-policy" not in said:
            yield _NOTHING_RUNS
        if b"referrer-policy" not in said:
            yield _NO_REFERRER
