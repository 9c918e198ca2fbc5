"""The guided path: mandatory, ordered, closes the gaps of the assigned role under duties, hours and dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from features.records import LearnerRecord
from features.reference import Reference, Requirement
from recommender.gaps import requirements_for
from recommender.paths.assemble import Assembler
from recommender.paths.candidates import Candidates, HeldCourses, Levelled, candidate, relevant, usable_courses
from recommender.paths.duties import Mandate, Mandates, mandates
from recommender.paths.needs import base_levels, weighted_needs
from recommender.paths.path import Path, PathSettings
from recommender.paths.problem import Problem
from recommender.paths.solution import Solution
from recommender.paths.solve import solve
from recommender.state import CompetencyState


def guided_path(
    record: LearnerRecord,
    reference: Reference,
    state: CompetencyState,
    interest: Mapping[str, float],
    at: datetime,
    settings: PathSettings,
    solver: Callable[[Problem, float], Solution] = solve,
) -> Path:
    """Return the best path for the learner's own position.

    ``interest`` is any score by course id, higher is better; it only decides between plans that are otherwise equal.
    ``solver`` may remember problems that were solved before.
    """
    requirements = requirements_for(record, reference)
    candidates = usable_courses(record, reference, at, settings, external=False)
    duties = mandates(record, reference, candidates.usable, at, settings.hours_a_month)
    problem = guided_problem(record, reference, state, interest, settings, requirements, candidates, duties)
    assembler = Assembler("guided", record, reference, state, at, settings, solver)
    assembler.mandates = duties.open
    assembler.requirements = {need.competency: need for need in requirements}
    assembler.refused = candidates.refused
    impossible = ", ".join(mandate.duty.id for mandate in duties.impossible)
    return assembler.path(problem, {"impossible_duties": impossible} if impossible else None)


def guided_problem(
    record: LearnerRecord,
    reference: Reference,
    state: Levelled,
    interest: Mapping[str, float],
    settings: PathSettings,
    requirements: Sequence[Requirement],
    candidates: Candidates,
    duties: Mandates,
) -> Problem:
    """Return the problem that the requirements, the courses that may be taken and the open duties pose."""
    base = base_levels(state, (need.competency for need in requirements))
    needs = weighted_needs(state, requirements, base)
    held = HeldCourses(record, reference, state)
    wanted = [one for mandate in duties.open for one in (*mandate.duty.courses, *_gate(mandate, duties.after))]
    steps = {(need.competency, need.level) for need in needs}
    courses = relevant(candidates.usable, reference, steps, wanted, held)
    return Problem(
        courses=tuple(
            candidate(
                course,
                reference,
                candidates.hours_left.get(course.id, course.hours),
                interest=interest.get(course.id, 0.0),
                after=duties.after.get(course.id, ()),
            )
            for course in courses
        ),
        needs=needs,
        hours=settings.hours,
        duties=tuple(mandate.duty for mandate in duties.open),
        held=held.among(courses, (one for gate in duties.after.values() for one in gate)),
        base=base,
    )


def _gate(mandate: Mandate, after: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the courses that rules put before what the duty asks for."""
    return tuple(other for one in mandate.duty.courses for other in after.get(one, ()))
