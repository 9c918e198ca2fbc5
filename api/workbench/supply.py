"""What courses can do: what is covered, what to ask providers for, how good courses are, what a seat is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.workbench.desk import Desk
from api.workbench.drafting import problem_of
from api.workbench.wish import PlanWish, default_dates
from recommender.planning.coverage import (
    ContentRequest,
    CourseGain,
    Coverage,
    content_requests,
    course_gains,
    coverage,
)
from recommender.planning.plan_problem import PlanProblem
from recommender.planning.providers import course_quality, provider_quality
from recommender.planning.seat_worth import SeatWorth, seat_worths

SEATS = 30
"""Seats of a programme that none are known of, for what the next one is worth."""


@dataclass(frozen=True, slots=True)
class Supply:
    """The catalogue beside what an organisation's posts ask for."""

    coverage: tuple[Coverage, ...]
    requests: tuple[ContentRequest, ...]
    gains: tuple[CourseGain, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """Courses and providers, smoothed, with intervals; rows as dictionaries."""

    courses: tuple[dict[str, Any], ...]
    providers: tuple[dict[str, Any], ...]
    seats: tuple[SeatWorth, ...]


def supply(desk: Desk, organisation: str) -> Supply:
    """Return what the catalogue lacks for an organisation's people, and what each course would do for them."""
    people = desk.people(organisation)
    found = coverage([people], desk.reference, desk.at)
    return Supply(found, content_requests(found, desk.reference), course_gains(_problem(desk, organisation)))


def quality(desk: Desk, organisation: str, seats: int = SEATS) -> Quality:
    """Return how good courses that matter to an organisation are, by provider, and the worth of seats in programmes."""
    problem = _problem(desk, organisation)
    courses = course_quality(desk.snapshot, desk.reference, desk.at)
    known = {course.id for course in problem.courses}
    rows = tuple(row for row in courses.iter_rows(named=True) if row["course_id"] in known)
    return Quality(
        rows,
        tuple(provider_quality(courses).iter_rows(named=True)),
        seat_worths(problem, dict.fromkeys(_programmes(problem), seats)),
    )


def _programmes(problem: PlanProblem) -> list[str]:
    """Return courses with seats: programmes, and what is taken outside the platform."""
    return [one.id for one in problem.courses if one.external or "program" in one.category.casefold()]


def _problem(desk: Desk, organisation: str) -> PlanProblem:
    begin, end = default_dates(desk.at)
    wish = PlanWish.model_validate({"begin": begin, "end": end, "hours": 40, "money": 1e9})
    return problem_of(desk, organisation, wish)
