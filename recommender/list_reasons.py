"""Why a course is in a list, with the facts in full: from the numbers that lists in columns carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from features.reference import Requirement
from recommender.listing.catalogue import Catalogue
from recommender.listing.reason_codes import REASON_CODES
from recommender.paths.reasons import Fact, Reason


class Step(NamedTuple):
    """What a course does for a requirement of a post."""

    competency: int
    """Number in ``Catalogue.competencies``."""
    need: Requirement
    slot: int
    """Place of the requirement among those of the post."""
    level: int
    """The level the course leads to, at most the one required."""


def reasons_of(
    catalogue: Catalogue,
    post: int,
    course: int,
    told: Iterable[tuple[int, int]],
    p_held: float,
) -> tuple[Reason, ...]:
    """Return the reasons for one course, the strongest first: at least one, at most two.

    Parameters
    ----------
    catalogue
        What the numbers stand for.
    post
        Row of the learner's post in ``Catalogue.posts``.
    course
        Number of the course.
    told
        Of each reason its key in ``REASON_CODES``, 0 where there is none, and what it is about.
    p_held
        P(held) of the step that the course closes, if a reason is that it closes one.
    """
    return tuple(_each(catalogue, post, course, told, p_held))


def _each(
    catalogue: Catalogue, post: int, course: int, told: Iterable[tuple[int, int]], p_held: float
) -> Iterator[Reason]:
    for code, subject in told:
        if not code:
            continue
        if REASON_CODES[code].subject == "competency":
            step = step_of(catalogue, post, course, subject)
            yield Reason(REASON_CODES[code].code, {**step_facts(catalogue, step), **belief_facts(p_held)})
        else:
            yield reason_for_all(catalogue, code, subject)


def reason_for_all(catalogue: Catalogue, code: int, subject: int) -> Reason:
    """Return a reason that is the same whoever is told it: about no competency."""
    known = REASON_CODES[code]
    if known.subject == "course":
        other = catalogue.course_ids[subject]
        return Reason(known.code, {"course": other, "course_name": catalogue.reference.courses[other].name})
    return Reason(known.code, {"model": known.model})


def step_of(catalogue: Catalogue, post: int, course: int, competency: int) -> Step:
    """Return what a course does for the requirement of a post that is about a competency."""
    slot = catalogue.slots_of(post)[competency]
    need = catalogue.posts.requirements[int(catalogue.posts.start[post]) + slot]
    to_level = next(last for taught, _, last in catalogue.taught.lessons[course] if taught == competency)
    return Step(competency, need, slot, min(to_level, need.level))


def step_facts(catalogue: Catalogue, step: Step) -> dict[str, Fact]:
    """Return the facts of a gap that do not depend on the learner."""
    name, need = catalogue.competencies[step.competency], step.need
    named, role = catalogue.reference.competencies.get(name), catalogue.reference.roles.get(need.role)
    return {
        "competency": name,
        "competency_name": named.name if named else name,
        "level": step.level,
        "required": need.level,
        "role": need.role,
        "role_name": role.name if role else need.role,
    }


def belief_facts(p_held: float) -> dict[str, Fact]:
    """Return the facts of a gap that are believed of the learner."""
    return {"p_held": p_held, "percent": round(100 * p_held)}
