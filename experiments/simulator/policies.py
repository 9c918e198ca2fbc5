"""Paths judged against the truth: what people really gain an hour when they follow a path, a list, or greedy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.paths.peers import greedy_plan, ranked_plan
from experiments.simulator.life import END, Person, SimulatedWorld, learn
from recommender.gaps import SURE
from recommender.paths import Path, PathSettings, guided_path
from recommender.paths.closing import closed_steps, worth
from recommender.paths.problem import Problem
from recommender.paths.schedule import ordered
from recommender.state import CompetencyState, EvidenceTable, competency_state

HOURS = 12.0
DRAWS = 5
"""How often each plan is lived through."""


@dataclass(frozen=True, slots=True)
class PolicyFigures:
    """What following a path really gives."""

    per_hour: float
    """Weighted steps really gained an hour, path over relevance ranking."""
    over_greedy: float
    """The same over bundle-greedy."""
    planned_per_hour: float
    """Weighted steps closed on paper an hour, path over relevance ranking."""
    wasted: float
    """Share of hours on courses whose needed steps are all held with P >= 0.9."""
    people: int


def judge_policies(world: SimulatedWorld, table: EvidenceTable, people: int = 150) -> PolicyFigures:
    """Return the figures over the first honest people of a world."""
    honest = [person for person in world.people if not person.skimmer][:people]
    gains: dict[str, list[tuple[float, float]]] = {"path": [], "ranked": [], "greedy": []}
    planned: list[tuple[float, float, float, float]] = []
    wasted = spent = 0.0
    for number, person in enumerate(honest):
        state = competency_state(person.record, world.reference, END, table)
        path = guided_path(person.record, world.reference, state, {}, END, PathSettings(hours=HOURS))
        problem = path.problem
        if problem is None or not path.items:
            continue
        plans = {"path": path.courses(), "ranked": ranked_plan(problem), "greedy": _ordered(problem, greedy_plan)}
        for name, plan in plans.items():
            gains[name].append((_gained(world, person, plan, number), _hours(problem, plan)))
        planned.append((path.value, path.hours, _on_paper(problem, plans["ranked"]), _hours(problem, plans["ranked"])))
        wasted += _wasted(path, problem, state)
        spent += path.hours
    rates = {name: _rate(found) for name, found in gains.items()}
    paper = np.array(planned).sum(axis=0)
    return PolicyFigures(
        per_hour=rates["path"] / rates["ranked"],
        over_greedy=rates["path"] / rates["greedy"],
        planned_per_hour=float(paper[0] / paper[1] / (paper[2] / paper[3])),
        wasted=wasted / max(spent, 1e-9),
        people=len(planned),
    )


def _gained(world: SimulatedWorld, person: Person, plan: Sequence[str], seed: int) -> float:
    """Live through the plan and return the weighted steps towards the requirements that were really gained."""
    needs = world.reference.requirements_of_position(str(person.record.learner.position))
    total = 0.0
    for draw in range(DRAWS):
        rng = np.random.default_rng([seed, draw])
        levels = dict(person.levels)
        for one in plan:
            course = world.reference.courses[one]
            before = [world.reference.courses[p].teaches for group in course.requires for p in group]
            prepared = all(levels[t.competency] >= t.to_level - 1 for teaches in before for t in teaches)
            learn(rng, course, levels, prepared=prepared, a=world.assumptions)
        for need in needs:
            start, end = person.levels[need.competency], levels[need.competency]
            total += need.weight * max(0, min(end, need.level) - min(start, need.level))
    return total / DRAWS


def _ordered(problem: Problem, plan: Callable[[Problem], tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(course for course, _ in ordered(problem, plan(problem)))


def _hours(problem: Problem, plan: Sequence[str]) -> float:
    return sum(problem.by_id[one].hours for one in plan)


def _on_paper(problem: Problem, plan: Sequence[str]) -> float:
    return worth(problem.needs, closed_steps(problem, plan))


def _wasted(path: Path, problem: Problem, state: CompetencyState) -> float:
    """Return the hours on courses of which every required step is held for sure and that nothing else asks for."""
    top: dict[str, int] = {}
    for need in problem.needs:
        top[need.competency] = max(top.get(need.competency, 0), need.level)
    asked = {one for c in path.courses() for group in problem.by_id[c].requires for one in problem.stand_ins(group)}
    hours = 0.0
    for item in path.items:
        taught = [
            (teach.competency, step)
            for teach in problem.by_id[item.course].teaches
            for step in range(teach.start + 1, min(teach.end, top.get(teach.competency, 0)) + 1)
        ]
        held = all(state.belief(competency).p_at_least(step) >= SURE for competency, step in taught)
        hours += item.hours if held and not item.mandatory and item.course not in asked else 0.0
    return hours


def _rate(found: Sequence[tuple[float, float]]) -> float:
    return sum(gain for gain, _ in found) / max(sum(hours for _, hours in found), 1e-9)
