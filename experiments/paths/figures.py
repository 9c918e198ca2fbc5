"""All figures of paths and beliefs, each beside what it must reach."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from experiments.paths.claims import judge_claims
from experiments.paths.conflicts import judge_conflicts
from experiments.paths.duties import broken_duties
from experiments.paths.instances import SIZES
from experiments.paths.population import plan_population
from experiments.paths.repairs import judge_repairs
from experiments.paths.speed import SizeFigures, measure
from experiments.simulator.assumptions import Assumptions
from experiments.simulator.beliefs import BeliefFigures, fitted_table, judge_beliefs
from experiments.simulator.life import simulate
from experiments.simulator.policies import PolicyFigures, judge_policies
from features.home import Home
from features.times import now

SECONDS = {100: 0.06, 300: 0.12, 1000: 0.3, 3000: 1.0}
"""95th percentile to reach, by number of courses."""
FIT_SEED, JUDGE_SEED = 101, 202


@dataclass(frozen=True, slots=True)
class Work:
    """How much is measured."""

    problems: tuple[int, ...]
    """Problems of each size."""
    conflicts: int
    repairs: int
    plans: int
    """Random plans checked for broken duties."""
    people: int
    """Simulated people of each world."""
    followers: int
    """Simulated people who follow a path, a list and greedy."""
    every_assumption: bool
    workers: int = 2


QUICK = Work((20, 20, 20, 20, 8, 4), 40, 12, 1000, 3000, 50, every_assumption=False)
FULL = Work((60, 60, 40, 40, 20, 10), 200, 60, 100_000, 4000, 200, every_assumption=True)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and what it must reach."""

    name: str
    found: float
    reach: float
    at_most: bool
    detail: str = ""

    @property
    def met(self) -> bool:
        """Whether it reaches what it must."""
        return self.found <= self.reach if self.at_most else self.found >= self.reach


def figures(work: Work, say: Callable[[str], None]) -> Iterator[Figure]:
    """Measure everything and yield the figures as they come; ``say`` is told what is being done."""
    yield from _speed(work, say)
    say(f"conflicts of {work.conflicts} seeded sets of duties that cannot fit")
    conflicts = judge_conflicts(work.conflicts)
    yield Figure("minimal conflict set right", conflicts.right, 1.0, at_most=False, detail=f"{conflicts.cases} cases")
    yield Figure("seconds to tell a conflict, slowest", conflicts.slowest, 1.0, at_most=True)
    say(f"{work.plans:,} random plans")
    broken, impossible = broken_duties(work.plans, work.workers)
    detail = f"{work.plans:,} plans, {impossible:,} told as infeasible"
    yield Figure("plans that break a duty", float(broken), 0.0, at_most=True, detail=detail)
    say(f"{work.repairs} repairs")
    repairs = judge_repairs(work.repairs)
    scratch = f"{repairs.kept_from_scratch:.3f} when planned from scratch"
    yield Figure("share of courses kept in a repair", repairs.kept, 0.9, at_most=False, detail=scratch)
    yield Figure("worth of a repaired plan, lowest", repairs.worth, 0.97 - 1e-6, at_most=False)
    say("claims under replay from several processes")
    with tempfile.TemporaryDirectory() as folder:
        claims = judge_claims(Path(folder), work.workers)
    detail = f"{claims.steps:,} steps tried, {claims.paid} paid, {claims.entries} entries"
    yield Figure("claims paid twice", float(claims.paid_twice), 0.0, at_most=True, detail=detail)
    yield Figure("ledger verifies", float(claims.verifies), 1.0, at_most=False)
    yield from _simulated(work, say)


def _speed(work: Work, say: Callable[[str], None]) -> Iterator[Figure]:
    for size, problems in zip(SIZES, work.problems, strict=True):
        say(f"{problems} problems of {size.courses} courses")
        found = measure(size, problems, greedy=size.courses <= 300)
        name = f"{size.courses} courses, {size.prerequisites:g} prerequisites"
        yield Figure(f"{name}: proven optimal or bound printed", found.bounded, 1.0, at_most=False, detail=_said(found))
        yield Figure(f"{name}: seconds, 95th percentile", found.seconds[1], SECONDS[size.courses], at_most=True,
                     detail=f"median {found.seconds[0]:.3f}, CPU {found.cpu_seconds[1]:.3f}")  # fmt: skip
        yield Figure(f"{name}: closed an hour, over ranking", found.per_hour, 1.6, at_most=False, detail=_peers(found))


