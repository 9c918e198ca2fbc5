"""Kinds of learners: the same post, plans, rules, rights and languages, so the same courses, needs and duties.

The problem of a kind is the one of a learner who has done and holds nothing. It falls into sections; what a learner
took or holds only takes courses, steps and duties out of them, so a learner's problem falls into pieces at least as
small. A section therefore depends on nothing of a learner but the courses in its reach and the levels it asks about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from features.records import Learner, LearnerRecord, PlannedCourse
from features.reference import Reference, Requirement, Rule
from recommender.gaps import requirements_for
from recommender.paths.candidates import Candidates, usable_courses
from recommender.paths.duties import Mandate, Mandates, mandates
from recommender.paths.guided import guided_problem
from recommender.paths.path import PathSettings
from recommender.paths.pieces import pieces
from recommender.paths.population.levels import Levels
from recommender.paths.population.owed import Owed, countable, owed_of
from recommender.paths.population.section import Section, section_of
from recommender.paths.problem import Problem
from recommender.rules import FIRST_YEAR, Obligation, binds, obligations, rules_in_force

MOST = 20_000
"""Kinds that are remembered; when there are more, all are forgotten and made again as they are met."""


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
        if found is None or not all(countable(rule, reference) for rule in rules.values()):
            return Kind(alone=True)
        every = (*duties.open, *duties.impossible)
        by_rule = {mandate.duty.id: mandate for mandate in every if mandate.duty.id in rules}
        return Kind(
            alone=False,
            requirements=requirements,
            sections=tuple(
                self._kept(section_of(piece, usable.usable, requirements, duties, rules, reference))
                for piece in found
                if piece.needs or piece.duties
            ),
            asked=_asked(problem, duties, rules),
            owed=tuple(
                owed_of(rules[one], mandate, usable.usable, reference, is_open=mandate in duties.open)
                for one, mandate in by_rule.items()
            ),
        )

    def _kept(self, section: Section) -> Section:
        """Return the section of the same content that was met first."""
        return self._sections.setdefault(section.content, section)


def _asked(problem: Problem, duties: Mandates, rules: Mapping[str, Obligation]) -> Mapping[str, tuple[Mandate, ...]]:
    found: dict[str, tuple[Mandate, ...]] = {}
    for mandate in duties.open:
        if mandate.duty.id not in rules:
            for one in problem.stand_ins(mandate.duty.courses):
                found[one] = (*found.get(one, ()), mandate)
    return found
