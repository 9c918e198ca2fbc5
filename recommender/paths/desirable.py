"""The desirable path: elective, towards an aspired role, a domain or another organisation's subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from features.errors import NotFoundError
from features.records import LearnerRecord
from features.reference import Course, Reference, Requirement
from recommender.gaps import requirements_for
from recommender.paths.assemble import Assembler
from recommender.paths.candidates import HeldCourses, candidate, relevant, usable_courses
from recommender.paths.needs import base_levels, weighted_needs
from recommender.paths.path import Aspiration, Path, PathSettings
from recommender.paths.problem import Candidate, Problem
from recommender.paths.solve import solve
from recommender.state import CompetencyState

INTEREST_WORTH = 0.25
"""Worth of an hour of the most interesting course, where a step of normal weight is worth 1."""
MOST_INTERESTING = 200
"""Courses that stand for election by interest alone."""


def desirable_path(
    record: LearnerRecord,
    reference: Reference,
    state: CompetencyState,
    interest: Mapping[str, float],
    at: datetime,
    settings: PathSettings,
    aspiration: Aspiration,
    guided: Path,
) -> Path:
    """Return the best elective path; it starts where the guided path ends and has nothing that is on it.

    Raises
    ------
    NotFoundError
        If the aspired role, domain or organisation does not exist.
    """
    requirements = aspired_requirements(record, reference, aspiration)
    base = _after(guided, base_levels(state, (need.competency for need in requirements)))
    needs = weighted_needs(state, requirements, base)
    candidates = usable_courses(record, reference, at, settings, external=True)
    usable = {one: course for one, course in candidates.usable.items() if one not in set(guided.courses())}
    held = HeldCourses(record, reference, state, guided.courses())
    worth = _bonuses(interest, usable)
    courses = relevant(usable, reference, {(need.competency, need.level) for need in needs}, worth, held)
    own = set(reference.lineage(record.learner.organisation))

    def seen(course: Course) -> Candidate:
        outside = course.organisation is not None and course.organisation not in own
        hours = candidates.hours_left.get(course.id, course.hours)
        bonus = worth.get(course.id, 0.0)
        return candidate(course, reference, hours, interest=interest.get(course.id, 0.0), bonus=bonus, outside=outside)

    problem = Problem(
        courses=tuple(seen(course) for course in courses), needs=needs, hours=settings.hours, cost=settings.cost,
        outside_share=aspiration.outside_share, held=held.among(courses), base=base,
    )  # fmt: skip
    assembler = Assembler("desirable", record, reference, state, at, settings)
    assembler.aspiration = _aim(reference, aspiration)
    assembler.refused = {**candidates.refused, **dict.fromkeys(guided.courses(), "not_guided")}
    path = assembler.path(problem)
    return replace(path, facts={**path.facts, "price": _price(problem, path, settings.time_limit)})


def aspired_requirements(
    record: LearnerRecord, reference: Reference, aspiration: Aspiration
) -> tuple[Requirement, ...]:
    """Return what the aspiration asks for; nothing where there is none: then interest alone decides."""
    if aspiration.role is not None:
        return requirements_for(record, reference, role=aspiration.role)
    if aspiration.domain is not None:
        found = _in_domain(reference, aspiration.domain)
        if not found:
            raise NotFoundError(
                f"no domain {aspiration.domain!r}",
                "an area, a theme or a competency of the framework",
                "check the name",
            )
        return _at_level(found, aspiration)
    if aspiration.organisation is not None:
        if aspiration.organisation not in reference.organisations:
            raise NotFoundError(
                f"no organisation {aspiration.organisation!r}", "the id of an organisation", "check the id"
            )
        return _at_level(_subjects_of(reference, aspiration.organisation), aspiration)
    return ()


def _in_domain(reference: Reference, domain: str) -> list[str]:
    name = domain.casefold()
    return [
        c.id for c in reference.competencies.values()
        if name in {c.id.casefold(), c.name.casefold(), (c.theme or "").casefold(), (c.area or "").casefold()}
    ]  # fmt: skip


def _subjects_of(reference: Reference, organisation: str) -> set[str]:
    courses = (c for c in reference.courses.values() if organisation in reference.lineage(c.organisation))
    return {teaches.competency for course in courses for teaches in course.teaches}


def _at_level(competencies: Iterable[str], aspiration: Aspiration) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(role="", activity=None, competency=one, level=aspiration.level, weight=1.0, critical=False)
        for one in sorted(competencies)
    )


def _after(guided: Path, base: Mapping[str, int]) -> dict[str, int]:
    """Return the levels that are held once the guided path is done."""
    after = dict(base)
    for item in guided.items:
        for step in item.closes:
            after[step.competency] = max(after.get(step.competency, 0), step.level)
    return after


def _bonuses(interest: Mapping[str, float], usable: Mapping[str, Course]) -> dict[str, float]:
    """Return the worth of the most interesting courses: by the hour, so that many short ones do not beat a better one.

    The most interesting course is worth ``INTEREST_WORTH`` an hour; assessments are not learning and worth nothing.
    """
    scores = {one: interest[one] for one in usable if interest.get(one, 0.0) > 0 and not usable[one].is_assessment}
    best = sorted(scores, key=lambda one: (-scores[one], one))[:MOST_INTERESTING]
    top = scores[best[0]] if best else 1.0
    return {one: round(INTEREST_WORTH * usable[one].hours * scores[one] / top, 3) for one in best}


def _price(problem: Problem, path: Path, time_limit: float) -> float:
    """Return what the share outside the own silo costs in value; 0 where none is asked for."""
    if problem.outside_share <= 0:
        return 0.0
    return max(0.0, solve(replace(problem, outside_share=0.0), time_limit).value - path.value)


def _aim(reference: Reference, aspiration: Aspiration) -> str | None:
    if aspiration.role is not None:
        return reference.roles[aspiration.role].name
    if aspiration.organisation is not None:
        return reference.organisations[aspiration.organisation].name
    return aspiration.domain
