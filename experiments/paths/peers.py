"""What paths are compared with: the list that relevance ranks, taken from the top, and bundle-greedy."""

from __future__ import annotations

from recommender.paths.greedy import fits, greedy_plan
from recommender.paths.problem import Candidate, Problem

__all__ = ["greedy_plan", "ranked_plan", "relevance"]


def relevance(problem: Problem) -> dict[str, float]:
    """Return for each course the weight of the competencies still needed that it teaches: what tags can tell."""
    needed: dict[str, float] = {}
    for need in problem.needs:
        needed[need.competency] = max(needed.get(need.competency, 0.0), need.weight)
    return {c.id: sum(needed.get(t.competency, 0.0) for t in c.teaches) for c in problem.courses}


def ranked_plan(problem: Problem) -> tuple[str, ...]:
    """Return the courses from the top of the relevance ranking that fit the hours, prerequisites put first.

    This is what a list gives a learner who works it off: the next most relevant course that still fits and can be
    taken, with what it requires.
    """
    scores = relevance(problem)
    chosen: list[str] = []
    ranking = sorted((c for c in problem.courses if scores[c.id] > 0), key=lambda c: -scores[c.id])
    taken = True
    while taken:
        taken = False
        for course in ranking:
            if course.id not in chosen and _ready(problem, course, chosen) and fits(problem, [*chosen, course.id]):
                chosen.append(course.id)
                taken = True
                break
    return tuple(chosen)


def _ready(problem: Problem, course: Candidate, chosen: list[str]) -> bool:
    return all(
        any(one in problem.held or one in chosen for one in (*group, *problem.stand_ins(group)))
        for group in course.requires
    )
