"""Which courses a path may use for a learner, and why each other one may not be used."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from features.records import LearnerRecord
from features.reference import Course, Reference, Teaches
from recommender.eligibility import is_entitled
from recommender.gaps import SURE
from recommender.paths.path import PathSettings
from recommender.paths.problem import Candidate, Teach


class Level(Protocol):
    """What is known of the level in one competency: a belief."""

    def p_at_least(self, level: int) -> float:
        """Return the probability that the level is held."""
        ...

    def held(self, sure: float = ...) -> int:
        """Return the highest level held with at least that probability."""
        ...


class Levelled(Protocol):
    """Anything that knows levels: a competency state."""

    def belief(self, competency: str) -> Level:
        """Return what is known of one competency."""
        ...


CONFIDENT = 0.5
"""Tags of what a course teaches count from this confidence on."""


@dataclass(frozen=True)
class Candidates:
    """Usable courses, and for every other one the code of the reason against it."""

    usable: Mapping[str, Course]
    refused: Mapping[str, str]
    hours_left: Mapping[str, float]
    """Hours that are left of courses that were begun."""


def usable_courses(
    record: LearnerRecord, reference: Reference, at: datetime, settings: PathSettings, *, external: bool
) -> Candidates:
    """Sort the catalogue into what the learner can take and what not."""
    refuse = _Refusal(record, reference, at, settings, external=external)
    usable, refused = {}, {}
    for course in sorted(reference.courses.values(), key=lambda c: c.id):
        code = refuse(course)
        if code is None:
            usable[course.id] = course
        else:
            refused[course.id] = code
    left = {
        e.course: usable[e.course].hours * (1 - min(e.progress or 0.0, 0.95))
        for e in record.enrolments
        if e.course in usable
    }
    return Candidates(usable, refused, left)


class HeldCourses(Container[str]):
    """The courses that count as taken: completed ones, and those that teach only what is held for sure."""

    def __init__(
        self, record: LearnerRecord, reference: Reference, state: Levelled, more: Collection[str] = ()
    ) -> None:
        self.reference, self.state = reference, state
        self.completed = {e.course for e in record.enrolments if e.status == "completed"} | set(more)
        self.alike = {other for one in self.completed for other in reference.alike.get(one, (one,))}
        self.known: dict[str, bool] = {}

    def __contains__(self, course: object) -> bool:
        """Whether the course counts as taken."""
        one = str(course)
        if one not in self.known:
            self.known[one] = one in self.alike or self._held(self.reference.courses.get(one))
        return self.known[one]

    def among(self, courses: Iterable[Course], gates: Iterable[str] = ()) -> frozenset[str]:
        """Return those that the courses require, or that rules put before one, and that count as taken."""
        asked = {one for course in courses for group in course.requires for one in group}
        return frozenset(one for one in (*asked, *gates) if one in self)

    def _held(self, course: Course | None) -> bool:
        if course is None or not course.teaches:
            return False
        return all(self.state.belief(t.competency).p_at_least(t.to_level) >= SURE for t in course.teaches)


def relevant(
    usable: Mapping[str, Course],
    reference: Reference,
    steps: Collection[tuple[str, int]],
    wanted: Iterable[str],
    held: Container[str],
) -> tuple[Course, ...]:
    """Return the courses that close a step or are wanted, and all that they require, in order of id."""
    missing = frozenset(steps)
    needed = {competency for competency, _ in missing}
    found = {
        c
        for c, course in usable.items()
        if any(taught.competency in needed for taught in course.teaches)
        and not missing.isdisjoint(taught_steps(course))
    }
    waiting = list(found | {one for one in wanted if one in usable})
    found.update(waiting)
    while waiting:
        for group in usable[waiting.pop()].requires:
            if not any(one in held for one in group):
                new = [one for one in any_version(group, reference) if one in usable and one not in found]
                found.update(new)
                waiting.extend(new)
    return tuple(usable[one] for one in sorted(found))


def taught_steps(course: Course) -> frozenset[tuple[str, int]]:
    """Return the (competency, level) steps that the course takes learners through; an assessment teaches none."""
    return frozenset() if course.is_assessment else _steps(course.teaches)


def _credited(course: Course) -> tuple[Teach, ...]:
    return () if course.is_assessment else _confident(course.teaches)


@lru_cache(maxsize=50_000)
def _confident(teaches: tuple[Teaches, ...]) -> tuple[Teach, ...]:
    return tuple(Teach(t.competency, t.from_level, t.to_level) for t in teaches if t.confidence >= CONFIDENT)


@lru_cache(maxsize=50_000)
def _steps(teaches: tuple[Teaches, ...]) -> frozenset[tuple[str, int]]:
    return frozenset((t.competency, s) for t in _confident(teaches) for s in range(t.start + 1, t.end + 1))


def candidate(
    course: Course,
    reference: Reference,
    hours: float,
    *,
    interest: float = 0.0,
    bonus: float = 0.0,
    outside: bool = False,
    after: Iterable[str] = (),
) -> Candidate:
    """Return the course as the solver sees it; ``after`` are courses that a rule puts before it."""
    groups = (*course.requires, *((one,) for one in after))
    requires = tuple(any_version(group, reference) for group in groups)
    family = reference.family(course)
    return Candidate(course.id, hours, _credited(course), requires, course.cost, interest, bonus, family, outside)


def any_version(group: Iterable[str], reference: Reference) -> tuple[str, ...]:
    """Return the courses with their language versions and equivalents: any of them satisfies the group."""
    return tuple(dict.fromkeys(other for one in group for other in reference.alike.get(one, (one,))))


class _Refusal:
    """The rules against a course, for one learner."""

    def __init__(
        self, record: LearnerRecord, reference: Reference, at: datetime, settings: PathSettings, *, external: bool
    ) -> None:
        completed = {e.course for e in record.enrolments if e.status == "completed"}
        self.completed = {other for one in completed for other in reference.alike.get(one, (one,))}
        self.mandatory = {item.course for item in record.plans if item.mandatory}
        self.languages = set(settings.languages or record.learner.languages)
        self.record, self.at, self.settings, self.external = record, at, settings, external

    def __call__(self, course: Course) -> str | None:  # noqa: PLR0911 - one line a rule, the first that holds counts
        """Return the code of the first rule against the course, ``None`` if there is none."""
        if course.id in self.completed:
            return "not_taken"
        if not course.is_live(self.at):
            return "not_live"
        if not is_entitled(self.record.learner, course):
            return "not_restricted"
        if course.id in self.settings.exclude:
            return "not_unwanted"
        if self._is_full(course.id):
            return "not_full"
        if not self.external and (course.external or course.cost > 0):
            return "not_external"
        unreadable = self.languages and course.languages and self.languages.isdisjoint(course.languages)
        if unreadable or course.id in self.settings.inaccessible:
            return "not_language"
        if course.id in self.record.down_rated and course.id not in self.mandatory:
            return "not_down_rated"
        return None

    def _is_full(self, course: str) -> bool:
        sessions = self.settings.sessions.get(course)
        return sessions is not None and not any(s.starts_on >= self.at and s.seats > 0 for s in sessions)
