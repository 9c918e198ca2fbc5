"""A path as the portal's ``milestones_v1``: at most five milestones, unlocked one after the other.

The courses keep the order of the path and are cut into milestones of even length; only mandatory courses gate the
next milestone.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from features.reference import Course, Reference
from recommender.paths.path import Path, PathItem
from recommender.paths.reasons import Reason, sentence

MOST = 5
NAME_LENGTH, DESCRIPTION_LENGTH = 70, 1000
_SPACE = uuid.UUID("5b1f6f0e-6a6f-5f0a-9d0e-3f6c1b2a7d10")
ASSESSMENTS = frozenset({"standalone assessment", "comprehensive assessment", "course assessment"})


def milestones_v1(path: Path, reference: Reference, learner: str, language: str = "en") -> list[dict[str, Any]]:
    """Return the milestones as the portal parses them; ids are the same for the same path of the same learner.

    An assessment that ends a milestone becomes its ``assessmentDetail``, which unlocks when the mandatory courses
    before it are done.
    """
    groups = _cut(path.items, MOST)
    return [_milestone(group, n, reference, f"{learner}/{path.kind}", language) for n, group in enumerate(groups, 1)]


def _milestone(
    items: Sequence[PathItem], index: int, reference: Reference, owner: str, language: str
) -> dict[str, Any]:
    last = reference.courses[items[-1].course]
    tested = len(items) > 1 and last.category.casefold() in ASSESSMENTS
    courses = items[:-1] if tested else items
    name = sentence(Reason("milestone", {"index": index, "subject": _subject(items, reference)}), language)
    document: dict[str, Any] = {
        "id": str(uuid.uuid5(_SPACE, "/".join([owner, *(item.course for item in items)]))),
        "index": index,
        "name": _cropped(name, NAME_LENGTH),
        "description": _cropped(_described(items, reference, language), DESCRIPTION_LENGTH),
        "courses": [_course(item, reference.courses[item.course]) for item in courses],
    }
    if tested:
        document["assessmentDetail"] = {"identifier": last.id, "duration": round(last.hours * 3600)}
    return document


def _course(item: PathItem, course: Course) -> dict[str, Any]:
    return {
        "identifier": course.id,
        "name": course.name,
        "isMandatory": item.mandatory,
        "appIcon": "",
        "posterImage": "",
        "lastPublishedOn": course.published_on.date().isoformat() if course.published_on else "",
        "description": course.description or "",
        "duration": round(course.hours * 3600),
    }


def _subject(items: Sequence[PathItem], reference: Reference) -> str:
    """Return the names of what the milestone closes, most steps first; the first course's name where it is nothing."""
    steps: dict[str, int] = {}
    for item in items:
        for step in item.closes:
            steps[step.competency] = steps.get(step.competency, 0) + 1
    if not steps:
        return reference.courses[items[0].course].name
    best = sorted(steps, key=lambda one: (-steps[one], one))[:2]
    return ", ".join(reference.competencies[one].name if one in reference.competencies else one for one in best)


def _described(items: Sequence[PathItem], reference: Reference, language: str) -> str:
    hours = sum(item.hours for item in items)
    facts = {
        "courses": len(items), "hours": hours, "ends_on": items[-1].ends_on.date().isoformat(),
        "subject": _subject(items, reference),
    }  # fmt: skip
    return sentence(Reason("milestone_description", facts), language)


def _cut(items: Sequence[PathItem], most: int) -> list[Sequence[PathItem]]:
    """Cut into at most ``most`` runs so that the longest run has as few hours as possible."""
    if not items:
        return []
    longest = max(sum(item.hours for item in items) / most, *(item.hours for item in items))
    while len(_runs(items, longest)) > most:
        longest *= 1.05
    return _runs(items, longest)


def _runs(items: Sequence[PathItem], longest: float) -> list[Sequence[PathItem]]:
    runs: list[list[PathItem]] = [[]]
    hours = 0.0
    for item in items:
        if runs[-1] and hours + item.hours > longest + 1e-9:
            runs.append([])
            hours = 0.0
        runs[-1].append(item)
        hours += item.hours
    return list(runs)


def _cropped(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
