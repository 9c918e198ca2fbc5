"""The documents of matching: edges, what a designation means, what a described role needs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.v1.documents import Probability
from features.numbers import NUMERIC

Kind = Literal["course_teaches", "role_needs", "designation_means"]
Key = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Level = Annotated[int, Field(ge=1, le=5), NUMERIC]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PositionMatch(_Document):
    """A position that a designation may mean."""

    position: str
    designation: str = Field(description="as the position words it")
    confidence: Probability
    ask: bool = Field(description="so unsure that a person should be asked")
    source: Literal["confirmed", "matched"]


class PositionMatches(_Document):
    """The positions that a designation may mean, surest first."""

    model: str
    designation: str
    organisation: str | None
    ask: bool = Field(description="whether a person should say which, if any")
    items: list[PositionMatch]


class RoleText(BaseModel):
    """A role as people describe it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "Section Officer",
                "description": "Runs a section of the office",
                "activities": ["Drafts notes and replies", "Keeps the section's files"],
            }
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=500)]
    description: Annotated[str, Field(max_length=20_000)] | None = None
    activities: Annotated[list[Annotated[str, Field(max_length=2000)]], Field(max_length=200)] = []
    limit: Annotated[int, Field(ge=1, le=100), NUMERIC] = 20


class SuggestedNeed(_Document):
    """A competency that a role is likely to need; it is required once a planner confirms it."""

    competency: str
    name: str
    area: str | None
    theme: str | None
    level: int = Field(ge=1, le=5)
    confidence: Probability
    ask: bool
    source: Literal["suggested"]


class SuggestedNeeds(_Document):
    """What a role is likely to need, surest first."""

    model: str
    items: list[SuggestedNeed]


class EdgeStatement(BaseModel):
    """What a planner says of one edge."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"kind": "course_teaches", "subject": "do_1", "object": "drafting", "verdict": "confirmed"}
        },
    )

    kind: Kind
    subject: Key = Field(description="the course, the role or the designation")
    object: Key = Field(description="the competency, or the position")
    verdict: Literal["confirmed", "rejected", "withdrawn"]
    organisation: Key | None = Field(None, description="where a designation means that; absent: everywhere")
    from_level: Annotated[int, Field(ge=0, le=5), NUMERIC] | None = Field(
        None, description="level a course starts from"
    )
    level: Level | None = Field(None, description="level a course leads to, or a role needs")
    comment: Annotated[str, Field(max_length=4000)] = ""


class EdgeOutcome(_Document):
    """What became of one statement."""

    row: int
    status: Literal["accepted", "refused"]
    number: int | None = Field(None, description="under which it is kept")
    code: str | None = None
    found: str | None = None
    expected: str | None = None
    remedy: str | None = None


class EdgesOutcome(_Document):
    """What became of each statement; accepted ones are on the disk and count from the next training on."""

    accepted: int
    refused: int
    results: list[EdgeOutcome]


class EdgeDocument(_Document):
    """What somebody said of one edge."""

    number: int
    kind: Kind
    subject: str
    object: str
    organisation: str | None
    verdict: Literal["confirmed", "rejected", "withdrawn"]
    from_level: int | None
    level: int | None
    said_by: str
    said_at: datetime
    comment: str


class EdgeDocuments(_Document):
    """What counts of all that was said, or all of it."""

    total: int
    offset: int
    items: list[EdgeDocument]


class EdgeSuggestion(_Document):
    """An edge that nobody has judged yet."""

    kind: Kind
    subject: str
    subject_name: str
    object: str
    object_name: str
    from_level: int | None
    level: int | None
    confidence: Probability
    ask: bool
    source: str


class EdgeSuggestions(_Document):
    """Edges that nobody has judged yet, surest first."""

    model: str
    total: int
    offset: int
    items: list[EdgeSuggestion]
