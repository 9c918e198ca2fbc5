"""Duties and what is completed of them; records of completion that anyone can check against the chain."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from starlette.responses import Response

from api.http.access.records import record_of
from api.http.answers import Answer, stamp
from api.http.service import service_of
from api.http.shapes import head
from api.http.v1.claim_documents import (
    CompletionDocument,
    CompletionDocuments,
    Duties,
    LedgerDocument,
    RecordRequest,
    VerifiedRecord,
)
from api.http.v1.parameters import LearnerId, Limit, Offset, Words
from recommender.completions import CompletionRecord
from recommender.ledger import GENESIS
from recommender.rules import Obligation, obligations

router = APIRouter(prefix="/v1", tags=["records"])

_MOST_COURSES = 100
Hash = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{64}$", description="the record's hash")]


@router.get("/learners/{learner}/duties", response_model=Duties)
async def duties(request: Request, learner: LearnerId, lang: Words = "en") -> Response:
    """Return what rules ask of the learner, with citation, and what is completed of each."""
    service = service_of(request)
    engine, at = service.engine, service.clock()
    found = obligations(await record_of(request, learner), engine.reference, at)
    return Answer({**head(engine, learner, at), "items": [_duty(one, lang) for one in found]})


@router.get("/learners/{learner}/records", response_model=CompletionDocuments)
async def records(request: Request, learner: LearnerId, limit: Limit = 50, offset: Offset = 0) -> Response:
    """Return the learner's records of completion."""
    service = service_of(request)
    await record_of(request, learner)
    found = await service.write(service.ledgers.completions.of, learner)
    items = [_document(one) for one in found[offset : offset + limit]]
    return Answer({"learner": learner, "total": len(found), "offset": offset, "items": items})


@router.post("/learners/{learner}/records", status_code=201, response_model=CompletionDocument)
async def issue(request: Request, learner: LearnerId, body: RecordRequest) -> Response:
    """Record that the learner completed a course: once, chained to the record before; again gives the same record."""
    service = service_of(request)
    record = await record_of(request, learner)
    made = await service.write(service.ledgers.completions.issue, record, body.course, service.clock())
    return Answer(_document(made), 201)


@router.get("/records/{hash}", response_model=VerifiedRecord)
async def verify(
    request: Request,
    hash: Hash,  # noqa: A002 - the name in the path
    learner: Annotated[str, Query(min_length=1, max_length=200, description="whose record it is said to be")],
) -> Response:
    """Return whether a record that somebody shows stands in the chain and is that learner's."""
    service = service_of(request)
    found = await service.write(service.ledgers.completions.find, hash, learner)
    record = None if found is None else _document(found)
    return Answer({"hash": hash, "valid": found is not None, "record": record})


@router.get("/ledgers/{ledger}", response_model=LedgerDocument)
async def ledger(request: Request, ledger: Literal["claims", "completions"]) -> Response:
    """Verify a whole ledger now and return its length and the hash of its last entry."""
    service = service_of(request)
    entries = await service.solve(service.ledgers.ledger(ledger).entries)
    last = entries[-1].hash if entries else GENESIS
    return Answer({"ledger": ledger, "entries": len(entries), "head": last})


def _document(record: CompletionRecord) -> dict[str, Any]:
    return {
        "number": record.number,
        "course": record.course,
        "completed_on": stamp(record.completed_on),
        "mandated": record.mandated,
        "issued_at": stamp(record.issued_at),
        "before": record.before,
        "hash": record.hash,
    }


def _duty(one: Obligation, lang: str) -> dict[str, Any]:
    return {
        "duty": one.key,
        "title": one.rule.parameters.get(f"title_{lang}", one.rule.title),
        "citation": one.rule.citation,
        "kind": one.rule.kind,
        "met": one.met,
        "courses": list(one.courses[:_MOST_COURSES]),
        "count": one.count,
        "hours": one.hours,
        "done": [{"course": course, "completed_on": stamp(when)} for course, when in one.done],
        "hours_done": round(one.hours_done, 2),
        "due_on": stamp(one.due_on),
    }
