"""What of a catalogue is wanted: by whom it is meant, what it teaches, how long it takes and what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from features.reference import Course, Reference

_SURE = 0.5
"""Competencies that a course teaches with less confidence do not count."""
_BANDS = ((1.0, "0-1"), (5.0, "1-5"), (20.0, "5-20"), (float("inf"), "20-"))
"""Most hours of each band and its name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Wishes that a course must meet, every one of them; what is empty narrows nothing."""

    competencies: frozenset[str] = frozenset()
    """One of these is taught."""
    organisations: frozenset[str] = frozenset()
    """Its subject is that of one of these, or of one below it."""
    least_hours: float = 0.0
    most_hours: float | None = None
    most_fee: float | None = None
    """Rupees."""

    def fits(self, course: Course, reference: Reference) -> bool:
        """Whether a course meets them all."""
        return (
            (not self.competencies or not self.competencies.isdisjoint(_taught(course)))
            and (not self.organisations or not self.organisations.isdisjoint(reference.lineage(course.organisation)))
            and course.hours >= self.least_hours
            and (self.most_hours is None or course.hours <= self.most_hours)
            and (self.most_fee is None or course.cost <= self.most_fee)
        )


def counted(courses: Iterable[Course], name: str) -> Counter[str]:
    """Return how many of the courses have each value: ``competency``, ``organisation``, ``hours`` or ``fee``."""
    values = VALUES[name]
    return Counter(value for course in courses for value in values(course))


def _taught(course: Course) -> tuple[str, ...]:
    return tuple(one.competency for one in course.teaches if one.confidence >= _SURE)


def _place(course: Course) -> tuple[str, ...]:
    return (course.organisation,) if course.organisation else ()


def _band(course: Course) -> tuple[str, ...]:
    return (next(name for most, name in _BANDS if course.hours <= most),)


def _fee(course: Course) -> tuple[str, ...]:
    return ("free" if course.cost <= 0 else "paid",)


VALUES: Mapping[str, Callable[[Course], tuple[str, ...]]] = {
    "competency": _taught,
    "organisation": _place,
    "hours": _band,
    "fee": _fee,
}
"""Facets that are told by the course itself; a band of hours begins above its first number and ends with its second."""
