"""From requirements and beliefs to weighted steps: each step is worth its weight times P(not yet held)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from features.reference import Requirement
from recommender.gaps import SURE
from recommender.paths.candidates import Levelled
from recommender.paths.problem import Need

GRAIN = 0.05
"""Weights are rounded to this, so that learners in the same situation pose the same problem."""


def base_levels(state: Levelled, competencies: Iterable[str]) -> dict[str, int]:
    """Return for each competency the highest level that is held for sure."""
    return {competency: state.belief(competency).held(SURE) for competency in competencies}


def weighted_needs(state: Levelled, requirements: Iterable[Requirement], base: Mapping[str, int]) -> tuple[Need, ...]:
    """Return the steps from the base to the required level, in order of competency and level."""
    needs = []
    for requirement in sorted(requirements, key=lambda need: need.competency):
        belief = state.belief(requirement.competency)
        for step in range(base.get(requirement.competency, 0) + 1, requirement.level + 1):
            weight = max(GRAIN, round(requirement.weight * (1 - belief.p_at_least(step)) / GRAIN) * GRAIN)
            needs.append(Need(requirement.competency, step, round(weight, 6), requirement.critical))
    return tuple(needs)
