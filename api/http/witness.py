"""The witness: sees every answer and writes into the audit log what belongs there, before the answer goes out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.access.audited import AT_ONCE, REFUSED, action_of
from api.http.access.principal import ANYBODY, Principal
from api.http.auditor import Auditor
from api.http.problems import NotWitnessedError, problem_of
from features.store import AuditEntry

log = logging.getLogger("karmapath.audit")

_ABOUT = "karmapath.about"
_MOST = 200


def about(request: Request, subject: str | None, detail: str | None = None) -> None:
    """Say what a request is about that its path does not name, and counts; no names, no content."""
    request.scope[_ABOUT] = (subject, detail)


class Witness:
    """ASGI middleware around the routes; it costs a dictionary look-up where there is nothing to write down.

    What somebody was shown of other people is on the disk before the answer begins; if that cannot be, there is no
    answer.
    """

    def __init__(
        self, app: ASGIApp, auditor: Callable[[], Auditor], clock: Callable[[], datetime], *, service_reads: bool
    ) -> None:
        self.app = app
        self._auditor = auditor
        self._clock = clock
        self._service_reads = service_reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        withheld = False

        async def told(message: Message) -> None:
            nonlocal withheld
            if withheld:
                return
            if message["type"] == "http.response.start" and not await self.saw(scope, message["status"]):
                withheld = True
                await problem_of(NO_LOG)(scope, receive, send)
                return
            await send(message)

        await self.app(scope, receive, told)

    async def saw(self, scope: Scope, status: int) -> bool:
        """Write down what belongs in the log; return whether the answer may go out."""
        entry = self._entry(scope, status)
        if entry is None:
            return True
        try:
            await self._write(entry)
        except Exception as error:
            log.error("an answer is withheld: the audit log cannot be written (%s)", type(error).__name__)  # noqa: TRY400
            return False
        return True

    async def _write(self, entry: AuditEntry) -> None:
        auditor = self._auditor()
        if entry.action == "refused":
            auditor.refuse(entry)
        elif entry.action in AT_ONCE:
            auditor.note(entry)
        else:
            await auditor.keep(entry)

    def _entry(self, scope: Scope, status: int) -> AuditEntry | None:
        subject, detail = scope.get(_ABOUT) or (None, None)
        principal: Principal | None = scope.get("state", {}).get("principal")
        path = getattr(scope.get("route"), "path", None)
        if status in REFUSED:
            action: str | None = "refused"
        elif principal is None or path is None or status in (304, 404, 405):
            return None  # nothing was shown and nothing was done
        else:
            action = action_of(
                scope["method"],
                path,
                principal.role,
                service_reads=self._service_reads,
                everybody=principal is ANYBODY,
                somebody=subject is not None,
            )
        if action is None:
            return None
        client = scope.get("client")
        return AuditEntry(
            at=self._clock(),
            principal=principal.name if principal is not None else "unknown",
            role=principal.role if principal is not None else "none",
            organisation_id=principal.organisation if principal is not None else None,
            action=action,
            route=f"{scope['method']} {path or '(none)'}",
            status=status,
            object=(subject or _named(scope) or "")[:_MOST] or None,
            detail=detail,
            origin=client[0] if client else None,
            request_id=scope.get("karmapath.request_id"),
        )


def _named(scope: Scope) -> str | None:
    """Return what the path names, e.g. ``learner:L1``: the learner where there is one, else the first thing."""
    named = scope.get("path_params") or {}
    for name in ("learner", *named):
        if name in named:
            return f"{name}:{named[name]}"
    return None


NO_LOG = NotWitnessedError(
    "an audit log that cannot be written", "one that can", "check the store, or the file of the setting audit"
)
