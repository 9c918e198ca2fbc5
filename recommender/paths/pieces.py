"""A problem in pieces that have nothing to do with each other but hours and dates.

Courses belong together when they teach a needed competency in common, when one may stand for or is required by the
other, or when a duty counts both. What is best for one piece is then best whatever is chosen in the others, as long as
all of it fits the hours and the due dates: the aims are sums over pieces (critical steps, all steps, hours, interest).
Two learners seldom pose the same problem, but their problems are made of the same few pieces.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace

from recommender.paths.problem import Candidate, Duty, Problem


def pieces(problem: Problem) -> tuple[Problem, ...] | None:
    """Return the pieces of a problem, with all the hours there are; ``None`` where it does not fall into pieces.

    Budgets for fees and shares outside the own silo hold everything together, and so does a duty that no course meets.
    """
    if problem.cost is not None or problem.outside_share > 0:
        return None
    if not all(problem.stand_ins(duty.courses) for duty in problem.duties):
        return None
    together = _Together(course.id for course in problem.courses)
    for course in problem.courses:
        together.join(course.id, _ties(course, problem))
    binding = [one for duty in problem.duties for one in _binding(duty, problem)]
    for duty in binding:
        together.join(duty.courses[0], duty.courses)
    members: dict[Hashable, list[Candidate]] = defaultdict(list)
    for course in problem.courses:
        members[together.name(course.id)].append(course)
    duties: dict[Hashable, list[Duty]] = defaultdict(list)
    for duty in binding:
        duties[together.name(duty.courses[0])].append(duty)
    return tuple(_piece(problem, courses, duties[name]) for name, courses in members.items())


def _binding(duty: Duty, problem: Problem) -> Iterator[Duty]:
    """Yield what the duty asks of single pieces.

    A duty that asks for as many courses as there are asks for each; one that is met by what others ask for asks for
    nothing more; and hours may come from anywhere: whether they do is seen when the pieces are put together.
    """
    counted = problem.stand_ins(duty.courses)
    families = {problem.alike[one] for one in counted}
    if duty.hours > 0:
        return
    if len(families) == duty.count:
        for family in sorted(families):
            yield replace(duty, courses=family, count=1, due_in_hours=None)
    elif len(families & _owed(problem, duty)) < duty.count:
        yield replace(duty, courses=counted, due_in_hours=None)


def _owed(problem: Problem, but: Duty) -> set[tuple[str, ...]]:
    """Return the families of which the other duties ask for one course each."""
    counted = [problem.stand_ins(duty.courses) for duty in problem.duties if duty is not but and not duty.hours]
    return {one for one in counted if problem.alike[one[0]] == one}


def _ties(course: Candidate, problem: Problem) -> Iterable[Hashable]:
    """Yield what a course has in common with others: steps, versions, prerequisites."""
    for competency in _advanced(course, problem):
        yield "competency", competency
    if course.equivalence is not None:
        yield "equivalence", course.equivalence
    for group in course.requires:
        if not any(one in problem.held for one in group):
            yield from problem.stand_ins(group)


def _advanced(course: Candidate, problem: Problem) -> Iterable[str]:
    """Yield the competencies of which the course teaches a step that is needed."""
    for teach in course.teaches:
        low, high = problem.base.get(teach.competency, 0), problem.top.get(teach.competency, 0)
        if teach.start < high and teach.end > low:
            yield teach.competency


def _piece(problem: Problem, courses: list[Candidate], duties: list[Duty]) -> Problem:
    advanced = {competency for course in courses for competency in _advanced(course, problem)}
    taught = sorted({teach.competency for course in courses for teach in course.teaches})
    needs = tuple(need for need in problem.needs if need.competency in advanced)
    required = {one for course in courses for group in course.requires for one in group}
    return Problem(
        courses=tuple(courses),
        needs=needs,
        hours=float("inf"),
        duties=tuple(duties),
        held=problem.held & required,
        base={one: problem.base[one] for one in taught if problem.base.get(one)},
    )


class _Together:
    """Sets that only grow together (Tarjan 1975), without ranks: they are small."""

    def __init__(self, names: Iterable[Hashable]) -> None:
        self._above: dict[Hashable, Hashable] = {name: name for name in names}

    def name(self, one: Hashable) -> Hashable:
        above = self._above
        above.setdefault(one, one)
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    def join(self, one: Hashable, others: Iterable[Hashable]) -> None:
        own = self.name(one)
        for other in others:
            self._above[self.name(other)] = own
