"""Kinds of learners: the same post, plans, rules, rights and languages, so the same courses, needs and duties.

The problem of a kind is the one of a learner who has done and holds nothing. It falls into sections; what a learner
took or holds only takes courses, steps and duties out of them, so a learner's problem falls into pieces at least as
small. A section therefore depends on nothing of a learner but the courses in its reach and the levels it asks about.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from features.records import Learner, LearnerRecord, PlannedCourse
from features.reference import Course, Reference, Requirement, Rule
from recommender.gaps import requirements_for
from recommender.paths.candidates import Candidates, usable_courses
from recommender.paths.duties import Mandate, Mandates, mandates
from recommender.paths.guided import guided_problem
from recommender.paths.path import PathSettings
from recommender.paths.pieces import pieces
from recommender.paths.population.levels import Levels
from recommender.paths.problem import Duty, Problem
from recommender.rules import FIRST_YEAR, Obligation, binds, obligations, rules_in_force

MOST = 20_000
"""Kinds that are remembered; when there are more, all are forgotten and made again as they are met."""


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


@dataclass(frozen=True)
class Owed:
    """A rule's duty, to see whether it is met and to tell it as a reason."""

    obligation: Obligation
    mandate: Mandate
    within: timedelta | None
    """From joining on, where its date depends on that."""
    one_of: Mapping[str, str]
    """What may be completed instead of each of its courses, and which one that is."""
    able: Mapping[str, int]
    """For each of its courses how many versions the kind may take."""
    open: bool
    """Whether it can be met by who has done nothing yet."""
    each: bool
    """Whether who has done nothing yet must complete all that can be taken."""

    def turned(self, done: Collection[str], left: int | None) -> bool:
        """Whether what the learner has done makes another duty of it: courses were completed that cannot be taken."""
        if left is None:
            return False
        completed = {self.one_of[one] for one in done if one in self.one_of}
        families = sum(n > 0 for one, n in self.able.items() if one not in completed)
        return not self.open or (self.each and families != left)

    def left(self, done: Collection[str]) -> int | None:
        """Return how many courses are still to be completed; ``None`` where it is met, or nobody could meet it."""
        completed = {self.one_of[one] for one in done if one in self.one_of}
        count = self.obligation.count - len(completed)
        versions = sum(n for one, n in self.able.items() if one not in completed)
        return count if count > 0 and versions and versions >= count else None


