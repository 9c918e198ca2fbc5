"""Which steps a set of courses closes, and in which order the courses can be taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from recommender.paths.problem import Candidate, Need, Problem


def closed_steps(problem: Problem, chosen: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Return the (competency, level) steps above the base that the chosen courses close."""
    taught = {
        (teach.competency, step)
        for course in chosen
        for teach in problem.by_id[course].teaches
        for step in range(teach.start + 1, teach.end + 1)
    }
    closed = set()
    for competency in {competency for competency, _ in taught}:
        step = problem.base.get(competency, 0) + 1
        while (competency, step) in taught:
            closed.add((competency, step))
            step += 1
    return frozenset(closed)


def worth(needs: Iterable[Need], closed: Collection[tuple[str, int]], *, critical_only: bool = False) -> float:
    """Return the total weight of the needs that are closed."""
    counted = (need for need in needs if need.critical or not critical_only)
    return sum(need.weight for need in counted if (need.competency, need.level) in closed)


def satisfied(problem: Problem, course: Candidate, taken: Collection[str]) -> bool:
    """Whether all prerequisites of the course are among the courses taken or held."""
    return all(
        any(one in problem.held for one in group) or any(one in taken for one in problem.stand_ins(group))
        for group in course.requires
    )


def founded(problem: Problem, chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the courses of ``chosen`` that can be taken one after the other, prerequisites first."""
    taken: dict[str, None] = {}
    waiting = list(chosen)
    while True:
        ready = [course for course in waiting if satisfied(problem, problem.by_id[course], taken)]
        if not ready:
            return tuple(taken)
        taken.update(dict.fromkeys(ready))
        waiting = [course for course in waiting if course not in taken]
