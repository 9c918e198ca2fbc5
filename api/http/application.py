"""FastAPI, with what serves requests before it does."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send


class Application(FastAPI):
    """The application: a request goes to ``first``, which passes on to ``long_way`` what it leaves to FastAPI."""

    first: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self.first is None or scope["type"] != "http":
            await self.long_way(scope, receive, send)
            return
        scope["app"] = self
        await self.first(scope, receive, send)

    async def long_way(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request by FastAPI and all layers around it."""
        await super().__call__(scope, receive, send)
