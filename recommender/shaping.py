"""A list shaped by wishes: only some courses, some of them sooner, or more of a mixture.

The model's list is the material. Filters leave out; boosts and diversity put in another order, by scores scaled to 0..1
within the list: a boost of 1 lifts the last to where the first stood, and diversity weighs what a course has in common
with those above it against its score (maximal marginal relevance, Carbonell and Goldstein 1998).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from features.reference import Course, Reference

BoostKind = Literal["competency", "theme", "provider", "category"]
_SAME_PROVIDER = 0.2


@dataclass(frozen=True, slots=True)
class Boost:
    """Courses of one kind, and how much sooner (or, below 0, later) they are wanted."""

    kind: BoostKind
    value: str
    """Id of a competency; name of a theme, provider or category, whatever its case."""
    weight: float
    """-1 to 1."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted of a list beside the best courses."""

    competencies: frozenset[str] = frozenset()
    """Only courses that teach one of these."""
    providers: frozenset[str] = frozenset()
    """Only courses of these, in lower case."""
    most_hours: float | None = None
    boosts: tuple[Boost, ...] = ()
    diversity: float = 0.0
    """0: the scores alone decide; 1: only how different a course is from those above it."""

    @property
    def narrows(self) -> bool:
        """Whether courses are left out."""
        return bool(self.competencies or self.providers or self.most_hours is not None)

    @property
    def reorders(self) -> bool:
        """Whether the order changes."""
        return bool(self.boosts) or self.diversity > 0


NO_WISHES = Wishes()
"""Nothing but the best courses."""


def shaped(
    courses: Sequence[Course], scores: Sequence[float], wishes: Wishes, reference: Reference, limit: int
) -> list[int]:
    """Return the rows of the first ``limit`` courses of a list as the wishes want them, in their new order."""
    kept = [row for row, course in enumerate(courses) if _wanted(course, wishes)]
    if wishes.reorders and kept:
        order = _order([courses[row] for row in kept], [scores[row] for row in kept], wishes, reference, limit)
        kept = [kept[place] for place in order]
    return kept[:limit]


def _wanted(course: Course, wishes: Wishes) -> bool:
    return (
        (not wishes.competencies or any(taught.competency in wishes.competencies for taught in course.teaches))
        and (not wishes.providers or (course.provider or "").strip().casefold() in wishes.providers)
        and (wishes.most_hours is None or course.hours <= wishes.most_hours)
    )


def _order(
    courses: Sequence[Course], scores: Sequence[float], wishes: Wishes, reference: Reference, limit: int
) -> list[int]:
    said = np.array(scores)
    spread = float(said.max() - said.min()) or 1.0
    worth = (said - said.min()) / spread + np.array([_boost(course, wishes, reference) for course in courses])
    if wishes.diversity <= 0:
        return [int(row) for row in np.argsort(-worth, kind="stable")]
    return _diverse(worth, _likeness(courses), wishes.diversity, limit)


def _boost(course: Course, wishes: Wishes, reference: Reference) -> float:
    return sum(boost.weight for boost in wishes.boosts if boost.value.casefold() in _values(course, boost, reference))


def _values(course: Course, boost: Boost, reference: Reference) -> set[str]:
    if boost.kind == "provider":
        return {(course.provider or "").strip().casefold()}
    if boost.kind == "category":
        return {course.category.casefold()}
    taught = [one.competency for one in course.teaches]
    if boost.kind == "competency":
        return {competency.casefold() for competency in taught}
    known = (reference.competencies.get(competency) for competency in taught)
    return {one.theme.casefold() for one in known if one is not None and one.theme}


def _likeness(courses: Sequence[Course]) -> NDArray[np.float64]:
    """Return how much two courses have in common, shape (n, n), 0 to 1: competencies taught, and the provider."""
    taught = [frozenset(one.competency for one in course.teaches) for course in courses]
    return np.array(
        [
            [_alike(taught[a], taught[b], one.provider == other.provider) for b, other in enumerate(courses)]
            for a, one in enumerate(courses)
        ]
    )


def _alike(one: frozenset[str], other: frozenset[str], same_provider: bool) -> float:
    shared = len(one & other) / len(one | other) if one or other else 0.0
    return (1 - _SAME_PROVIDER) * shared + _SAME_PROVIDER * same_provider


def _diverse(worth: NDArray[np.float64], alike: NDArray[np.float64], diversity: float, limit: int) -> list[int]:
    chosen: list[int] = []
    nearest = np.zeros(len(worth))
    left = np.ones(len(worth), dtype=bool)
    while len(chosen) < min(limit, len(worth)):
        value = np.where(left, (1 - diversity) * worth - diversity * nearest, -np.inf)
        best = int(value.argmax())
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, alike[best])
    return chosen
