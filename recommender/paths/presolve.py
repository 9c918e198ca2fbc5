"""A smaller problem with the same best plans: drops courses that no best plan needs.

Dropped are courses that can never be taken (their prerequisites run in a circle or are absent), that do not fit the
hours with their prerequisites, that close nothing and lead nowhere, and that another course dominates.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.paths.closing import founded
from recommender.paths.problem import Candidate, Problem

SLACK = 1e-9


def presolve(problem: Problem, keep: Collection[str] = (), *, ties: bool = False) -> Problem:
    """Return the problem without the courses that no best plan needs.

    What duties ask for always stays, so that a problem that cannot be met stays one; so do the courses of ``keep``.
    With ``ties``, of courses that are equal in all but interest every one stays.
    """
    asked = set(problem.stand_ins(tuple(one for duty in problem.duties for one in duty.courses)))
    asked |= set(keep) & set(problem.by_id)
    problem = _only(problem, set(founded(problem, tuple(problem.by_id))))
    problem = _only(problem, _affordable(problem) | (asked & set(problem.by_id)))
    problem = _only(problem, _useful(problem, asked))
    problem = _only(problem, set(problem.by_id) - _dominated(problem, asked, ties=ties))
    return _only(problem, _useful(problem, asked))


def _only(problem: Problem, keep: Collection[str]) -> Problem:
    if len(keep) == len(problem.courses):
        return problem
    return replace(problem, courses=tuple(course for course in problem.courses if course.id in keep))


def _affordable(problem: Problem) -> set[str]:
    """Return the courses that fit the hours and the fees together with the least they require."""
    least = _least_hours(problem)
    most = np.inf if problem.cost is None else problem.cost
    return {
        course.id
        for course in problem.courses
        if least[course.id] <= problem.hours + SLACK and course.cost <= most + SLACK
    }


def _least_hours(problem: Problem) -> dict[str, float]:
    """Return for each course a lower bound of the hours it takes with its longest chain of prerequisites.

    The way in may come later than the first one found, so the bounds are lowered until they stand still.
    """
    least = dict.fromkeys(problem.by_id, np.inf)
    groups = {
        course.id: [
            problem.stand_ins(group) for group in course.requires if not any(one in problem.held for one in group)
        ]
        for course in problem.courses
    }
    order = founded(problem, tuple(problem.by_id))
    changed = True
    while changed:
        changed = False
        for one in order:
            before = max((min((least[other] for other in group), default=np.inf) for group in groups[one]), default=0.0)
            hours = problem.by_id[one].hours + before
            if hours < least[one]:
                least[one], changed = hours, True
    return least


def _useful(problem: Problem, asked: Collection[str]) -> set[str]:
    """Return the courses that close a needed step, are worth something or asked for, and all that lead to them."""
    steps = {(need.competency, need.level) for need in problem.needs if need.weight > 0}
    top: dict[str, int] = {}
    for competency, level in steps:
        top[competency] = max(top.get(competency, 0), level)
    found = {c.id for c in problem.courses if c.bonus > 0 or c.id in asked or _closes(c, top, problem)}
    waiting = list(found)
    while waiting:
        for group in problem.by_id[waiting.pop()].requires:
            if not any(one in problem.held for one in group):
                new = [one for one in problem.stand_ins(group) if one not in found]
                found.update(new)
                waiting.extend(new)
    return found


def _closes(course: Candidate, top: dict[str, int], problem: Problem) -> bool:
    return any(
        teach.start < top.get(teach.competency, 0) and teach.end > problem.base.get(teach.competency, 0)
        for teach in course.teaches
        if teach.end > teach.start
    )


def _dominated(problem: Problem, asked: Collection[str], *, ties: bool) -> set[str]:
    """Return the courses for which another one does at least as much for at most the hours, fees and prerequisites.

    Never a course that something requires or a duty asks for, or that has equivalents; with a share outside the own
    silo, nothing is dropped. Of courses that dominate each other the first stays.
    """
    if problem.outside_share > 0 or not problem.courses:
        return set()
    wanted = {one for c in problem.courses for g in c.requires for one in problem.stand_ins(g)} | set(asked)
    alone = [len(problem.alike[c.id]) == 1 for c in problem.courses]
    steps = _step_matrix(problem)
    shared = (steps @ steps.T).tocoo()
    size = np.asarray(steps.sum(axis=1)).ravel()
    better, worse = shared.row, shared.col
    hours, cost, bonus, interest = (
        np.array([getattr(course, name) for course in problem.courses])
        for name in ("hours", "cost", "bonus", "interest")
    )
    free = np.array([ok and c.id not in wanted for ok, c in zip(alone, problem.courses, strict=True)])
    at_least = (
        (shared.data == size[worse]) & (better != worse) & free[worse] & np.array(alone)[better]
        & (hours[better] <= hours[worse]) & (cost[better] <= cost[worse]) & (bonus[better] >= bonus[worse])
        & (((interest[better] >= interest[worse]) & (not ties)) | (hours[better] < hours[worse]))
    )  # fmt: skip
    return _pick(problem, better[at_least], worse[at_least])


def _pick(problem: Problem, better: NDArray[np.int32], worse: NDArray[np.int32]) -> set[str]:
    pairs = {
        (int(a), int(b)) for a, b in zip(better, worse, strict=True)
        if _easier(problem, problem.courses[a], problem.courses[b])
    }  # fmt: skip
    return {problem.courses[b].id for a, b in pairs if (b, a) not in pairs or a < b}


def _easier(problem: Problem, a: Candidate, b: Candidate) -> bool:
    """Whether whatever meets the prerequisites of ``b``, without ``b`` itself, meets those of ``a``."""
    theirs = [set(group) for group in b.requires]
    return all(
        any(one in problem.held for one in group) or any(other <= set(group) for other in theirs)
        for group in a.requires
    )


def _step_matrix(problem: Problem) -> sparse.csr_array:
    """Return courses x needed steps, 1 where the course takes learners through the step."""
    number = {step: n for n, step in enumerate(dict.fromkeys((need.competency, need.level) for need in problem.needs))}
    rows, columns = [], []
    for row, course in enumerate(problem.courses):
        taught = {(t.competency, s) for t in course.teaches for s in range(t.start + 1, t.end + 1)}
        found = [number[step] for step in taught if step in number]
        rows += [row] * len(found)
        columns += found
    ones = np.ones(len(rows), dtype=np.int32)
    return sparse.csr_array((ones, (rows, columns)), shape=(len(problem.courses), len(number)))
