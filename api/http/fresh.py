"""Answers that need not be made again: weak entity tags, known before anything is computed."""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from api.http.envelope import header
from api.http.service import Service
from recommender.engine import Engine

_CACHE = "private, no-cache"
"""Ask every time whether it is still fresh: a completion must show at once."""


class Fresh:
    """The tag of an answer: it changes with the model, the learner, the question, and the minute.

    The minute, because plans begin, courses retire and evidence ages by the clock: what retires at noon
    is gone at noon. ``also`` is what else an answer depends on.
    """

    def __init__(self, request: Request, service: Service, engine: Engine, version: int = 0, also: str = "") -> None:
        at, asked = service.clock(), request.scope["query_string"].decode("latin-1")
        minute = f"{at.toordinal()}.{at.hour}.{at.minute}"
        parts = f"{engine.version}|{version}|{minute}|{request.scope['path']}|{asked}|{also}"
        self.tag = f'W/"{hashlib.blake2s(parts.encode(), digest_size=12).hexdigest()}"'
        self._known = header(request.scope["headers"], b"if-none-match").decode("latin-1")

    @property
    def headers(self) -> dict[str, str]:
        """The headers of an answer with this tag."""
        return {"ETag": self.tag, "Cache-Control": _CACHE}

    def unchanged(self) -> Response | None:
        """Return 304 if the caller has the answer already."""
        if not self._known:
            return None
        known = {tag.strip() for tag in self._known.split(",")}
        return Response(status_code=304, headers=self.headers) if self.tag in known else None
