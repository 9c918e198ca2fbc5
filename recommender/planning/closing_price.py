"""What it costs in hours to bring one competency from a level to a level, by the cheapest courses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from features.reference import Course, Reference
from features.schema import MAX_LEVEL
from recommender.paths.candidates import CONFIDENT


@dataclass(frozen=True)
class ClosingPrices:
    """Fewest hours and the courses for them, for each competency and pair of levels."""

    competencies: tuple[str, ...]
    hours: NDArray[np.float64]
    """Shape (competencies, 6, 6): from the first level to the second; 0 from a level to itself or below,
    infinite where no courses lead there. Prerequisites of the courses are not counted."""
    courses: Mapping[tuple[str, int, int], tuple[str, ...]]

    def row(self, competency: str) -> int | None:
        """Return the number of a competency, ``None`` where it has no price."""
        return self.competencies.index(competency) if competency in self.competencies else None


def closing_prices(
    reference: Reference,
    at: datetime,
    competencies: Sequence[str],
    *,
    languages: Iterable[str] = (),
    paid: bool = False,
) -> ClosingPrices:
    """Return the prices from courses that are live, in one of the languages (any by default), without fee or with."""
    spoken = set(languages)
    edges: dict[str, list[tuple[int, int, float, str]]] = {competency: [] for competency in competencies}
    for course in sorted(reference.courses.values(), key=lambda one: one.id):
        if not _usable(course, at, spoken, paid=paid):
            continue
        for t in course.teaches:
            if t.competency in edges and t.confidence >= CONFIDENT and t.to_level > t.from_level:
                edges[t.competency].append((t.from_level, t.to_level, course.hours, course.id))
    hours = np.full((len(competencies), MAX_LEVEL + 1, MAX_LEVEL + 1), np.inf)
    courses: dict[tuple[str, int, int], tuple[str, ...]] = {}
    for number, competency in enumerate(competencies):
        for start in range(MAX_LEVEL + 1):
            hours[number, start, : start + 1] = 0.0
            for end, (price, chosen) in _cheapest(edges[competency], start).items():
                hours[number, start, end] = price
                courses[competency, start, end] = chosen
    return ClosingPrices(tuple(competencies), hours, courses)


def _usable(course: Course, at: datetime, spoken: set[str], *, paid: bool) -> bool:
    readable = not spoken or not course.languages or not spoken.isdisjoint(course.languages)
    free = not (course.cost > 0 or course.external)
    return course.is_live(at) and not course.is_assessment and not course.restricted and readable and (paid or free)


def _cheapest(edges: Sequence[tuple[int, int, float, str]], start: int) -> dict[int, tuple[float, tuple[str, ...]]]:
    """Return for each higher level the fewest hours and the courses; a course serves everybody above its start."""
    best: dict[int, tuple[float, tuple[str, ...]]] = {start: (0.0, ())}
    for level in range(start, MAX_LEVEL + 1):
        if level not in best:
            continue
        price, chosen = best[level]
        for low, high, hours, course in edges:
            if low <= level < high:
                for reached in range(level + 1, high + 1):
                    found = price + hours, (*chosen, course)
                    if reached not in best or found < best[reached]:
                        best[reached] = found
    del best[start]
    return best
