"""The simulated competencies, positions and courses."""

from __future__ import annotations

import numpy as np

from features.reference import Competency, Course, Position, Reference, Requirement, Role, Teaches

N_COMPETENCIES, N_POSITIONS, N_COURSES = 24, 12, 300
NEEDS = 8


def simulated_reference(seed: int) -> Reference:
    """Return 24 competencies, 12 positions that need 8 of them each, and 300 courses with prerequisites."""
    rng = np.random.default_rng(seed)
    names = [f"k{n:02d}" for n in range(N_COMPETENCIES)]
    roles, positions = {}, {}
    for n in range(N_POSITIONS):
        needed = sorted(rng.choice(N_COMPETENCIES, NEEDS, replace=False))
        requirements = tuple(
            Requirement(
                f"r{n:02d}",
                None,
                names[k],
                int(rng.integers(2, 5)),
                float(rng.choice([1.0, 2.0])),
                bool(rng.random() < 0.2),
            )
            for k in needed
        )
        roles[f"r{n:02d}"] = Role(f"r{n:02d}", f"Role {n}", None, {}, requirements)
        positions[f"p{n:02d}"] = Position(f"p{n:02d}", None, f"Position {n}", None, (f"r{n:02d}",))
    courses: dict[str, Course] = {}
    for n in range(N_COURSES):
        course = _course(rng, n, names, courses)
        courses[course.id] = course
    return Reference({}, {k: Competency(k, k, "sim", None, None, None) for k in names}, roles, positions, courses)


def _course(rng: np.random.Generator, number: int, names: list[str], earlier: dict[str, Course]) -> Course:
    taught = rng.choice(len(names), int(rng.integers(1, 4)), replace=False)
    teaches = []
    for k in taught:
        start = int(rng.choice([0, 1, 2, 3, 4], p=[0.35, 0.25, 0.2, 0.15, 0.05]))
        teaches.append(Teaches(names[k], start, min(5, start + int(rng.integers(1, 3))), 1.0))
    requires: tuple[tuple[str, ...], ...] = ()
    if earlier and rng.random() < 0.35:
        requires = ((list(earlier)[int(rng.integers(0, len(earlier)))],),)
    hours = float(rng.choice([0.5, 1.0, 2.0, 3.0, 4.0, 6.0], p=[0.2, 0.25, 0.25, 0.15, 0.1, 0.05]))
    return Course(
        id=f"c{number:03d}", name=f"Course {number}", description=None, category="Course", status="live", hours=hours,
        languages=(), base=None, equivalence=None, provider=None, organisation=None, cost=0.0, external=False,
        restricted=False, rating=None, published_on=None, retired_on=None, teaches=tuple(teaches), requires=requires,
    )  # fmt: skip
