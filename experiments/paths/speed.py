"""Time, bound and worth of paths on seeded problems, beside relevance ranking and bundle-greedy."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.paths.instances import Size, random_problem
from experiments.paths.peers import greedy_plan, ranked_plan
from recommender.paths.closing import closed_steps, worth
from recommender.paths.problem import Problem
from recommender.paths.solve import solve


@dataclass(frozen=True, slots=True)
class SizeFigures:
    """Figures over the problems of one size."""

    size: Size
    problems: int
    optimal: float
    """Share proven optimal; the others print their bound."""
    bounded: float
    """Share whose bound is at least the value: must be 1."""
    closed: float
    """Mean share of the weight that the optimum closes."""
    seconds: tuple[float, float]
    """Wall-clock median and 95th percentile."""
    cpu_seconds: tuple[float, float]
    per_hour: float
    """Weight closed an hour over that of relevance ranking, ratio of sums."""
    ranked: float
    """Worth of relevance ranking as a share of the optimum, mean."""
    greedy: float | None
    """The same of bundle-greedy; ``None`` where it was left out."""


def measure(size: Size, problems: int, *, greedy: bool = True, first_seed: int = 0) -> SizeFigures:
    """Solve problems of one size and return the figures."""
    made = [random_problem(size, first_seed + seed) for seed in range(problems)]
    solve(made[0])
    wall, cpu, solutions = [], [], []
    for problem in made:
        start, start_cpu = time.perf_counter(), time.process_time()
        solutions.append(solve(problem))
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - start_cpu)
    best = np.array([s.value for s in solutions])
    ranked = [ranked_plan(problem) for problem in made]
    return SizeFigures(
        size=size,
        problems=problems,
        optimal=float(np.mean([s.status == "optimal" for s in solutions])),
        bounded=float(np.mean([s.bound >= s.value - 1e-9 for s in solutions])),
        closed=float(np.mean([s.value / worth_of_all(p) for s, p in zip(solutions, made, strict=True)])),
        seconds=_spread(wall),
        cpu_seconds=_spread(cpu),
        per_hour=_rate(made, [s.chosen for s in solutions]) / _rate(made, ranked),
        ranked=float(np.mean([_value(p, plan) / b for p, plan, b in zip(made, ranked, best, strict=True)])),
        greedy=_share(made, best, greedy_plan) if greedy else None,
    )


def worth_of_all(problem: Problem) -> float:
    """Return the weight of all steps."""
    return sum(need.weight for need in problem.needs)


def _share(made: Sequence[Problem], best: np.ndarray, plan: Callable[[Problem], tuple[str, ...]]) -> float:
    return float(np.mean([_value(p, plan(p)) / b for p, b in zip(made, best, strict=True)]))


def _value(problem: Problem, plan: Sequence[str]) -> float:
    return worth(problem.needs, closed_steps(problem, plan))


def _rate(made: Sequence[Problem], plans: Sequence[Sequence[str]]) -> float:
    hours = sum(problem.by_id[one].hours for problem, plan in zip(made, plans, strict=True) for one in plan)
    return sum(_value(problem, plan) for problem, plan in zip(made, plans, strict=True)) / hours


def _spread(seconds: Sequence[float]) -> tuple[float, float]:
    return float(np.median(seconds)), float(np.percentile(seconds, 95))
