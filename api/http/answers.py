"""How answers are written: JSON by orjson, times with their zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from starlette.responses import Response

from features.times import IST

_ZONE = datetime(1970, 1, 1, tzinfo=IST).isoformat()[-6:]
_SECONDS = len("2026-04-01T05:30:00")
_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


class Answer(Response):
    """A JSON document."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the document as bytes."""
        return orjson.dumps(content, option=_OPTIONS)


def problem(status: int, code: str, title: str, headers: Mapping[str, str] | None = None, **members: Any) -> Answer:
    """Return an RFC 9457 problem document; ``members`` are further fields, e.g. found, expected, remedy."""
    told = [members.get(name) for name in ("found", "expected", "remedy")]
    detail = f"{told[0]}; expected {told[1]}; {told[2]}" if all(told) else title
    document = {"type": f"urn:karmapath:problem:{code}", "title": title, "status": status, "detail": detail, **members}
    return Answer(document, status, dict(headers or {}), media_type="application/problem+json")


def stamp(moment: datetime | None) -> str | None:
    """Return a time of the platform with its zone, to the second.

    >>> stamp(datetime(2026, 4, 1, 5, 30))
    '2026-04-01T05:30:00+05:30'
    """
    return None if moment is None else f"{moment.isoformat()[:_SECONDS]}{_ZONE}"
