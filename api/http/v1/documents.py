"""The documents of v1 as OpenAPI tells them; tests hold the real answers against these."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Probability = Annotated[float, Field(ge=0, le=1)]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """RFC 9457: what went wrong, in words a person can act on."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": "urn:karmapath:problem:not_found",
                "title": "There is no such thing",
                "status": 404,
                "detail": "learner 'L9'; expected the id of a learner in the store; check the id",
                "found": "learner 'L9'",
                "expected": "the id of a learner in the store",
                "remedy": "check the id",
            }
        },
    )

    type: str
    title: str
    status: int
    detail: str
    found: str | None = None
    expected: str | None = None
    remedy: str | None = None


PROBLEM: dict[str, Any] = {
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
}
"""How OpenAPI tells a problem."""


class ReasonDocument(_Document):
    """Why something is there: a code, the sentence for people, and the facts behind it."""

    code: str
    text: str
    facts: dict[str, Any]


class CourseCard(_Document):
    """A course in short."""

    course: str
    name: str
    category: str
    provider: str | None
    hours: float
    languages: list[str]


class RecommendationItem(CourseCard):
    """One course of a list."""

    position: int = Field(ge=1)
    track: Literal["guided", "desirable"] = Field(description="guided: it closes a gap of the learner's position")
    score: float = Field(description="comparable within one list only")
    propensity: Probability = Field(description="probability with which it was put in this place")
    reasons: list[ReasonDocument]


class _OfLearner(_Document):
    learner: str
    model: str = Field(description="version of the bundle that answered")
    at: datetime


class Recommendations(_OfLearner):
    """The best courses for a learner, best first."""

    id: str = Field(description="id of this list, for feedback")
    items: list[RecommendationItem]


class StatelessRecommendations(_Document):
    """The best courses for a profile, best first."""

    model: str
    at: datetime
    items: list[RecommendationItem]


class WhyNot(_OfLearner):
    """Why a course is not in the list; no reason: it is."""

    course: str
    listed: bool
    reason: ReasonDocument | None


class EvidenceDocument(_Document):
    """One item of evidence and its weight today."""

    id: str
    kind: str
    course: str | None
    level: int
    passed: bool
    observed_on: datetime
    weight: float = Field(description="bits by which it moves the odds; 0: it does not count")


class BeliefDocument(_Document):
    """What is believed of the level in one competency."""

    competency: str
    name: str
    area: str | None
    theme: str | None
    known: bool
    expected_level: float = Field(ge=0, le=5)
    interval: tuple[int, int] = Field(description="central 80 % interval of the level")
    probabilities: list[Probability] = Field(min_length=6, max_length=6, description="of the levels 0 to 5")
    evidence: list[EvidenceDocument]


class Competencies(_OfLearner):
    """The competencies of which anything is known."""

    total: int
    offset: int
    items: list[BeliefDocument]


class GapDocument(_Document):
    """A requirement beside the state."""

    competency: str
    name: str
    required: int = Field(ge=1, le=5)
    met: bool
    p_met: Probability = Field(description="P(level at or above the required one)")
    expected_level: float
    missing: float = Field(description="expected number of missing steps")
    weight: float
    critical: bool
    known: bool = Field(description="whether any evidence speaks; unknown is not zero")
    role: str
    role_name: str
    activity: str | None
    activity_name: str | None


class Gaps(_OfLearner):
    """Gaps against the learner's position, or another, or a role; worst first."""

    total: int
    offset: int
    items: list[GapDocument]


class StepDocument(_Document):
    """One step of a competency."""

    competency: str
    name: str
    level: int


class PathItemDocument(CourseCard):
    """A course at its place in a path."""

    position: int
    starts_on: datetime
    ends_on: datetime
    due_on: datetime | None
    mandatory: bool
    closes: list[StepDocument]
    reasons: list[ReasonDocument]


class ConflictDocument(_Document):
    """Duties that cannot all be met, and the cheapest way out."""

    duties: list[str]
    kind: str
    hours_short: float
    way_out: str
    drop: str | None


