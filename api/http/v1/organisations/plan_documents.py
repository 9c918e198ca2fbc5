"""The documents of plans' routes as OpenAPI tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.http.v1.organisations.documents import Document
from api.workbench.what_if import Outcome
from api.workbench.wish import Pairs, PlanWish
from features.numbers import NUMERIC

By = Annotated[
    str,
    Field(
        min_length=3, max_length=200, description="the named human who decides", examples=["Under Secretary (Training)"]
    ),
]
Reason = Annotated[str, Field(max_length=2_000, description="why")]

Version = Annotated[int, Field(ge=1), NUMERIC]

_WISH: dict[str, Any] = {"hours": 20, "begin": "2026-12-01", "end": "2027-03-31"}


class NewPlan(Document):
    """A plan to propose."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"by": "Under Secretary (Training)", "name": "Year plan", "settings": _WISH}},
    )

    by: By
    name: str = Field("", max_length=200)
    settings: PlanWish


class PlanChange(Document):
    """A change of a plan: new settings, or courses put in and taken out by hand."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "by": "Under Secretary (Training)",
                "version": 1,
                "exclude": [["P01", "do_11400000000000265"]],
                "note": "too long",
            }
        },
    )

    by: By
    version: Version = Field(description="the version that the change begins from")
    note: str = Field("", max_length=500, description="what is changed")
    settings: PlanWish | None = Field(None, description="instead of the present ones")
    include: Pairs = Field(default_factory=list)
    exclude: Pairs = Field(default_factory=list)
    mandatory: Pairs = Field(default_factory=list)
    elective: Pairs = Field(default_factory=list)
    anew: bool = Field(False, strict=True, description="solve again around the edits; else nothing else moves")


class Signed(Document):
    """Who acts, and why."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"by": "B. Sen, JS", "version": 1, "reason": "within the hours"}}
    )

    by: By
    version: Version = Field(description="the version that is meant")
    reason: Reason = ""


class Verdicts(Signed):
    """What is rejected of a submitted plan; everything else is approved."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"by": "B. Sen, JS", "version": 1, "reason": "fits the year", "rejected": {}}},
    )

    reason: str = Field(min_length=3, max_length=2_000)
    rejected: dict[str, Annotated[str, Field(max_length=500)]] = Field(
        default_factory=dict, max_length=10_000, description="id of an item to why it is rejected"
    )


class Said(Document):
    """A comment."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"by": "B. Sen, JS", "text": "Why so many?"}}
    )

    by: By
    text: str = Field(min_length=1, max_length=2_000)
    item: str | None = Field(None, max_length=500)


class ItemDocument(Document):
    """One course of a plan for the people of one post."""

    item: str
    position: str
    designation: str
    organisation: str
    course: str
    name: str
    mandatory: bool
    due_on: datetime
    people: int
    hours: float
    cost: float
    closes: float = Field(description="weighted steps that the plan would lose without it")
    competencies: list[str]
    approved: bool | None
    comment: str


Status = Literal["draft", "submitted", "approved", "returned", "withdrawn"]


class PlanHead(Document):
    """A plan in short."""

    plan: str
    organisation: str
    name: str
    plan_year: str
    status: Status
    version: int
    author: str
    made_at: datetime
    changed_at: datetime
    share_closed: float
    items: int


class PlanList(Document):
    """Plans, the last changed first."""

    organisation: str
    items: list[PlanHead]


class OnePlan(PlanHead):
    """A plan with its items and effect."""

    items: list[ItemDocument]  # type: ignore[assignment]
    settings: dict[str, Any]
    effect: dict[str, Any] = Field(description="what the items do together, beside the proven bound")


class SchemeAsked(Document):
    """A competency that a new scheme will ask of a post."""

    position: str = Field(min_length=1, max_length=200)
    competency: str = Field(min_length=1, max_length=200)
    level: Annotated[int, Field(ge=1, le=5), NUMERIC]
    critical: bool = Field(True, strict=True)


class WhatIf(Document):
    """What is to be different; each part makes a scenario of its own."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"hours": [10, 40], "retire_after_years": 33}}
    )

    hours: list[Annotated[float, Field(gt=0, le=2000), NUMERIC]] = Field(
        default_factory=list, max_length=8, description="hours a head instead of the plan's"
    )
    retire_after_years: Annotated[float, Field(gt=0, le=60), NUMERIC] | None = Field(
        None, description="people who served so long leave"
    )
    scheme: SchemeAsked | None = None
    transfers: dict[str, Annotated[str, Field(max_length=200)]] = Field(
        default_factory=dict, max_length=1_000, description="learner to the position that the learner goes to"
    )


class WhatIfAnswer(Document):
    """What the best plan does today, and in each scenario."""

    plan: str
    items: list[Outcome]


class HistoryDocument(Document):
    """Who changed, said and decided what."""

    plan: str
    versions: list[dict[str, Any]]
    comments: list[dict[str, Any]]
    decisions: list[dict[str, Any]]


class Comparison(Document):
    """Two plans beside each other."""

    plans: list[PlanHead]
    figures: dict[str, list[float]]
    only_first: list[str]
    only_second: list[str]
    common: int
