"""One learner's data: handed out on request, and erased on request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.http.access.records import record_of
from api.http.answers import Answer, stamp
from api.http.service import service_of
from api.http.v1.documents import LearnerData
from api.http.v1.parameters import LearnerId
from features.errors import NotFoundError

router = APIRouter(prefix="/v1/learners/{learner}", tags=["learners"])


@router.get("", response_model=LearnerData)
async def everything(request: Request, learner: LearnerId) -> Response:
    """Return every row about the learner, table by table: of the store, and entries of the ledgers."""
    service = service_of(request)
    await record_of(request, learner)
    found = await service.look_up(service.store.export, learner)
    found = {**found, **await service.write(service.ledgers.about, learner)}
    tables = {name: [_written(row) for row in rows] for name, rows in found.items()}
    return Answer({"learner": learner, "tables": tables})


@router.delete("", status_code=204, response_class=Response)
async def erase(request: Request, learner: LearnerId) -> Response:
    """Delete every row about the learner; a later import does not bring them back.

    Ledgers are accounts and stay: what was paid to whom, and records of completion, which name a hash.
    """
    service = service_of(request)
    if not await service.write(service.store.forget, learner):
        raise NotFoundError(f"learner {learner!r}", "the id of a learner in the store", "check the id")
    return Response(status_code=204)


def _written(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: stamp(value) if hasattr(value, "isoformat") else value for name, value in row.items()}
