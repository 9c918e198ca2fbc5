"""Why a course is in a list: the gap it closes, the course it goes with, the people who chose it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from features.reference import Course, Reference
from recommender.gaps import SURE, Gap
from recommender.paths.reasons import Reason
from recommender.state import CompetencyState

_LIMIT = 2
"""A list item carries at most so many reasons: what a card has room for."""

_BY_MODEL = {
    "popularity": "chosen_by_peers",
    "content": "similar_subject",
    "item_item": "taken_together",
    "transition": "taken_next",
    "need": "suits_role",
}
_OTHER_MODEL = "suits_profile"


def list_reasons(
    course: Course,
    gaps: Iterable[Gap],
    state: CompetencyState,
    reference: Reference,
    *,
    contributions: Mapping[str, float],
    nearest: str | None,
) -> tuple[Reason, ...]:
    """Return the reasons for one course, the strongest first: at least one, at most two.

    Parameters
    ----------
    course
        The course.
    gaps
        The learner's gaps, worst first.
    state
        The learner's competency state.
    reference
        Names of competencies, roles and courses.
    contributions
        What each model added to the score.
    nearest
        The course in the history that speaks most for this one.
    """
    found = list(_worst_gap(course, gaps, state, reference))
    if nearest is not None and nearest in reference.courses:
        found.append(Reason("goes_with", {"course": nearest, "course_name": reference.courses[nearest].name}))
    if len(found) < _LIMIT:
        strongest = max(contributions, key=lambda name: (contributions[name], name), default="")
        found.append(Reason(_BY_MODEL.get(strongest, _OTHER_MODEL), {"model": strongest}))
    return tuple(found[:_LIMIT])


def _worst_gap(course: Course, gaps: Iterable[Gap], state: CompetencyState, reference: Reference) -> Iterator[Reason]:
    """Yield the worst gap that the course closes a step of, if it closes one."""
    taught = {teaches.competency: teaches for teaches in course.teaches}
    for gap in gaps:
        teaches = taught.get(gap.competency)
        if teaches is None or teaches.from_level >= gap.required:
            continue
        level = min(teaches.to_level, gap.required)
        p_held = state.belief(gap.competency).p_at_least(level)
        if p_held < SURE:
            code = "closes_critical_step" if gap.critical else "closes_step"
            yield Reason(
                code if gap.known else f"{code}_unknown",
                {
                    "competency": gap.competency,
                    "competency_name": gap.name,
                    "level": level,
                    "required": gap.required,
                    "role": gap.role,
                    "role_name": reference.roles[gap.role].name if gap.role in reference.roles else gap.role,
                    "p_held": p_held,
                    "percent": round(100 * p_held),
                },
            )
            return
