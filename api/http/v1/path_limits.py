"""The limits of a path, which every route about paths takes alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Query

from api.http.service import Service
from api.http.v1.parameters import Language, Words
from recommender.paths import PathSettings

Hours = Annotated[float, Query(ge=0.25, le=2000, description="hours of learning in all")]
HoursAMonth = Annotated[float, Query(ge=0.5, le=300, description="hours of learning a month")]
Exclude = Annotated[list[str], Query(default_factory=list, max_length=200, description="courses to leave out")]


@dataclass(frozen=True, slots=True)
class PathLimits:
    """What was asked of a path, and in which language it is told."""

    hours: float
    hours_a_month: float
    exclude: frozenset[str]
    language: str | None
    lang: Literal["en", "hi"]

    def settings(self, service: Service, cost: float = 0.0) -> PathSettings:
        """Return them for the solver; ``cost`` is a budget for fees in rupees."""
        return PathSettings(
            hours=self.hours,
            hours_a_month=self.hours_a_month,
            cost=cost,
            exclude=self.exclude,
            languages=() if self.language is None else (self.language,),
            time_limit=service.settings.deadline / 2,
        )


def path_limits(
    exclude: Exclude,
    hours: Hours = 40.0,
    hours_a_month: HoursAMonth = 8.0,
    language: Language = None,
    lang: Words = "en",
) -> PathLimits:
    """Return the limits that a request asks for: a dependency of routes about paths."""
    return PathLimits(hours, hours_a_month, frozenset(exclude), language, lang)


Limits = Annotated[PathLimits, Depends(path_limits)]
