"""Claims for the fees of outside courses, step by step: asked for, decided, proven, paid once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.access.gate import may_see, principal_of
from api.http.access.principal import Role
from api.http.access.records import record_of
from api.http.answers import Answer, stamp
from api.http.service import Service, service_of
from api.http.v1.claim_documents import ClaimDecision, ClaimDocument, Claims, ClaimState, ClaimStep
from api.http.v1.parameters import LearnerId, Limit, Offset
from features.errors import NotFoundError
from features.reference import Reference
from features.store.jobs import organisations_of
from recommender.claims import TRANSITIONS, Claim

router = APIRouter(prefix="/v1", tags=["claims"])


@router.post("/claims", response_model=ClaimDocument)
async def step(request: Request, body: ClaimStep) -> Response:
    """Ask for a fee, withdraw, or hand in the proof of completion; the same ``request`` again changes nothing."""
    return await _take(request, body)


@router.post("/claims/decisions", response_model=ClaimDocument)
async def decide(request: Request, body: ClaimDecision) -> Response:
    """Approve or refuse a claim, accept or reject its proof, pay it; the same ``request`` again changes nothing."""
    return await _take(request, body)


async def _take(request: Request, body: ClaimStep | ClaimDecision) -> Response:
    service, principal = service_of(request), principal_of(request)
    await record_of(request, body.learner)
    reference, at = service.engine.reference, service.clock()
    if body.course not in reference.courses:
        raise NotFoundError(f"course {body.course!r}", "a course of the catalogue", "search with /v1/courses?q=")
    proof = body.proof if isinstance(body, ClaimStep) else None
    facts = {"by": principal.name, "comment": body.comment} | ({} if proof is None else {"proof": proof})
    claims = service.ledgers.claims(reference, at)
    claim = await service.write(
        claims.step, body.request, at, body.learner, reference.courses[body.course], body.event, **facts
    )
    return Answer(_document(claim))


@router.get("/claims", response_model=Claims)
async def claims(
    request: Request,
    state: Annotated[ClaimState | None, Query(description="only claims in this state")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Response:
    """Return all claims that the caller may see: planners those of their organisation's tree."""
    service = service_of(request)
    reference = service.engine.reference
    held = await service.write(service.ledgers.claims(reference, service.clock()).all)
    wanted = [claim for claim in held if state is None or claim.state == state]
    if principal_of(request).role is Role.PLANNER:
        wanted = await _own(request, service, wanted, reference)
    return _page(wanted, limit, offset)


@router.get("/learners/{learner}/claims", response_model=Claims)
async def claims_of(request: Request, learner: LearnerId, limit: Limit = 50, offset: Offset = 0) -> Response:
    """Return a learner's claims as they stand."""
    service = service_of(request)
    await record_of(request, learner)
    held = await service.write(service.ledgers.claims(service.engine.reference, service.clock()).all)
    return _page([claim for claim in held if claim.learner == learner], limit, offset)


async def _own(request: Request, service: Service, held: list[Claim], reference: Reference) -> list[Claim]:
    def places() -> dict[str, str | None]:
        with service.store.everyone() as connection:
            return organisations_of(connection, {claim.learner for claim in held})

    of, principal = await service.look_up(places), principal_of(request)
    return [c for c in held if c.learner in of and may_see(principal, of[c.learner], reference)]


def _page(held: list[Claim], limit: int, offset: int) -> Response:
    items = [_document(claim) for claim in held[offset : offset + limit]]
    return Answer({"total": len(held), "offset": offset, "items": items})


def _document(claim: Claim) -> dict[str, Any]:
    return {
        "learner": claim.learner,
        "course": claim.course,
        "state": claim.state,
        "fee": claim.fee,
        "approved": claim.approved,
        "proof": claim.proof,
        "paid": claim.paid,
        "paid_on": stamp(claim.paid_on),
        "next": sorted(event for state, event in TRANSITIONS if state == claim.state),
    }
