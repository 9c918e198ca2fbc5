"""Which courses may be suggested to a learner, and why each other one may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from features.records import Learner, LearnerRecord
from features.reference import Course, Reference

PORTAL_CATEGORIES = frozenset({"course"})
"""The iGOT portal drops every id whose category is not Course from its lists."""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The courses a learner may be shown, and for every other the code of the first rule against it."""

    allowed: tuple[str, ...]
    refused: Mapping[str, str]
    """Course to one of ``not_live``, ``category``, ``enrolled``, ``planned``, ``down_rated``, ``restricted``,
    ``language``, ``translation`` (another language version of it was taken)."""


def eligibility(
    record: LearnerRecord,
    reference: Reference,
    at: datetime,
    *,
    courses: Iterable[str] | None = None,
    categories: frozenset[str] | None = None,
    language: str | None = None,
) -> Eligibility:
    """Sort the courses (all of the catalogue, or ``courses``) into those the learner may be shown and the others.

    Parameters
    ----------
    record
        Whose list it is.
    reference
        The catalogue.
    at
        The moment of the request: a course that is retired by then is out.
    courses
        Ids to sort; ids the catalogue does not have are left out of both answers.
    categories
        Lower-case course categories that may be shown; ``None`` for all that teach (assessments do not).
    language
        Show only courses in this language, whatever the profile says.
    """
    rules = _Rules(record, reference, at, categories, language)
    allowed: list[str] = []
    refused: dict[str, str] = {}
    for course_id in reference.courses if courses is None else courses:
        course = reference.courses.get(course_id)
        if course is None:
            continue
        against = rules.against(course)
        if against is None:
            allowed.append(course_id)
        else:
            refused[course_id] = against
    return Eligibility(tuple(allowed), refused)


def is_entitled(learner: Learner, course: Course) -> bool:
    """Whether a restricted course is open to the learner: verified, and of an organisation that it is meant for.

    The organisation itself must be named, as the platform has it; one above it does not do.
    """
    if not course.restricted:
        return True
    return learner.verified and (not course.entitled or learner.organisation in course.entitled)


def is_readable(learner: Learner, course: Course, language: str | None = None) -> bool:
    """Whether the learner reads the course; an unknown language, of either, stands in no one's way.

    With ``language``, whether the course is in that language, whatever the profile says.
    """
    if not course.languages:
        return language is None
    languages = (language,) if language else learner.languages
    return not languages or not set(languages).isdisjoint(course.languages)


class _Rules:
    def __init__(
        self,
        record: LearnerRecord,
        reference: Reference,
        at: datetime,
        categories: frozenset[str] | None,
        language: str | None,
    ) -> None:
        self.record = record
        self.at = at
        self.categories = categories
        self.enrolled = {enrolment.course for enrolment in record.enrolments}
        self.taken_bases = {_base(reference.courses[c]) for c in self.enrolled if c in reference.courses}
        self.planned = {item.course for item in record.plans}
        self.language = language

    def against(self, course: Course) -> str | None:
        """Return the code of the first rule against the course, ``None`` if there is none."""
        checks = (
            ("not_live", not course.is_live(self.at)),
            ("category", course.is_assessment or not self._wanted(course)),
            ("enrolled", course.id in self.enrolled),
            ("translation", _base(course) in self.taken_bases),
            ("planned", course.id in self.planned),
            ("down_rated", course.id in self.record.down_rated),
            ("restricted", not is_entitled(self.record.learner, course)),
            ("language", not is_readable(self.record.learner, course, self.language)),
        )
        return next((code for code, holds in checks if holds), None)

    def _wanted(self, course: Course) -> bool:
        return self.categories is None or course.category.casefold() in self.categories


def _base(course: Course) -> str:
    return course.base or course.id
