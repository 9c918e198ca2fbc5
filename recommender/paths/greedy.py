"""Bundle-greedy: again and again the course that, with what it requires, closes the most an hour.

The fallback where the time limit leaves no plan, and a peer to compare with.
"""

from __future__ import annotations

from collections.abc import Iterable

from recommender.paths.closing import closed_steps, worth
from recommender.paths.problem import Problem


def greedy_plan(problem: Problem) -> tuple[str, ...]:
    """Return courses that fit all budgets, in the problem's order; duties first, where they fit."""
    chosen: set[str] = set()
    for duty in problem.duties:
        met = [one for one in problem.stand_ins(duty.courses) if one in chosen]
        for one in problem.stand_ins(duty.courses):
            enough = sum(problem.by_id[o].hours for o in met) >= duty.hours if duty.hours else len(met) >= duty.count
            bundle = None if enough else bundle_of(problem, one, chosen)
            if bundle is not None and fits(problem, chosen | bundle):
                chosen |= bundle
                met.append(one)
    while True:
        best = _best_bundle(problem, chosen)
        if best is None:
            return tuple(course.id for course in problem.courses if course.id in chosen)
        chosen |= best


def bundle_of(problem: Problem, course: str, taken: set[str]) -> set[str] | None:
    """Return the course and the shortest courses that it still requires; ``None`` where they cannot be had."""
    bundle: set[str] = set()
    ok = _require(problem, course, taken, bundle, ())
    return bundle if ok else None


def fits(problem: Problem, chosen: Iterable[str]) -> bool:
    """Whether the courses respect the hours, the fees, the equivalences and the share outside the own silo."""
    courses = [problem.by_id[one] for one in chosen]
    hours = sum(course.hours for course in courses)
    sets = [course.equivalence for course in courses if course.equivalence is not None]
    outside = sum(course.hours for course in courses if course.outside)
    return (
        hours <= problem.hours + 1e-9
        and (problem.cost is None or sum(course.cost for course in courses) <= problem.cost + 1e-9)
        and len(sets) == len(set(sets))
        and outside >= problem.outside_share * hours - 1e-9
    )


def _best_bundle(problem: Problem, chosen: set[str]) -> set[str] | None:
    now = _value(problem, chosen)
    best: tuple[float, set[str]] | None = None
    for course in problem.courses:
        bundle = None if course.id in chosen else bundle_of(problem, course.id, chosen)
        if bundle is None or not fits(problem, chosen | bundle):
            continue
        gain = _value(problem, chosen | bundle) - now
        rate = gain / max(sum(problem.by_id[one].hours for one in bundle), 1e-6)
        if gain > 1e-12 and (best is None or rate > best[0]):
            best = rate, bundle
    return best[1] if best else None


def _value(problem: Problem, chosen: set[str]) -> float:
    return worth(problem.needs, closed_steps(problem, chosen)) + sum(problem.by_id[one].bonus for one in chosen)


def _require(problem: Problem, course: str, taken: set[str], bundle: set[str], above: tuple[str, ...]) -> bool:
    """Add the course and what it requires to the bundle; false where that runs in a circle or into nothing."""
    if course in above:
        return False
    for group in problem.by_id[course].requires:
        options = problem.stand_ins(group)
        if any(one in problem.held for one in group) or any(one in taken or one in bundle for one in options):
            continue
        nearest = sorted(options, key=lambda one: problem.by_id[one].hours)
        if not any(_require(problem, one, taken, bundle, (*above, course)) for one in nearest):
            return False
    bundle.add(course)
    return True