@dataclass(frozen=True, eq=False)
class Kind:
    """What learners of one kind have in common."""

    alone: bool
    """Whether each of them must be planned alone."""
    requirements: tuple[Requirement, ...] = ()
    sections: tuple[Section, ...] = ()
    asked: Mapping[str, tuple[Mandate, ...]] = field(default_factory=dict)
    """For each course the duties of plans that it meets."""
    owed: tuple[Owed, ...] = ()

    @cached_property
    def where(self) -> Mapping[str, tuple[int, ...]]:
        """The numbers of the sections in whose reach a course is."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, section in enumerate(self.sections):
            for course in section.versions:
                found[course].append(number)
        return {course: tuple(numbers) for course, numbers in found.items()}

    @cached_property
    def competencies(self) -> tuple[str, ...]:
        """The competencies whose levels are asked for: first those of the requirements, in their order."""
        first = [need.competency for need in self.requirements]
        more = {one for section in self.sections for one in section.asks} - set(first)
        return (*first, *sorted(more))

    @cached_property
    def slots(self) -> tuple[tuple[int, ...], ...]:
        """For each section the places in ``competencies`` of what it asks about."""
        place = {competency: n for n, competency in enumerate(self.competencies)}
        return tuple(tuple(place[one] for one in section.asks) for section in self.sections)

    @cached_property
    def due(self) -> Mapping[str, datetime]:
        """When plans want a course done, where they say."""
        return {
            one: mandate.due_on for one, asked in self.asked.items() for mandate in asked if mandate.due_on is not None
        }

    @cached_property
    def due_in_hours(self) -> Mapping[str, float]:
        """Hours of learning before the first date by which plans want a course done."""
        found: dict[str, float] = {}
        for one, asked in self.asked.items():
            hours = [m.duty.due_in_hours for m in asked if m.duty.due_in_hours is not None]
            if hours:
                found[one] = min(hours)
        return found


class Kinds:
    """Finds the kind of a learner; each is made when it is first met."""

    def __init__(
        self,
        reference: Reference,
        at: datetime,
        settings: PathSettings,
        plans: Callable[[Learner], tuple[PlannedCourse, ...]],
    ) -> None:
        self.reference, self.at, self.settings, self.plans = reference, at, settings, plans
        self._profiles: dict[tuple[Learner, bool], Kind] = {}
        self._known: dict[Hashable, Kind] = {}
        self._usable: dict[Hashable, Candidates] = {}
        self._sections: dict[Hashable, Section] = {}

    def of(self, learner: Learner, *, new: bool) -> Kind:
        """Return the kind of a profile (its id and day of joining do not matter); ``new``: in the first year."""
        known = self._profiles.get((learner, new))
        if known is None:
            if len(self._profiles) > MOST:
                self._forget()
            known = self._profiles[learner, new] = self._found(learner, new=new)
        return known

    def _forget(self) -> None:
        for remembered in (self._profiles, self._known, self._usable, self._sections):
            remembered.clear()

    def _found(self, learner: Learner, *, new: bool) -> Kind:
        """Return the kind of all whose post, plans, rules, rights and languages are these."""
        profile = replace(learner, id="", joined_on=self.at - FIRST_YEAR / 2 if new else None)
        record = LearnerRecord(profile, (), (), self.plans(learner))
        usable = self._usable_by(record)
        post = self.reference.position_of(profile.position, profile.designation, profile.organisation)
        bound = tuple(binds(rule, record, self.reference, self.at) for rule in self._rules)
        key = post.id if post else None, id(usable), record.plans, bound
        if key not in self._known:
            self._known[key] = self._made(record, usable)
        return self._known[key]

    def _usable_by(self, record: LearnerRecord) -> Candidates:
        learner = record.learner
        rights = learner.organisation if learner.verified else None, learner.verified, learner.languages
        if rights not in self._usable:
            found = usable_courses(record, self.reference, self.at, self.settings, external=False)
            same = self._usable.setdefault(tuple(found.usable), found)
            self._usable[rights] = same
        return self._usable[rights]

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        return rules_in_force(self.reference.rules, self.at.date())

    def _made(self, record: LearnerRecord, usable: Candidates) -> Kind:
        reference, at = self.reference, self.at
        duties = mandates(record, reference, usable.usable, at, self.settings.hours_a_month)
        requirements = requirements_for(record, reference)
        problem = guided_problem(record, reference, Levels({}), {}, self.settings, requirements, usable, duties)
        rules = {one.key: one for one in obligations(record, reference, at) if not one.met}
        found = pieces(problem)
        if found is None or not all(_countable(rule, reference) for rule in rules.values()):
            return Kind(alone=True)
        every = (*duties.open, *duties.impossible)
        by_rule = {mandate.duty.id: mandate for mandate in every if mandate.duty.id in rules}
        return Kind(
            alone=False,
            requirements=requirements,
            sections=tuple(self._section(piece, usable.usable, requirements, duties, rules) for piece in found),
            asked=_asked(problem, duties, rules),
            owed=tuple(
                _owed(rules[one], mandate, usable.usable, reference, is_open=mandate in duties.open)
                for one, mandate in by_rule.items()
            ),
        )

    def _section(
        self,
        piece: Problem,
        usable: Mapping[str, Course],
        requirements: Iterable[Requirement],
        duties: Mandates,
        rules: Mapping[str, Obligation],
    ) -> Section:
        courses = {course.id: usable[course.id] for course in piece.courses}
        taught = {t.competency for course in courses.values() for t in course.teaches}
        needs = {need.competency for need in piece.needs}
        after = {one: duties.after[one] for one in courses if one in duties.after}
        several = {d.id: rules[d.id] for d in piece.duties if d.id in rules and not _one_family(d, piece)}
        required = {one for c in piece.courses for group in c.requires for one in group}
        counted = {one for duty in piece.duties for one in duty.courses}
        counted |= {one for rule in several.values() for one in rule.courses}
        alike = self.reference.alike
        versions = {one: alike.get(one, (one,)) for one in _alike({*courses, *required, *counted}, self.reference)}
        gates = [self.reference.courses[one] for one in required if one in self.reference.courses]
        held = {t.competency for course in gates for t in course.teaches}
        own = {need.competency: need.level for need in requirements if need.competency in taught}
        asks = tuple(sorted({*own, *held, *needs}))
        made = Section(
            courses, tuple(need for need in requirements if need.competency in own), piece.duties, after, several,
            versions, asks, _caps(asks, own, [*courses.values(), *gates]),
            frozenset(_alike({*required, *counted}, self.reference)),
        )  # fmt: skip
        name = (
            tuple(courses), tuple((need.competency, need.level, need.critical) for need in made.requirements),
            tuple((duty.courses, duty.count, duty.id if duty.id in several else "") for duty in made.duties),
            tuple(after.items()), made.always, made.asks, tuple(rule.courses for rule in several.values()),
        )  # fmt: skip
        return self._sections.setdefault(name, made)


def _caps(asks: Iterable[str], required: Mapping[str, int], courses: Iterable[Course]) -> tuple[int, ...]:
    """Return the highest level of each competency that is required or taught."""
    highest = dict(required)
    for course in courses:
        for taught in course.teaches:
            highest[taught.competency] = max(highest.get(taught.competency, 0), taught.to_level)
    return tuple(highest.get(one, 0) for one in asks)


def _countable(rule: Obligation, reference: Reference) -> bool:
    """Whether the rule asks for a number of courses of which no two are versions of one."""
    families = [reference.alike.get(one, (one,)) for one in rule.courses]
    return rule.hours == 0 and len(set(itertools.chain(*families))) == sum(map(len, families))


def _asked(problem: Problem, duties: Mandates, rules: Mapping[str, Obligation]) -> Mapping[str, tuple[Mandate, ...]]:
    found: dict[str, tuple[Mandate, ...]] = {}
    for mandate in duties.open:
        if mandate.duty.id not in rules:
            for one in problem.stand_ins(mandate.duty.courses):
                found[one] = (*found.get(one, ()), mandate)
    return found


def _owed(
    rule: Obligation, mandate: Mandate, usable: Mapping[str, Course], reference: Reference, *, is_open: bool
) -> Owed:
    days = rule.rule.parameters.get("within_days", 365) if rule.rule.kind == "induction" else None
    able = {one: sum(other in usable for other in reference.alike.get(one, (one,))) for one in rule.courses}
    return Owed(
        rule,
        mandate,
        None if days is None else timedelta(days=int(days)),
        {other: one for one in rule.courses for other in reference.alike.get(one, (one,))},
        able,
        is_open,
        sum(n > 0 for n in able.values()) == rule.count,
    )


def _one_family(duty: Duty, piece: Problem) -> bool:
    counted = piece.stand_ins(duty.courses)
    return duty.count == 1 and piece.alike[counted[0]] == counted


def _alike(courses: Iterable[str], reference: Reference) -> set[str]:
    return {other for one in courses for other in reference.alike.get(one, (one,))}
