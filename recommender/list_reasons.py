"""Why a course is in a list: the gap it closes, the course it goes with, the people who chose it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from features.reference import Course, Reference
from recommender.gaps import Gap
from recommender.reason import Reason

_LIMIT = 2
"""A list item carries at most so many reasons: what a card has room for."""


def list_reasons(
    course: Course,
    gaps: Iterable[Gap],
    reference: Reference,
    *,
    contributions: Mapping[str, float],
    nearest: str | None,
) -> tuple[Reason, ...]:
    """Return the reasons for one course, the strongest first, at least one.

    Parameters
    ----------
    course
        The course.
    gaps
        The learner's gaps, worst first.
    reference
        Names of competencies and courses.
    contributions
        What each model added to the score.
    nearest
        The course in the history that speaks most for this one.
    """
    found = list(_closed(course, gaps))
    if nearest is not None and nearest in reference.courses:
        found.append(Reason("goes_with", {"course_id": nearest, "course": reference.courses[nearest].name}))
    if len(found) < _LIMIT:
        strongest = max(contributions, key=lambda name: (contributions[name], name), default="popularity")
        found.append(Reason(_BY_MODEL.get(strongest, "suits_profile"), {"model": strongest}))
    return tuple(found[:_LIMIT])


_BY_MODEL = {
    "popularity": "chosen_by_peers",
    "content": "similar_subject",
    "item_item": "taken_together",
    "transition": "taken_next",
    "lightfm": "suits_profile",
    "need": "suits_role",
}


def _closed(course: Course, gaps: Iterable[Gap]) -> Iterable[Reason]:
    """Yield the worst gap that the course closes a step of."""
    taught = {t.competency: t for t in course.teaches}
    for gap in gaps:
        teaches = taught.get(gap.competency)
        if teaches is not None and not gap.met and teaches.from_level < gap.required:
            yield Reason(
                "closes_gap",
                {
                    "competency_id": gap.competency,
                    "competency": gap.name,
                    "required": gap.required,
                    "to_level": min(teaches.to_level, gap.required),
                    "p_met": round(gap.p_met, 3),
                    "critical": gap.critical,
                    "known": gap.known,
                },
            )
            return
