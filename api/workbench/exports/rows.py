"""A plan as rows, one an item: what every tabular export holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from features.reference import Reference
from features.store.drafts import PlanDraft, Verdict


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One course for the people of one post."""

    organisation_id: str
    organisation: str
    post_id: str
    designation: str
    course_id: str
    course: str
    provider: str
    mandatory: str
    due_on: date
    people: int
    hours: float
    fee: float
    closes: float
    competencies: str
    verdict: str
    comment: str


COLUMNS = tuple(PlanRow.__slots__)
"""Names of the columns, in order."""


def plan_rows(draft: PlanDraft, verdicts: Mapping[str, Verdict], reference: Reference) -> tuple[PlanRow, ...]:
    """Return the items of a plan, post by post, in the order of their due dates."""
    found = []
    for item in sorted(draft.items, key=lambda one: (one.scope_value, one.group, one.due_on, one.course)):
        place, verdict = item.organisation or draft.organisation, verdicts.get(item.id)
        course, known = reference.courses.get(item.course), reference.organisations.get(place)
        taught = [
            reference.competencies[c].name for c in item.facts.get("competencies", ()) if c in reference.competencies
        ]
        found.append(
            PlanRow(
                organisation_id=place,
                organisation=known.name if known else place,
                post_id=item.group,
                designation=item.scope_value,
                course_id=item.course,
                course=course.name.strip() if course else item.course,
                provider=(course.provider if course else None) or "",
                mandatory="yes" if item.mandatory else "no",
                due_on=item.due_on.date(),
                people=item.people,
                hours=float(item.facts.get("hours", 0.0)),
                fee=float(item.facts.get("cost", 0.0)),
                closes=round(item.closes, 2),
                competencies="; ".join(taught),
                verdict="" if verdict is None else ("approved" if verdict.approved else "rejected"),
                comment="" if verdict is None else verdict.comment,
            )
        )
    return tuple(found)
