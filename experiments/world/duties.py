"""What others ask of learners: capacity-building plans, the induction programme and the year's assessment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from experiments.world.calendar import Calendar
from experiments.world.catalogue import ASSESSED, WorldCourse
from experiments.world.population import Ground, IntArray
from experiments.world.well_known import FOR_EVERYBODY

A_YEAR = 3
"""Courses that a plan asks of a whole organisation a year."""
FOR_A_DESIGNATION = 4
"""Courses that a plan asks of a designation a year."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of one organisation for one financial year and one group of people."""

    id: str
    name: str
    organisation: str
    posts: tuple[int, ...]
    """The posts it binds."""
    designation: str | None
    """``None``: everybody in the organisation."""
    families: tuple[int, ...]
    allotted: int
    due: int
    live: bool
    """Whether it is of the running year."""


@dataclass(frozen=True)
class Duties:
    """All plans and modules of a world."""

    ground: Ground
    calendar: Calendar

    @cached_property
    def induction(self) -> IntArray:
        """Families of the first-year programme."""
        found = [course.family for course in self.ground.catalogue.base if course.title.startswith("Prarambh")]
        return np.array(found, dtype=np.int64)

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """Every plan, oldest year first."""
        return tuple(plan for year in self.calendar.plan_years for plan in self._of_year(year))

    @cached_property
    def of_posts(self) -> tuple[tuple[tuple[int, int, int], ...], ...]:
        """For each post, what plans ask of it: (family, first day, due day)."""
        found: list[list[tuple[int, int, int]]] = [[] for _ in self.ground.service.posts]
        for plan in self.plans:
            for post in plan.posts:
                found[post] += [(family, plan.allotted, plan.due) for family in plan.families]
        return tuple(tuple(entries) for entries in found)

    @cached_property
    def assessment_of_posts(self) -> IntArray:
        """For each post, the family of the proctored assessment that fits it best; -1 where none does."""
        return np.array([self._assessment(number) for number in range(len(self.ground.service.posts))], dtype=np.int64)

    def _of_year(self, year: int) -> list[Plan]:
        service, calendar = self.ground.service, self.calendar
        allotted = max(calendar.day(date(year, 5, 15)), 15)
        due = calendar.day(date(year + 1, 3, 31))
        live = year == calendar.plan_years[-1]
        label = f"{year}-{(year + 1) % 100:02d}"
        shared = self._for_everybody(year)
        plans = []
        for body in service.bodies:
            posts = tuple(n for n, post in enumerate(service.posts) if post.organisation == body.id)
            if not posts:
                continue
            plans.append(
                Plan(
                    f"plan-{body.id}-{year}", f"Annual learning plan {label}, {body.name}", body.id, posts, None,
                    shared, allotted, due, live,
                )
            )  # fmt: skip
            for number in posts:
                designation = service.posts[number].designation
                families = tuple(f for f in self._for_post(number, year, allotted) if f not in shared)
                name = f"{designation}: courses prescribed for {label}"
                plan_id = f"plan-{body.id}-{service.posts[number].id}-{year}"
                plans.append(Plan(plan_id, name, body.id, (number,), designation, families, allotted + 20, due, live))
        return plans

    def _for_everybody(self, year: int) -> tuple[int, ...]:
        known = [self.ground.catalogue.family_of(title) for title in FOR_EVERYBODY]
        families = [family for family in known if family is not None]
        turn = (year - self.calendar.plan_years[0]) * A_YEAR
        return tuple(families[(turn + n) % len(families)] for n in range(min(A_YEAR, len(families))))

    def _for_post(self, number: int, year: int, day: int) -> list[int]:
        """Prescribe courses for what the post needs most, another part of it each year."""
        required, weights = self.ground.service.required[number], self.ground.service.weights[number]
        turn = year - self.calendar.plan_years[0]
        scored = []
        for course in self.ground.catalogue.base:
            if not _prescribable(course, day):
                continue
            value = sum(
                weights[k] * max(min(course.to_level, required[k]) - course.from_level, 0.0)
                for k in course.competencies
            )
            if value > 0:
                scored.append((-float(value) / (1.0 + 0.15 * course.hours), course.family))
        ranked = [family for _, family in sorted(scored)]
        return ranked[turn * FOR_A_DESIGNATION : (turn + 1) * FOR_A_DESIGNATION] or ranked[:FOR_A_DESIGNATION]

    def _assessment(self, number: int) -> int:
        required = self.ground.service.required[number]
        best, found = 0.5, -1
        for course in self.ground.catalogue.base:
            if course.category == ASSESSED[0]:
                fit = np.mean([required[k] > 0 for k in course.competencies])
                level = abs(np.mean([required[k] for k in course.competencies]) - course.to_level)
                if fit - 0.2 * level > best:
                    best, found = fit - 0.2 * level, course.family
        return found


def _prescribable(course: WorldCourse, day: int) -> bool:
    plain = course.category in ("Course", "Curated Program") and not course.fee and not course.restricted
    return plain and course.published <= day and course.retired is None and course.hours <= 10
