"""Supply, compliance, posts, succession, recognition and decisions over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from api.http.access.gate import principal_of
from api.http.access.organisations import Own, organisation_of
from api.http.access.records import record_of
from api.http.answers import Answer, stamp
from api.http.v1.organisations.documents import Document
from api.http.v1.organisations.plan_documents import By
from api.http.v1.parameters import LearnerId, Limit
from api.http.witness import about
from api.workbench.approval import Signature
from api.workbench.desk import desk_of
from api.workbench.doing import compliance_of, recognition_of
from api.workbench.posting import Advice, advice, assignment, choose, position_within, reach, succession
from api.workbench.supply import SEATS, quality, supply
from features.numbers import NUMERIC
from features.reference import Reference
from features.store.decisions import Decision
from recommender.planning.audit import AuditRow
from recommender.planning.candidates import Candidate
from recommender.planning.coverage import ContentRequest, CourseGain, Coverage
from recommender.planning.posting import Placement
from recommender.planning.posts import PostRules
from recommender.planning.recognition import Gained
from recommender.planning.seat_worth import SeatWorth
from recommender.planning.succession import Bench, SinglePoint

router = APIRouter(prefix="/v1", tags=["organisations"])
_EXAMPLE: dict[str, Any] = {"post": "P03", "learner": "L0004461", "by": "B. Sen, JS", "reason": "Readiest, and asks."}
_SEATS: dict[str, Any] = {"organisation": "M01", "seats": {"P01": 2, "P03": 1}}


class CoverageDocument(Document):
    """Required competencies beside the catalogue, what to ask providers for, and what each course would bring."""

    organisation: str
    coverage: list[Coverage]
    requests: list[ContentRequest]
    courses: list[CourseGain]


class ComplianceDocument(Document):
    """What plans allocate and what became of it; only what speaks of ten people or more, but for named people."""

    organisation: str
    total: dict[str, int]
    plans: list[dict[str, Any]]
    bodies: list[dict[str, Any]]
    posts: list[dict[str, Any]]
    people: list[dict[str, Any]] = Field(description="with something overdue or at risk, most first")


class SuccessionDocument(Document):
    """Who stands ready for each post, and what hangs on one person."""

    organisation: str
    benches: list[Bench]
    single_points: list[SinglePoint]


class RecognitionDocument(Document):
    """Competencies gained by evidence, and interests, in the last year."""

    organisation: str
    begin: datetime
    end: datetime
    people: list[Gained]
    bodies: list[dict[str, Any]]
    topics: list[dict[str, Any]]


class ProvidersDocument(Document):
    """Quality of courses and providers, smoothed, and the worth of the next seat."""

    organisation: str
    providers: list[dict[str, Any]]
    courses: list[dict[str, Any]]
    seats: list[SeatWorth]


class CandidatesDocument(Document):
    """Ranked people for a post: advice, never a decision."""

    post: str
    designation: str
    organisation: str
    eligible: int
    items: list[Candidate]


class WithinReach(Document):
    """Posts that a learner could hold, the nearest first."""

    learner: str
    items: list[Candidate]


class SeatsAsked(Document):
    """Posts to fill at once."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _SEATS})

    organisation: str = Field(min_length=1, max_length=200, description="whose people")
    seats: dict[str, Annotated[int, Field(ge=1, le=10_000), NUMERIC]] = Field(
        min_length=1, max_length=2_000, description="position to how many seats"
    )
    worst_first: bool = Field(False, strict=True, description="first make the worst-filled seat as good as can be")


class AssignmentDocument(Document):
    """Who would fill the posts with the least shortfall, beside post by post, and an audit by group."""

    organisation: str
    placements: list[Placement]
    shortfall: float
    bound: float
    post_by_post: float
    saved: float
    worst: float
    unfilled: int
    method: str
    audits: dict[str, list[AuditRow]]


class NewDecision(Document):
    """A named human's decision on a post."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _EXAMPLE})

    post: str = Field(min_length=1, max_length=200)
    learner: str = Field(min_length=1, max_length=200)
    by: By
    reason: str = Field(min_length=10, max_length=2_000)


class DecisionDocument(Document):
    """Who decided what, and why."""

    number: int | None
    kind: str
    organisation: str
    subject: str
    outcome: str
    by: str
    principal: str
    at: datetime
    reason: str
    learner: str | None
    facts: dict[str, Any]


class DecisionList(Document):
    """Decisions, the newest first."""

    organisation: str
    items: list[DecisionDocument]


@router.get("/organisations/{organisation}/coverage", response_model=CoverageDocument)
async def coverage(request: Request, organisation: Own) -> Response:
    """Return which required competencies courses teach, how high, and how many people wait for what is missing."""
    desk = desk_of(request)
    found = await desk.work(supply, desk, organisation.id)
    return Answer(
        {
            "organisation": organisation.id,
            "coverage": found.coverage,
            "requests": found.requests,
            "courses": found.gains,
        }
    )


@router.get("/organisations/{organisation}/compliance", response_model=ComplianceDocument)
async def compliance(request: Request, organisation: Own, limit: Limit = 50) -> Response:
    """Return what plans allocate to the organisation's people: done, on track, at risk, overdue."""
    desk = desk_of(request)
    found = await desk.work(compliance_of, desk, organisation.id, _within(desk.reference, organisation.id), limit)
    people = [{**row, "next_due": stamp(row["next_due"])} for row in found.people]
    return Answer(
        {
            "organisation": organisation.id, "total": found.total, "plans": found.plans, "bodies": found.bodies,
            "posts": found.posts, "people": people,
        }
    )  # fmt: skip


