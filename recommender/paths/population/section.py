"""A section of a kind's problem: what of it has nothing to do with the rest but hours and dates."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from features.reference import Course, Reference, Requirement
from recommender.paths.duties import Mandates
from recommender.paths.problem import Duty, Problem
from recommender.rules import Obligation


@dataclass(frozen=True, eq=False)
class Section:
    """A part of a kind's problem that has nothing to do with the rest of it but hours and dates."""

    courses: Mapping[str, Course]
    """Those that the kind may take, in order of id."""
    requirements: tuple[Requirement, ...]
    duties: tuple[Duty, ...]
    """As long as nothing is completed."""
    after: Mapping[str, tuple[str, ...]]
    """Courses that rules put before a course."""
    obligations: Mapping[str, Obligation]
    """By the id of the duty: what rules ask for that is more than one course."""
    versions: Mapping[str, tuple[str, ...]]
    """Courses whose completion or beginning may change the section, each with all that may stand in for it."""
    asks: tuple[str, ...]
    """Competencies whose level may change it."""
    caps: tuple[int, ...]
    """Of each the level above which nothing changes."""
    always: frozenset[str]
    """Courses of the reach that matter whatever is held: others require them, or duties count them."""

    def matters(self, course: str, levels: Sequence[int], *, completed: bool) -> bool:
        """Whether it makes a difference, at these levels, that a course of the reach was completed or begun."""
        if not completed and course not in self.courses:
            return False
        return course in self.always or any(
            start < high and levels[asked] < end for asked, start, end, high in self._lessons.get(course, ())
        )

    @cached_property
    def _lessons(self) -> Mapping[str, tuple[tuple[int, int, int, int], ...]]:
        """For each course of the reach what it and its versions teach of what is required.

        The place in ``asks``, from which level to which, and the level required.
        """
        place = {competency: n for n, competency in enumerate(self.asks)}
        level = {need.competency: need.level for need in self.requirements}
        taught = {
            one: tuple(
                (place[t.competency], t.from_level, t.to_level, level[t.competency])
                for t in course.teaches
                if t.competency in level
            )
            for one, course in self.courses.items()
        }
        return {
            one: tuple(lesson for other in others for lesson in taught.get(other, ()))
            for one, others in self.versions.items()
        }

    @property
    def content(self) -> Hashable:
        """All that tells it from other sections: what roles and plans are called does not."""
        return (
            tuple(self.courses), tuple((need.competency, need.level, need.critical) for need in self.requirements),
            tuple((duty.courses, duty.count, duty.id if duty.id in self.obligations else "") for duty in self.duties),
            tuple(self.after.items()), self.always, self.asks,
            tuple(rule.courses for rule in self.obligations.values()),
        )  # fmt: skip


def section_of(
    piece: Problem,
    usable: Mapping[str, Course],
    requirements: Iterable[Requirement],
    duties: Mandates,
    rules: Mapping[str, Obligation],
    reference: Reference,
) -> Section:
    """Return the section that a piece of a kind's problem stands for."""
    courses = {course.id: usable[course.id] for course in piece.courses}
    taught = {t.competency for course in courses.values() for t in course.teaches}
    needs = {need.competency for need in piece.needs}
    after = {one: duties.after[one] for one in courses if one in duties.after}
    several = {d.id: rules[d.id] for d in piece.duties if d.id in rules and not _one_family(d, piece)}
    required = {one for c in piece.courses for group in c.requires for one in group}
    counted = {one for duty in piece.duties for one in duty.courses}
    counted |= {one for rule in several.values() for one in rule.courses}
    alike = reference.alike
    versions = {one: alike.get(one, (one,)) for one in _alike({*courses, *required, *counted}, reference)}
    gates = [reference.courses[one] for one in required if one in reference.courses]
    held = {t.competency for course in gates for t in course.teaches}
    own = {need.competency: need.level for need in requirements if need.competency in taught}
    asks = tuple(sorted({*own, *held, *needs}))
    return Section(
        courses, tuple(need for need in requirements if need.competency in own), piece.duties, after, several,
        versions, asks, _caps(asks, own, [*courses.values(), *gates]),
        frozenset(_alike({*required, *counted}, reference)),
    )  # fmt: skip


def _caps(asks: Iterable[str], required: Mapping[str, int], courses: Iterable[Course]) -> tuple[int, ...]:
    """Return the highest level of each competency that is required or taught."""
    highest = dict(required)
    for course in courses:
        for taught in course.teaches:
            highest[taught.competency] = max(highest.get(taught.competency, 0), taught.to_level)
    return tuple(highest.get(one, 0) for one in asks)


def _one_family(duty: Duty, piece: Problem) -> bool:
    counted = piece.stand_ins(duty.courses)
    return duty.count == 1 and piece.alike[counted[0]] == counted


def _alike(courses: Iterable[str], reference: Reference) -> set[str]:
    return {other for one in courses for other in reference.alike.get(one, (one,))}
