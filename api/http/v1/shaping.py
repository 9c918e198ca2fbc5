"""Filters, boosts, diversity and pages of a list, as a request asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, cast

from fastapi import Query
from pydantic import Field

from api.http.service import Service
from features.errors import KarmapathError
from features.records import LearnerRecord
from recommender.engine import Engine
from recommender.ranked import Ranked
from recommender.shaping import NO_WISHES, Boost, BoostKind, Wishes, shaped

BOOST = r"^(competency|theme|provider|category):.{1,200}=-?(0(\.\d{1,3})?|1(\.0{1,3})?)$"
"""``kind:value=weight``."""
_DEPTH = 300
"""How deep the list is looked into where only its order is to change."""


OnlyCompetencies = Annotated[
    list[str], Query(default_factory=list, max_length=50, description="only courses that teach one of these")
]
OnlyProviders = Annotated[
    list[str], Query(default_factory=list, max_length=50, description="only courses of these providers")
]
Boosts = Annotated[
    list[Annotated[str, Field(pattern=BOOST)]],
    Query(
        default_factory=list,
        max_length=20,
        description="kind:value=weight: sooner, or with a weight below 0 later; kinds: competency, theme, provider, "
        "category; weights: -1 to 1",
        examples=[["theme:Data Analytics=0.3"]],
    ),
]
MostHours = Annotated[float | None, Query(gt=0, le=5000, description="only courses that take no longer")]
Diversity = Annotated[float, Query(ge=0, le=1, description="0: the scores alone decide; 1: as mixed as can be")]


def made_wishes(
    competency: Sequence[str], provider: Sequence[str], boost: Sequence[str], max_hours: float | None, diversity: float
) -> Wishes:
    """Return the wishes that the values say."""
    if not (competency or provider or boost or diversity) and max_hours is None:
        return NO_WISHES
    return Wishes(
        frozenset(competency),
        frozenset(name.strip().casefold() for name in provider),
        max_hours,
        tuple(_boost(one) for one in boost),
        diversity,
    )


async def listed(
    service: Service,
    engine: Engine,
    record: LearnerRecord,
    at: datetime,
    limit: int,
    offset: int = 0,
    wanted: Wishes = NO_WISHES,
    **asked: Any,
) -> Ranked:
    """Return a page of the learner's list, shaped as it is wanted; ``asked`` as ``Engine.recommend``."""
    last = offset + limit
    narrows, reorders = wanted.narrows, wanted.reorders
    depth = len(engine.bundle.course_ids) if narrows else max(last, _DEPTH) if reorders else last
    ranked = await service.recommend(engine, record, at, depth, **asked)
    if narrows or reorders:
        courses = [engine.reference.courses[course] for course in ranked.ids]
        ranked = ranked.picked(shaped(courses, ranked.scores, wanted, engine.reference, last))
    return ranked.picked(range(offset, len(ranked)), first=offset + 1) if offset else ranked


def _boost(text: str) -> Boost:
    kind, _, rest = text.partition(":")
    value, _, weight = rest.rpartition("=")
    if not value.strip():
        raise KarmapathError(f"boost {text[:80]!r}", "kind:value=weight", "name what is boosted")
    return Boost(cast("BoostKind", kind), value.strip(), float(weight))