class PathDocument(_OfLearner):
    """An ordered list of courses and how good it provably is."""

    kind: Literal["guided", "desirable"]
    status: str
    hours: float
    value: float
    bound: float = Field(description="no path within the same limits is worth more")
    items: list[PathItemDocument]
    conflict: ConflictDocument | None
    facts: dict[str, Any]


class Milestones(_OfLearner):
    """A path in the form of the platform's learning pathways."""

    milestones_v1: list[dict[str, Any]]


class TaughtDocument(_Document):
    """What a course teaches."""

    competency: str
    name: str
    from_level: int
    to_level: int
    confidence: Probability
    source: str | None = Field(description="who says so: tag, inferred or confirmed; null: the import does not tell")


class CourseDocument(CourseCard):
    """All that is known of a course."""

    model: str
    description: str | None
    status: str
    rating: float | None
    cost: float
    external: bool
    restricted: bool
    published_on: datetime | None
    retired_on: datetime | None
    teaches: list[TaughtDocument]
    requires: list[list[str]] = Field(description="AND of ORs over course ids")


class FoundCourse(CourseCard):
    """A course that was found."""

    score: float = Field(description="comparable within one answer only")


class Courses(_Document):
    """Courses that were found, best first."""

    model: str
    searched: Literal["meaning", "words"] = Field(
        description="words: only names were searched, as the search by meaning is not ready, or not installed"
    )
    total: int
    offset: int
    items: list[FoundCourse]
    facets: dict[str, dict[str, int]] = Field(description="column to value to number of courses found")
    meant: dict[str, list[str]] = Field(description="words the catalogue does not know, and what was searched instead")


class Similar(_Document):
    """Courses that go with a course, best first."""

    model: str
    course: str
    offset: int
    items: list[CourseCard]


class ActivityDocument(_Document):
    """An activity of a role."""

    activity: str
    name: str


class RequirementDocument(_Document):
    """A competency and level that a role needs."""

    competency: str
    name: str
    level: int
    weight: float
    critical: bool
    activity: str | None
    source: str | None = Field(description="who says so, as import, planner or confirmed")


class RoleDocument(_Document):
    """A role with what it needs."""

    role: str
    name: str
    description: str | None
    activities: list[ActivityDocument]
    requirements: list[RequirementDocument]


class Roles(_Document):
    """Roles in order of their ids."""

    model: str
    total: int
    offset: int
    items: list[RoleDocument]


class ModelDocument(_Document):
    """The model that serves."""

    model: str
    courses: int
    facts: dict[str, Any] = Field(description="what training wrote down: data, settings, figures")
    problem: dict[str, Any] | None = Field(description="why a newer champion is not the one that serves")


class EventOutcome(_Document):
    """What became of one event."""

    row: int = Field(description="place in the request, from 0")
    key: str | None
    status: Literal["accepted", "duplicate", "refused", "ignored"]
    code: str | None = None
    found: str | None = None
    expected: str | None = None
    remedy: str | None = None


class EventsOutcome(_Document):
    """What became of each event; accepted ones are on the disk."""

    accepted: int
    duplicate: int
    refused: int
    ignored: int = Field(description="xAPI statements and telemetry that say nothing of a learner and a course")
    results: list[EventOutcome]


class FeedbackOutcome(_Document):
    """A thumb that was written down."""

    id: int
    learner: str
    course: str
    rating: Literal[0, 1]


class LearnerData(_Document):
    """Every row that the store has about a learner."""

    learner: str
    tables: dict[str, list[dict[str, Any]]]


class ShownItemDocument(_Document):
    """One course of a list that was shown."""

    course: str
    position: int
    score: float
    propensity: Probability


class ShownDocument(_Document):
    """A list as it was shown."""

    id: str
    revision: int
    learner: str
    surface: str
    model: str
    shown_at: datetime
    items: list[ShownItemDocument]