def _said(found: SizeFigures) -> str:
    return f"{100 * found.optimal:.0f} % proven optimal, closes {found.closed:.2f} of the weight"


def _peers(found: SizeFigures) -> str:
    greedy = "" if found.greedy is None else f", greedy {found.greedy:.3f}"
    return f"worth of the optimum reached: ranking {found.ranked:.3f}{greedy}"


def _simulated(work: Work, say: Callable[[str], None]) -> Iterator[Figure]:
    worlds = [("as assumed", 1.0, Assumptions())]
    if work.every_assumption:
        worlds += list(Assumptions().halved_and_doubled())
    for name, factor, assumed in worlds:
        label = name if factor == 1.0 else f"{name} x {factor:g}"
        say(f"a simulated service of {work.people:,}: {label}")
        beliefs, policies = _judged(work, assumed)
        yield from _world_figures(label, beliefs, policies)
    crowded = Assumptions(skimmers=0.3)
    inflation = _judged(work, crowded)[0]
    yield Figure("30 % skimmers: inflation of levels", abs(inflation.inflation), 0.02, at_most=True,
                 detail=f"certificates: {inflation.inflation_completed:.2f}")  # fmt: skip


def _judged(work: Work, assumed: Assumptions) -> tuple[BeliefFigures, PolicyFigures]:
    table = fitted_table(simulate(work.people, FIT_SEED, assumed))
    world = simulate(work.people, JUDGE_SEED, assumed)
    return judge_beliefs(world, table), judge_policies(world, table, work.followers)


def _world_figures(label: str, beliefs: BeliefFigures, policies: PolicyFigures) -> Iterator[Figure]:
    yield Figure(f"{label}: calibration error", beliefs.ece, 0.05, at_most=True)
    yield Figure(f"{label}: Brier better than certificates by", beliefs.brier_gain, 0.25, at_most=False,
                 detail=f"{beliefs.brier:.3f} against {beliefs.brier_completed:.3f}")  # fmt: skip
    yield Figure(f"{label}: false exemptions at 0.9", beliefs.false_exemptions, 0.05, at_most=True,
                 detail=f"{beliefs.exempted:.2f} of the required steps exempted")  # fmt: skip
    yield Figure(f"{label}: skimmers told from learners, AUC", beliefs.skimmer_auc, 0.95, at_most=False)
    yield Figure(f"{label}: wasted hours", policies.wasted, 0.03, at_most=True)
    detail = f"on paper {policies.planned_per_hour:.2f}; over greedy {policies.over_greedy:.2f}"
    yield Figure(f"{label}: really gained an hour, over ranking", policies.per_hour, 1.0, at_most=False, detail=detail)


def population(home: Home, workers: int = 2) -> Iterator[Figure]:
    """Yield how long a crore of guided paths takes at the home folder's rate, and whether they are the service's."""
    found = plan_population(home, now(), workers)
    shares = ", ".join(f"{source} {share:.1%}" for source, share in sorted(found.shares.items()))
    told = ", ".join(f"{count:,} {status}" for status, count in sorted(found.statuses.items()))
    yield Figure(
        "guided paths for a crore at this rate, hours", found.hours_for_a_crore, 1.0, at_most=True,
        detail=f"{found.learners:,} learners in {found.seconds:.0f} s on {found.processes} processes, "
        f"{found.solved:,} pieces solved; {shares}; {told}",
    )  # fmt: skip
    if found.agreement is None:
        return
    judged = found.agreement
    sample = f"{judged.learners} learners"
    yield Figure(
        "everyone's paths with the courses of the service's", judged.same_courses, 0.99, at_most=False,
        detail=f"{sample}; in the same order {judged.same_order:.3f}; most hours more {judged.most_hours:.2f}",
    )  # fmt: skip
    yield Figure("worth lost against the service's, at most", judged.most_lost, 0.01, at_most=True, detail=sample)
    broken = judged.duties_broken + judged.hours_broken
    yield Figure("everyone's paths that break a duty or the hours", broken, 0.0, at_most=True, detail=sample)


def document(found: list[Figure]) -> list[dict[str, Any]]:
    """Return the figures for JSON."""
    return [{**asdict(figure), "met": figure.met} for figure in found]
