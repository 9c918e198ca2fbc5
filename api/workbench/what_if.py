"""What if: the same plan under other budgets, after retirements, with a new scheme, or with transfers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.workbench.desk import Desk
from api.workbench.drafting import wish_of
from features.errors import NotFoundError
from features.reference import Requirement
from features.store.drafts import PlanDraft
from recommender.planning.plan_problem import Budget
from recommender.planning.scenarios import Scenario, compare

_SHARE_OF_DEADLINE = 1.2
_MOST_BUDGETS = 8


@dataclass(frozen=True, slots=True)
class Scheme:
    """A competency that a new scheme will ask of a post."""

    position: str
    competency: str
    level: int
    critical: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be different; each part makes a scenario of its own."""

    hours: tuple[float, ...] = ()
    """Hours a head instead of the plan's."""
    retire_after_years: float | None = None
    """People who will have served so long by the end of the plan leave."""
    scheme: Scheme | None = None
    transfers: tuple[tuple[str, str], ...] = ()
    """Learner and the position that the learner goes to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the best plan does in one scenario."""

    kind: str
    """``now``, ``hours``, ``retirements``, ``scheme`` or ``transfers``."""
    hours_budget: float
    people: int
    needed: float
    closed: float
    critical_needed: float
    critical_closed: float
    hours: float
    courses: int
    bound: float
    status: str

    @property
    def share(self) -> float:
        """Share of the weighted steps that is closed."""
        return self.closed / max(self.needed, 1e-9)


def what_if(desk: Desk, draft: PlanDraft, asked: Question) -> tuple[Outcome, ...]:
    """Return what the best plan under the draft's settings does today, and in each scenario.

    Raises
    ------
    NotFoundError
        If a transfer or the scheme names what is not there.
    """
    people, reference, wish = desk.people(draft.organisation), desk.reference, wish_of(draft)
    _check(asked, set(people.people["learner_id"]), set(people.competencies))
    pairs = _scenarios(asked, wish.budget)
    seconds = _SHARE_OF_DEADLINE * desk.service.settings.deadline / len(pairs)
    outcomes = compare(
        people, desk.snapshot, reference, draft.organisation, wish.budget, [one for _, one in pairs],
        edits=wish.edits, time_limit=seconds,
    )  # fmt: skip
    return tuple(
        Outcome(
            kind=kind,
            hours_budget=(one.scenario.budget or wish.budget).hours,
            people=one.people,
            needed=one.plan.effect.needed,
            closed=one.plan.effect.closed,
            critical_needed=one.plan.effect.critical_needed,
            critical_closed=one.plan.effect.critical_closed,
            hours=one.plan.effect.hours,
            courses=one.plan.effect.courses,
            bound=one.plan.bound,
            status=one.plan.status,
        )
        for (kind, _), one in zip(pairs, outcomes, strict=True)
    )


def _scenarios(asked: Question, budget: Budget) -> Sequence[tuple[str, Scenario]]:
    found = [("now", Scenario("now"))]
    for hours in asked.hours[:_MOST_BUDGETS]:
        most = None if budget.most is None else max(budget.most, hours)
        found.append(("hours", Scenario(f"{hours:g} hours", replace(budget, hours=hours, most=most))))
    if asked.retire_after_years is not None:
        found.append(("retirements", Scenario("retirements", retire_after_years=asked.retire_after_years)))
    if asked.scheme is not None:
        one = asked.scheme
        need = Requirement("scheme", None, one.competency, one.level, 2.0 if one.critical else 1.0, one.critical)
        found.append(("scheme", Scenario("scheme", added={one.position: (need,)})))
    if asked.transfers:
        found.append(("transfers", Scenario("transfers", transfers=dict(asked.transfers))))
    return found


def _check(asked: Question, learners: set[str], competencies: set[str]) -> None:
    strangers = [learner for learner, _ in asked.transfers if learner not in learners]
    if strangers:
        raise NotFoundError(f"learner {strangers[0]!r}", "somebody of the organisation", "check the id")
    if asked.scheme is not None and asked.scheme.competency not in competencies:
        raise NotFoundError(
            f"competency {asked.scheme.competency!r}", "one that some post requires", "choose one from the list"
        )
