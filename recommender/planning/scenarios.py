"""What if: another budget, people who retire, a new scheme, transfers; plans beside each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from features.errors import NotFoundError
from features.interactions import TableScanner
from features.reference import Reference, Requirement, Role
from recommender.planning.annual_plan import AnnualPlan, propose
from recommender.planning.plan_problem import Budget, Edits, plan_problem
from recommender.planning.workforce import Workforce


@dataclass(frozen=True)
class Scenario:
    """What is different from today."""

    name: str
    budget: Budget | None = None
    """Instead of the plan's."""
    retire_after_years: float | None = None
    """People who will have served so long by the end of the plan leave."""
    leaving: frozenset[str] = frozenset()
    transfers: Mapping[str, str] = field(default_factory=dict)
    """Learner to the position to which the learner goes."""
    added: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict)
    """Position to what a new scheme will require of it on top."""


@dataclass(frozen=True)
class Outcome:
    """A scenario's plan."""

    scenario: Scenario
    people: int
    plan: AnnualPlan


def compare(
    workforce: Workforce,
    source: TableScanner,
    reference: Reference,
    organisation: str,
    budget: Budget,
    scenarios: Sequence[Scenario],
    *,
    edits: Edits | None = None,
    time_limit: float = 20.0,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[Outcome, ...]:
    """Return the best plan in each scenario, in their order; the workforce must hold what they add."""
    found = []
    for scenario in scenarios:
        say(scenario.name)
        used = scenario.budget or budget
        changed = with_requirements(reference, scenario.added)
        people = _changed(workforce, scenario, reference, used)
        problem = plan_problem(people, source, changed, organisation, used, edits)
        found.append(Outcome(scenario, len(people), propose(problem, name=scenario.name, time_limit=time_limit)))
    return tuple(found)


def table(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return a row a scenario: people, what is closed and of how much, hours, money, courses, bound."""
    return [
        {
            "scenario": one.scenario.name,
            "people": one.people,
            "needed": one.plan.effect.needed,
            "closed": one.plan.effect.closed,
            "critical_needed": one.plan.effect.critical_needed,
            "critical_closed": one.plan.effect.critical_closed,
            "share_closed": one.plan.effect.closed / max(one.plan.effect.needed, 1e-9),
            "hours": one.plan.effect.hours,
            "money": one.plan.effect.money,
            "courses": one.plan.effect.courses,
            "bound": one.plan.bound,
            "status": one.plan.status,
        }
        for one in outcomes
    ]


def with_requirements(reference: Reference, added: Mapping[str, tuple[Requirement, ...]]) -> Reference:
    """Return the reference data in which positions require more; ``NotFoundError`` for an unknown position."""
    roles, positions = dict(reference.roles), dict(reference.positions)
    for position, needs in added.items():
        if position not in positions:
            raise NotFoundError(f"no position {position!r}", "the id of a position", "check the id")
        role = f"scheme:{position}"
        roles[role] = Role(role, "Added by a scenario", None, {}, tuple(replace(need, role=role) for need in needs))
        positions[position] = replace(positions[position], roles=(*positions[position].roles, role))
    return replace(reference, roles=roles, positions=positions)


def _changed(workforce: Workforce, scenario: Scenario, reference: Reference, budget: Budget) -> Workforce:
    people = workforce.people
    stays = ~people["learner_id"].is_in(list(scenario.leaving)).to_numpy()
    if scenario.retire_after_years is not None:
        since = np.datetime64(budget.end) - np.timedelta64(round(scenario.retire_after_years * 365.25), "D")
        joined = people["joined_on"].to_numpy()
        stays &= ~(joined <= since)  # where it is unknown when somebody joined, the person stays
    unknown = [one for one in scenario.transfers.values() if one not in reference.positions]
    if unknown:
        raise NotFoundError(f"no position {unknown[0]!r}", "the id of a position", "check the id")
    moved = people.with_columns(
        position_id=pl.col("learner_id").replace_strict(
            dict(scenario.transfers) or {"": ""}, default=pl.col("position_id"), return_dtype=pl.String
        )
    )
    return replace(workforce, people=moved).only(stays)


__all__ = ["Outcome", "Scenario", "compare", "table", "with_requirements"]
