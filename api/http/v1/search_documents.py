"""The documents of the search."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.v1.documents import CourseCard, ReasonDocument

FacetName = Literal[
    "language", "category", "provider", "difficulty", "topic", "competency", "organisation", "hours", "fee"
]
Order = Literal["relevance", "personal"]
Standing = Literal["completed", "in_progress", "enrolled", "planned"]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SearchHit(CourseCard):
    """A course that was found."""

    position: int = Field(ge=1, description="place among all that was found")
    score: float = Field(description="comparable within one answer only")
    organisation: str | None = Field(description="whose subject it is")
    fee: float = Field(description="rupees; 0 on the platform")
    restricted: bool
    standing: Standing | None = Field(description="what the learner has done with it; null: nothing that is known")
    reasons: list[ReasonDocument] = Field(
        description="why it was found: found_words, found_meaning, found_competency, found_id; none: all was asked for"
    )


class FacetValue(_Document):
    """A value, what it is called, and how many of the courses found have it."""

    value: str = Field(description="what the filter of that name takes; bands of hours are for reading")
    name: str
    count: int = Field(ge=1)


class Facet(_Document):
    """How the courses found fall apart by one of their properties; the fifty values that most have."""

    name: FacetName
    values: list[FacetValue]


class SearchResults(_Document):
    """Courses that were found, best first."""

    model: str
    searched: Literal["meaning", "words"] = Field(
        description="words: what texts mean is not known yet, or never where the encoder is not installed"
    )
    order: Order = Field(description="personal only where the learner's record could be read")
    learner: str | None = Field(description="for whom; null: for nobody in particular, or their record cannot be read")
    total: int
    offset: int
    items: list[SearchHit]
    facets: list[Facet]
    meant: dict[str, list[str]] = Field(description="words the catalogue does not know, and what was searched instead")
