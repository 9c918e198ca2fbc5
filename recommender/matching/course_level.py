"""From which level to which a course leads, told by its difficulty or by the words of its title."""

from __future__ import annotations

import re

from features.levels import COURSE_LEVELS

USUAL = (0, 2)
"""A course that says nothing about its level begins at the beginning."""

_CUES = (
    ("advanced", r"advanced|expert|master(?:class|ing)?|specialist|strategic"),
    ("intermediate", r"intermediate|practical|applied|hands-on|practitioner|in depth|deep dive"),
    ("beginner", r"introduct\w*|basics?|fundamentals?|foundations?|beginners?|overview|101|getting started|awareness"),
)
_PATTERNS = tuple((word, re.compile(rf"\b(?:{cues})\b", re.IGNORECASE)) for word, cues in _CUES)


def course_levels(difficulty: str | None, title: str) -> tuple[int, int]:
    """Return (from, to), each 0 to 5.

    >>> course_levels("Advanced", "Statistics"), course_levels(None, "Introduction to GIS"), course_levels(None, "GIS")
    ((3, 4), (0, 2), (0, 2))
    """
    for word in (difficulty or "").casefold().replace("/", " ").split():
        if word in COURSE_LEVELS:
            return COURSE_LEVELS[word]
    for word, pattern in _PATTERNS:
        if pattern.search(title):
            return COURSE_LEVELS[word]
    return USUAL
