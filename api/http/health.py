"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.http.answers import Answer
from api.http.problems import describe
from api.http.service import service_of
from features.errors import KarmapathError

router = APIRouter(tags=["health"])


@router.get("/health")
async def health() -> Response:
    """Answer as long as the process lives (the platform's own form)."""
    return Answer({"status": "OK"})


@router.get("/ready")
async def ready(request: Request) -> Response:
    """Answer 200 when the store answers and a model serves, else 503 with what is missing."""
    service = service_of(request)
    checks: dict[str, object] = {}
    try:
        checks["store"] = {"ok": True, "schema": await service.look_up(service.store.check)}
    except KarmapathError as error:
        checks["store"] = {"ok": False, **describe(error)}
    try:
        checks["model"] = {"ok": True, "version": service.engine.version}
    except KarmapathError as error:
        checks["model"] = {"ok": False, **describe(error)}
    good = all(isinstance(check, dict) and check["ok"] for check in checks.values())
    return Answer({"ready": good, **checks}, 200 if good else 503)
