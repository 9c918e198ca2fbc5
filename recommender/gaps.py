"""Gaps: what a position, or any role, requires, against what the learner is believed to hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from features.errors import NotFoundError
from features.records import LearnerRecord
from features.reference import Reference, Requirement
from recommender.state import CompetencyState

SURE = 0.9
"""A level counts as held from this probability on."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A requirement beside the state."""

    competency: str
    name: str
    required: int
    p_met: float
    """P(level at or above the required one), 0 to 1."""
    expected_level: float
    missing: float
    """Expected number of missing steps, 0 to ``required``."""
    weight: float
    critical: bool
    known: bool
    """Whether any evidence speaks; unknown is not zero."""
    role: str
    activity: str | None

    @property
    def met(self) -> bool:
        """Whether the required level is held for sure."""
        return self.p_met >= SURE


def gaps(state: CompetencyState, requirements: Iterable[Requirement], reference: Reference) -> tuple[Gap, ...]:
    """Return every requirement with its gap, worst first: critical ones, then by weight times missing steps.

    For what a later date will require, pass the state at that date and the requirements of the later position.
    """
    found = [_gap(state, need, reference) for need in requirements]
    return tuple(sorted(found, key=lambda g: (g.met, not g.critical, -g.weight * g.missing, g.competency)))


def requirements_for(
    record: LearnerRecord, reference: Reference, *, role: str | None = None, position: str | None = None
) -> tuple[Requirement, ...]:
    """Return what a role or a position requires, by default the learner's own position; nothing where it is unknown.

    Raises
    ------
    NotFoundError
        If the role or the position does not exist.
    """
    if role is not None:
        if role not in reference.roles:
            raise NotFoundError(f"no role {role!r}", "the id of a role", "list the roles with GET /v1/roles")
        return reference.requirements_of_roles([role])
    if position is not None:
        if position not in reference.positions:
            raise NotFoundError(f"no position {position!r}", "the id of a position", "check the id")
        return reference.requirements_of_position(position)
    learner = record.learner
    own = reference.position_of(learner.position, learner.designation, learner.organisation)
    return reference.requirements_of_position(own.id) if own else ()


def _gap(state: CompetencyState, need: Requirement, reference: Reference) -> Gap:
    belief = state.belief(need.competency)
    competency = reference.competencies.get(need.competency)
    return Gap(
        competency=need.competency,
        name=competency.name if competency else need.competency,
        required=need.level,
        p_met=belief.p_at_least(need.level),
        expected_level=belief.expected,
        missing=sum(1 - belief.p_at_least(step) for step in range(1, need.level + 1)),
        weight=need.weight,
        critical=need.critical,
        known=belief.known,
        role=need.role,
        activity=need.activity,
    )
