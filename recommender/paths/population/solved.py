"""What is best in a section, found once for all whom it meets in the same state."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from features.records import Enrolment, Learner, LearnerRecord
from features.reference import Reference
from recommender.paths.candidates import Candidates
from recommender.paths.closing import closed_steps, satisfied
from recommender.paths.duties import Mandate, Mandates
from recommender.paths.guided import guided_problem
from recommender.paths.options import Option, options
from recommender.paths.path import PathSettings
from recommender.paths.pieces import pieces
from recommender.paths.population.levels import Levels
from recommender.paths.population.remembered import Remembered
from recommender.paths.population.section import Section
from recommender.paths.presolve import presolve
from recommender.paths.problem import Candidate, Duty, Problem
from recommender.paths.reasons import Reason
from recommender.paths.schedule import reaches_ahead

MOST_STATES, MOST_PIECES = 150_000, 50_000
"""So many answers are remembered for certain, and up to twice as many."""
SMALL = 6
"""Pieces with at most so many courses are not worth a presolve."""
COMPLETED = -1.0
"""Stands in a state for a course that is completed; others are the share of a course that is done."""

State = tuple[Section, tuple[int, ...], tuple[tuple[str, float], ...]]
"""A section, the levels held of what it asks, and what of its reach was completed or begun."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A course that could come next."""

    course: Candidate
    closes: tuple[tuple[str, int], ...]
    """The needed steps that it would close now."""
    early: bool
    """Whether it starts above what would then be closed."""
    critical: bool
    """Whether any of the steps is critical."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of somebody's problem with all plans that can be worth choosing."""

    problem: Problem
    options: tuple[Option, ...]

    @cached_property
    def sure(self) -> bool:
        """Whether the first option closes whatever any closes, so that it is best whatever steps are worth."""
        every = set(closed_steps(self.problem, [course.id for course in self.problem.courses]))
        return set(self.options[0].closed) == every & set(self.problem.steps)

    def ready(self, chosen: tuple[str, ...], taken: frozenset[str]) -> tuple[Ready, ...]:
        """Return which of the chosen courses could come next after some of them."""
        key = chosen, taken
        if key not in self._ready:
            self._ready[key] = tuple(self._ready_after(chosen, taken))
        return self._ready[key]

    def _ready_after(self, chosen: tuple[str, ...], taken: frozenset[str]) -> Iterator[Ready]:
        before = closed_steps(self.problem, taken)
        for one in chosen:
            course = self.problem.by_id[one]
            if one not in taken and satisfied(self.problem, course, taken):
                new = closed_steps(self.problem, (*taken, one)) - before
                closes = tuple(step for step in self.problem.steps if step in new)
                critical = not self._critical.isdisjoint(closes)
                yield Ready(course, closes, reaches_ahead(course, new), critical)

    @cached_property
    def _critical(self) -> frozenset[tuple[str, int]]:
        return frozenset((need.competency, need.level) for need in self.problem.needs if need.critical)

    @cached_property
    def _ready(self) -> dict[tuple[tuple[str, ...], frozenset[str]], tuple[Ready, ...]]:
        return {}

    @cached_property
    def required_by(self) -> Mapping[str, tuple[str, ...]]:
        """For each course those that still require it, or a course that it may stand for."""
        found: dict[str, tuple[str, ...]] = {}
        for course in self.problem.courses:
            for group in course.requires:
                if not any(one in self.problem.held for one in group):
                    for one in self.problem.stand_ins(group):
                        found[one] = (*found.get(one, ()), course.id)
        return found


@dataclass(frozen=True, eq=False)
class Answer:
    """The pieces of a section in a state."""

    pieces: tuple[Piece, ...]
    courses: tuple[str, ...]
    """Those that could be taken for it."""


class Solved:
    """Finds the pieces of a section in a state, and remembers them."""

    def __init__(self, reference: Reference, settings: PathSettings) -> None:
        self.reference, self.settings = reference, settings
        self.found = 0
        """Pieces that were looked at course by course."""
        self._states = Remembered[State, Answer | None](MOST_STATES)
        self._pieces = Remembered[Hashable, Piece | None](MOST_PIECES)

    def __contains__(self, state: State) -> bool:
        """Whether the state was met before."""
        return state in self._states

    def of(self, state: State) -> Answer | None:
        """Return the answer; ``None`` where one cannot be looked at course by course or has a duty nobody can meet."""
        return self._states.of(state, lambda: self._made(state))

    def _made(self, state: State) -> Answer | None:
        problem = posed(state, self.reference, self.settings)
        found = pieces(problem)
        if found is None:
            return None
        made = [self._piece(one) for one in found if one.needs or one.duties]
        if any(one is None for one in made):
            return None
        courses = tuple(course.id for course in problem.courses)
        return Answer(tuple(one for one in made if one is not None), courses)

    def _piece(self, problem: Problem) -> Piece | None:
        key = (
            tuple((course.id, course.hours, course.requires) for course in problem.courses),
            tuple((need.competency, need.level, need.critical) for need in problem.needs),
            tuple((duty.courses, duty.count) for duty in problem.duties),
            problem.held, tuple(problem.base.items()),
        )  # fmt: skip
        return self._pieces.of(key, lambda: self._looked_at(problem))

    def _looked_at(self, problem: Problem) -> Piece | None:
        self.found += 1
        small = problem if len(problem.courses) <= SMALL else presolve(problem, ties=True)
        found = options(small)
        return Piece(small, found) if found else None


def posed(state: State, reference: Reference, settings: PathSettings) -> Problem:
    """Return the problem of a section for who is in that state; every step is worth the same."""
    section, levels, touched = state
    enrolments = tuple(
        Enrolment(one, "completed") if share == COMPLETED else Enrolment(one, "in_progress", progress=share)
        for one, share in touched
    )
    done = {other for one, share in touched if share == COMPLETED for other in reference.alike.get(one, (one,))}
    usable = {one: course for one, course in section.courses.items() if one not in done}
    left = {
        e.course: usable[e.course].hours * (1 - min(e.progress or 0.0, 0.95)) for e in enrolments if e.course in usable
    }
    problem = guided_problem(
        LearnerRecord(Learner("", None, None), enrolments),
        reference,
        Levels(dict(zip(section.asks, levels, strict=True))),
        {},
        settings,
        section.requirements,
        Candidates(usable, {}, left),
        Mandates(_open(section, done, usable), after=section.after),
    )
    return replace(problem, needs=tuple(replace(need, weight=1.0) for need in problem.needs))


def _open(section: Section, done: set[str], usable: Mapping[str, object]) -> tuple[Mandate, ...]:
    left = (_left(duty, section, done, usable) for duty in section.duties)
    return tuple(Mandate(duty, Reason("duty_rule")) for duty in left if duty is not None)


def _left(duty: Duty, section: Section, done: set[str], usable: Mapping[str, object]) -> Duty | None:
    """Return what is left of a duty; ``None`` where nothing is, or nobody could do it."""
    rule = section.obligations.get(duty.id)
    count = duty.count
    if rule is not None:
        count -= sum(one in done for one in rule.courses)
    elif any(one in done for one in duty.courses):
        return None
    able: Sequence[str] = tuple(one for one in duty.courses if one in usable)
    return replace(duty, courses=tuple(able), count=count) if count > 0 and able and len(able) >= count else None
