"""What was found, in the order of somebody's interest: two orders made one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_PATIENCE = 60
"""How little the first places of one order outweigh the other; the value of the paper."""


def fused_order(found: Sequence[str], interest: Mapping[str, float]) -> list[str]:
    """Return the courses by reciprocal rank fusion of how they were found and how they interest somebody.

    Each order gives a course ``1 / (60 + rank)``, and the sums decide (Cormack, Clarke and Büttcher 2009): what is
    early in both comes first, and no scale of scores matters. Equal sums stay as they were found.

    >>> fused_order(["a", "b", "c"], {"a": 0.1, "b": 0.9, "c": 0.5})
    ['b', 'a', 'c']
    """
    liked = sorted(found, key=lambda course: -interest.get(course, float("-inf")))
    place = {course: rank for rank, course in enumerate(liked, start=1)}
    worth = {
        course: 1 / (_PATIENCE + rank) + 1 / (_PATIENCE + place[course]) for rank, course in enumerate(found, start=1)
    }
    return sorted(found, key=lambda course: -worth[course])
