"""What may be asked of lists and paths; every key may be left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict

Words = Literal["en", "hi"]
Track = Literal["guided", "desirable"]


class ListQuestion(TypedDict, total=False):
    """What may be asked of a list of recommendations."""

    limit: int
    offset: int
    track: Track
    language: str
    category: Sequence[str]
    competency: Sequence[str]
    provider: Sequence[str]
    max_hours: float
    boost: Sequence[str]
    """``kind:value=weight``, as in ``theme:Data Analytics=0.3``."""
    diversity: float
    lang: Words


class PathQuestion(TypedDict, total=False):
    """What may be asked of a path."""

    hours: float
    hours_a_month: float
    exclude: Sequence[str]
    language: str
    lang: Words


class DesirableQuestion(PathQuestion, total=False):
    """What may be asked of a desirable path."""

    role: str
    domain: str
    organisation: str
    level: int
    outside_share: float
    cost: float


class WhatIf(PathQuestion, total=False):
    """What may be changed of a guided path."""

    more_hours: float
    without: Sequence[str]
    in_language: str


class SearchQuestion(TypedDict, total=False):
    """What may be asked of a search."""

    language: str
    category: Sequence[str]
    provider: Sequence[str]
    learner: str
    limit: int
    offset: int


class CatalogueQuestion(SearchQuestion, total=False):
    """What may be asked of the search for learners."""

    difficulty: Sequence[str]
    topic: Sequence[str]
    competency: Sequence[str]
    organisation: Sequence[str]
    min_hours: float
    max_hours: float
    max_fee: float
    order: Literal["relevance", "personal"]
    new: bool
    facet: Sequence[
        Literal["language", "category", "provider", "difficulty", "topic", "competency", "organisation", "hours", "fee"]
    ]
    lang: Words
