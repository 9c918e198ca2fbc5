"""Forms that only our own pages can send: a cookie that other sites cannot read, and its mark in a hidden field."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, quote, unquote

from starlette.requests import Request
from starlette.responses import Response

from features.errors import KarmapathError

COOKIE = "karmapath_form"
SIGNER = "karmapath_by"
"""Cookie that remembers the name under which forms were signed, so that it need not be typed again."""
FIELD = "form"
"""Name of the hidden field."""

_MOST_FIELDS = 5_000


class ForeignFormError(KarmapathError):
    """A form that no page of ours was seen to send."""

    code = "foreign_form"


class Form(Mapping[str, str]):
    """What was filled in; of a field that comes several times, ``all`` has every value and ``[]`` the last."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields
        self._last = dict(fields)

    def __getitem__(self, name: str) -> str:
        return self._last[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def __len__(self) -> int:
        return len(self._last)

    def all(self, name: str) -> list[str]:
        """Return every value of a field, in order."""
        return [value for key, value in self._fields if key == name]

    def text(self, name: str, least: int = 0, most: int = 2_000) -> str:
        """Return a field without blanks around it; ``KarmapathError`` if it is too short or too long."""
        value = self.get(name, "").strip()
        if not least <= len(value) <= most:
            raise KarmapathError(f"{name} with {len(value)} characters", f"{least} to {most}", "go back and fill it in")
        return value

    def number(self, name: str, least: float, most: float, default: float | None = None) -> float:
        """Return a number; ``KarmapathError`` if there is none or it is out of range."""
        given = self.get(name, "").strip()
        if not given and default is not None:
            return default
        try:
            value = float(given)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            raise KarmapathError(
                f"{name} = {given[:40]!r}", f"a number from {least:g} to {most:g}", "go back and correct it"
            )
        return value


def mark(request: Request) -> str:
    """Return what the hidden field must hold for this reader; ``send_cookie`` must go with it."""
    secret = request.cookies.get(COOKIE) or getattr(request.state, "form_secret", None)
    if secret is None:
        secret = request.state.form_secret = secrets.token_urlsafe(24)
    return _marked(secret)


def send_cookie(request: Request, response: Response) -> None:
    """Send the cookie along if a mark was made for a reader who has none."""
    secret = getattr(request.state, "form_secret", None)
    if secret is not None:
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, secret, httponly=True, samesite="strict", secure=secure, path="/")


def remember_signer(response: Response, name: str) -> None:
    """Fill in the name by itself next time."""
    response.set_cookie(SIGNER, quote(name), httponly=True, samesite="strict", path="/planning", max_age=30 * 86_400)


def signer_of(request: Request) -> str:
    """Return the name under which this reader signed last."""
    return unquote(request.cookies.get(SIGNER, ""))[:200]


async def read_form(request: Request) -> Form:
    """Return the form that was sent.

    Raises
    ------
    ForeignFormError
        If it did not come from a page of ours that this reader had open.
    """
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise _foreign()
    body = (await request.body()).decode("utf-8", errors="replace")
    try:
        fields = parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise KarmapathError("a form with too many fields", f"at most {_MOST_FIELDS}", "send less at once") from None
    form = Form(fields)
    secret = request.cookies.get(COOKIE, "")
    if not secret or not hmac.compare_digest(_marked(secret), form.get(FIELD, "")):
        raise _foreign()
    return form


def _marked(secret: str) -> str:
    return hashlib.sha256(f"karmapath form {secret}".encode()).hexdigest()


def _foreign() -> ForeignFormError:
    return ForeignFormError(
        "a form from elsewhere, or from a page that is too old", "one of this service", "open the page again"
    )
