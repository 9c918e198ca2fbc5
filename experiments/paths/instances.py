"""Seeded path problems of a given size: random catalogues over levels 0 to 5 with prerequisites in a DAG."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.paths.problem import Candidate, Duty, Need, Problem, Teach


@dataclass(frozen=True, slots=True)
class Size:
    """How large a problem is."""

    courses: int
    competencies: int
    hours: float
    prerequisites: float
    """Mean number of prerequisite groups of a course."""


SIZES = (
    Size(100, 12, 8.0, 0.5),
    Size(100, 12, 8.0, 1.5),
    Size(300, 20, 12.0, 0.5),
    Size(300, 20, 12.0, 1.5),
    Size(1000, 30, 15.0, 1.0),
    Size(3000, 40, 20.0, 1.0),
)


def random_problem(size: Size, seed: int, *, mandatory: int = 0, critical: float = 0.0) -> Problem:
    """Return a problem: courses of 0.5 to 6 hours that teach 1 to 4 competencies one or two levels up.

    Every required competency has weight 0.5 to 3; P(not yet held) is part of the weights, so they are not whole.
    """
    rng = np.random.default_rng(seed)
    names = [f"k{number}" for number in range(size.competencies)]
    courses = tuple(_course(rng, number, names, size) for number in range(size.courses))
    needs, base = [], {}
    for name in names:
        base[name] = int(rng.integers(0, 3))
        target = min(5, base[name] + int(rng.integers(1, 4)))
        importance = round(float(rng.uniform(0.5, 3.0)), 2)
        urgent = bool(rng.random() < critical)
        missing = np.sort(rng.uniform(0.2, 1.0, 5))
        needs += [
            Need(name, step, round(importance * float(missing[step - 1]), 2), urgent)
            for step in range(base[name] + 1, target + 1)
        ]
    chosen = rng.choice(size.courses, size=mandatory, replace=False)
    duties = tuple(Duty(f"d{number}", (f"c{number}",)) for number in sorted(int(one) for one in chosen))
    return Problem(courses, tuple(needs), size.hours, duties, base=base)


def _course(rng: np.random.Generator, number: int, names: list[str], size: Size) -> Candidate:
    taught = rng.choice(len(names), size=min(len(names), int(rng.integers(1, 5))), replace=False)
    starts = rng.integers(0, 5, size=len(taught))
    rises = rng.integers(1, 3, size=len(taught))
    groups: list[tuple[str, ...]] = []
    if number:
        for _ in range(int(rng.poisson(size.prerequisites))):
            others = rng.integers(0, number, size=int(rng.integers(1, 3)))
            groups.append(tuple(f"c{other}" for other in sorted({int(one) for one in others})))
    return Candidate(
        id=f"c{number}",
        hours=float(rng.choice([0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0])),
        teaches=tuple(
            Teach(names[k], int(start), min(5, int(start + rise)))
            for k, start, rise in zip(taught, starts, rises, strict=True)
        ),
        requires=tuple(groups),
    )
