"""The documents of claims, duties, records of completion, and questions about a path."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.v1.documents import CourseCard, PathDocument, ReasonDocument, StepDocument

ClaimEvent = Literal["request", "approve", "refuse", "withdraw", "complete", "reject_proof", "verify", "pay"]
ClaimState = Literal["requested", "approved", "refused", "withdrawn", "completed", "verified", "paid"]
Key = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ClaimDecision(BaseModel):
    """What a planner decides of a claim."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"request": "7f3b", "learner": "L0000001", "course": "ext_1", "event": "approve"}
        },
    )

    request: Key = Field(description="id of this step: sent again, it changes nothing")
    learner: Key
    course: Key
    event: Literal["approve", "refuse", "reject_proof", "verify", "pay"]
    comment: Annotated[str, Field(max_length=2000)] = ""


class ClaimStep(BaseModel):
    """What a learner does with a claim for the fee of an outside course."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"request": "7f3a", "learner": "L0000001", "course": "ext_1", "event": "request"}
        },
    )

    request: Key = Field(description="id of this step: sent again, it changes nothing")
    learner: Key
    course: Key
    event: Literal["request", "withdraw", "complete"]
    proof: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        None, description="SHA-256 of the certificate, with the event complete"
    )
    comment: Annotated[str, Field(max_length=2000)] = ""


class ClaimDocument(_Document):
    """A claim as it stands."""

    learner: str
    course: str
    state: ClaimState
    fee: float
    approved: float = Field(description="rupees that will be paid on completion")
    proof: str | None
    paid: float
    paid_on: datetime | None
    next: list[ClaimEvent] = Field(description="what may happen to it now")


class Claims(_Document):
    """Claims in the order in which they were opened."""

    total: int
    offset: int
    items: list[ClaimDocument]


class LedgerDocument(_Document):
    """A ledger whose every entry was verified just now."""

    ledger: Literal["claims", "completions"]
    entries: int
    head: str = Field(description="hash of the last entry: kept elsewhere, it proves that nothing before was changed")


class RecordRequest(BaseModel):
    """Which completion is to be recorded."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"course": "do_1"}})

    course: Key


class CompletionDocument(_Document):
    """A record of completion, chained to the one before."""

    number: int
    course: str
    completed_on: datetime | None
    mandated: bool
    issued_at: datetime
    before: str
    hash: str


class CompletionDocuments(_Document):
    """A learner's records of completion, oldest first."""

    learner: str
    total: int
    offset: int
    items: list[CompletionDocument]


class VerifiedRecord(_Document):
    """Whether a record stands in the chain, and is that learner's."""

    hash: str
    valid: bool
    record: CompletionDocument | None


class DutyDone(_Document):
    """A course that counts towards a duty and is completed."""

    course: str
    completed_on: datetime | None


class DutyDocument(_Document):
    """What a rule asks of the learner, and what is completed of it."""

    duty: str = Field(description="rule and version")
    title: str
    citation: str
    kind: str
    met: bool
    courses: list[str] = Field(description="courses that count, at most a hundred")
    count: int = Field(description="how many of them must be completed; 0 where hours are asked for")
    hours: float
    done: list[DutyDone]
    hours_done: float
    due_on: datetime | None


class Duties(_Document):
    """The learner's duties, met or not."""

    learner: str
    model: str
    at: datetime
    items: list[DutyDocument]


class PathWhyNot(_Document):
    """Why a course is not on the guided path, and what would bring it there."""

    learner: str
    model: str
    at: datetime
    course: str
    listed: bool
    reason: ReasonDocument
    change: ReasonDocument | None = Field(description="what would change it; nothing where it is on the path")


class PathWhatIf(_Document):
    """The guided path under other limits, and what changes by them."""

    learner: str
    model: str
    at: datetime
    added: list[CourseCard]
    removed: list[CourseCard]
    gained: list[StepDocument] = Field(description="steps that only the new path closes")
    lost: list[StepDocument]
    hours: float = Field(description="how many more hours it takes")
    value: float = Field(description="how much more it is worth")
    path: PathDocument
