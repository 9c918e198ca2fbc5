"""Descriptions of courses: whole sentences from what a course teaches, for whom and how."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from experiments.world.authored import rows

if TYPE_CHECKING:
    from experiments.world.catalogue import WorldCourse
    from experiments.world.service import Service

_AUDIENCE = {
    0: "Meant for anyone who meets the subject for the first time.",
    1: "Meant for officials who know the basics and now handle cases of their own.",
    2: "Meant for those who handle the subject regularly and check the work of others.",
    3: "Meant for officers who decide difficult cases and guide a branch.",
    4: "Meant for senior officers who set direction for the department.",
}
_ENDING = {
    "Course": "Short lessons with worked cases, and a quiz at the end.",
    "Program": "One of the modules of the first-year programme for new entrants.",
    "Blended Program": "Self-paced lessons on the platform, then classroom days with cases and field visits.",
    "Curated Program": "A set of short courses arranged in a sensible order.",
    "Comprehensive Assessment Program": "A proctored test of what the post needs; one attempt.",
    "Standalone Assessment": "A proctored test without lessons; one attempt.",
}


def describe(course: WorldCourse, service: Service, language: str) -> str:
    """Return the description of a course in its language."""
    if language != "en":
        subject = service.competencies[course.competencies[0]].hindi if language == "hi" else course.title
        return _templates()[language].format(subject=subject)
    taught = [service.competencies[number] for number in course.competencies]
    aims = "; ".join(_continued(competency.description) for competency in taught)
    topics = ", ".join(course.keywords[:5])
    opening = "Tests" if "Assessment" in course.category else "Covers"
    scope = f"{opening} {topics}. By the end, the learner {aims}."
    return f"{scope} {_AUDIENCE[course.from_level]} {_ENDING[course.category]}"


def language_names() -> dict[str, str]:
    """Return language code to the name that the platform uses."""
    return {row["language"]: row["name"] for row in rows("languages")}


@cache
def _templates() -> dict[str, str]:
    return {row["language"]: row["description"] for row in rows("languages")}


def _continued(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:].rstrip(".")