@router.get("/organisations/{organisation}/succession", response_model=SuccessionDocument)
async def successions(request: Request, organisation: Own) -> Response:
    """Return how many stand ready for each post now, in 6 and in 12 months, and what hangs on one person."""
    desk = desk_of(request)
    benches, points = await desk.work(succession, desk, organisation.id)
    return Answer({"organisation": organisation.id, "benches": benches, "single_points": points})


@router.get("/organisations/{organisation}/recognition", response_model=RecognitionDocument)
async def recognition(request: Request, organisation: Own, limit: Limit = 30) -> Response:
    """Return who gained most of what their posts require in the last year, by evidence, and what people chose."""
    desk = desk_of(request)
    found = await desk.work(recognition_of, desk, organisation.id, limit)
    return Answer(
        {
            "organisation": organisation.id, "begin": stamp(found.begin), "end": stamp(found.end),
            "people": found.people, "bodies": found.bodies, "topics": found.topics,
        }
    )  # fmt: skip


@router.get("/organisations/{organisation}/providers", response_model=ProvidersDocument)
async def providers(
    request: Request,
    organisation: Own,
    seats: Annotated[int, Query(ge=1, le=100_000, description="seats of each programme")] = SEATS,
) -> Response:
    """Return how good courses and providers are, with intervals, and what one more seat in a programme is worth."""
    desk = desk_of(request)
    found = await desk.work(quality, desk, organisation.id, seats)
    return Answer(
        {
            "organisation": organisation.id, "providers": found.providers, "courses": found.courses,
            "seats": found.seats,
        }
    )  # fmt: skip


@router.get("/organisations/{organisation}/decisions", response_model=DecisionList)
async def decisions(request: Request, organisation: Own, limit: Limit = 100) -> Response:
    """Return who decided what, and why, the newest first."""
    desk = desk_of(request)
    within = _within(desk.reference, organisation.id)
    found = await desk.ask(desk.service.store.workbench.decisions, within, limit)
    return Answer({"organisation": organisation.id, "items": [_decision(one) for one in found]})


@router.post("/organisations/{organisation}/decisions", response_model=DecisionDocument, status_code=201)
async def decide(request: Request, organisation: Own, body: NewDecision) -> Response:
    """Write down whom a named human chose for a post, and why."""
    desk = desk_of(request)
    signed = Signature(body.by, principal_of(request).name, body.reason, desk.at)
    made = await desk.work(choose, desk, organisation.id, body.post, body.learner, signed)
    return Answer(_decision(made), 201)


@router.get("/posts/{post}/candidates", response_model=CandidatesDocument)
async def post_candidates(
    request: Request,
    post: str,
    organisation: Annotated[str, Query(min_length=1, max_length=200, description="whose people")],
    limit: Limit = 20,
    any_group: Annotated[bool, Query(description="people of any service group")] = False,
    least_years: Annotated[float, Query(ge=0, le=45, description="years of service")] = 0.0,
) -> Response:
    """Return who of an organisation's people is readiest for a post, with reasons and what is uncertain."""
    desk = desk_of(request)
    own = _own(request, organisation)
    position = position_within(desk, own, post)
    groups = frozenset() if any_group or not position.group else frozenset({position.group})
    rules = PostRules(groups=groups, least_years=least_years)
    found: Advice = await desk.work(advice, desk, own, post, rules=rules, limit=limit)
    about(request, f"post:{post}"[:200], "candidates")
    return Answer(
        {
            "post": post, "designation": found.position.designation, "organisation": own,
            "eligible": found.eligible, "items": found.candidates,
        }
    )  # fmt: skip


@router.post("/assignments", response_model=AssignmentDocument)
async def assignments(request: Request, body: SeatsAsked) -> Response:
    """Return who would fill many posts at once with the least shortfall; nothing is kept, nobody is posted."""
    desk = desk_of(request)
    own = _own(request, body.organisation)
    made = await desk.work(assignment, desk, own, body.seats, worst_first=body.worst_first)
    about(request, f"organisation:{own}"[:200], "assignment")
    found = made.posting
    return Answer(
        {
            "organisation": own, "placements": found.placements, "shortfall": found.shortfall, "bound": found.bound,
            "post_by_post": found.post_by_post, "saved": found.saved, "worst": found.worst,
            "unfilled": found.unfilled, "method": found.method, "audits": made.audits,
        }
    )  # fmt: skip


@router.get("/learners/{learner}/posts-within-reach", response_model=WithinReach)
async def posts_within_reach(
    request: Request,
    learner: LearnerId,
    organisation: Annotated[str | None, Query(max_length=200, description="only posts of this one's tree")] = None,
    limit: Limit = 10,
) -> Response:
    """Return posts that a learner could hold, the nearest first, with what is missing for each."""
    desk = desk_of(request)
    record = await record_of(request, learner)
    found = await desk.work(reach, desk, record, organisation, limit)
    return Answer({"learner": learner, "items": found})


def _own(request: Request, organisation: str) -> str:
    """Return the organisation if the caller may plan for it."""
    return organisation_of(request, organisation).id


def _within(reference: Reference, organisation: str) -> tuple[str, ...]:
    return tuple(one for one in reference.organisations if organisation in reference.lineage(one))


def _decision(one: Decision) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": one.kind,
        "organisation": one.organisation,
        "subject": one.subject,
        "outcome": one.outcome,
        "by": one.decided_by,
        "principal": one.principal,
        "at": stamp(one.decided_at),
        "reason": one.reason,
        "learner": one.learner,
        "facts": one.facts,
    }
