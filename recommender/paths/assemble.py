"""From a solved problem to a path: order, dates and reasons of each course."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from features.records import LearnerRecord
from features.reference import Reference, Requirement
from recommender.paths.closing import closed_steps, worth
from recommender.paths.conflict import least_hours
from recommender.paths.duties import Mandate
from recommender.paths.path import Path, PathItem, PathSettings, StepClosed
from recommender.paths.problem import Problem
from recommender.paths.reasons import Fact, Reason
from recommender.paths.repair import repair
from recommender.paths.schedule import Placed, calendar, ordered
from recommender.paths.solution import Solution
from recommender.paths.solve import relaxed, solve
from recommender.state import CompetencyState

INTERESTING = 0.5
"""From this share of the highest interest on, interest is told as a reason."""


class Assembler:
    """Makes the path of one learner from a problem."""

    def __init__(
        self,
        kind: Literal["guided", "desirable"],
        record: LearnerRecord,
        reference: Reference,
        state: CompetencyState,
        at: datetime,
        settings: PathSettings,
        solver: Callable[[Problem, float], Solution] = solve,
    ) -> None:
        self.solve = solver
        self.kind: Literal["guided", "desirable"] = kind
        self.record, self.reference, self.state, self.at, self.settings = record, reference, state, at, settings
        self.mandates: Sequence[Mandate] = ()
        self.requirements: Mapping[str, Requirement] = {}
        self.aspiration: str | None = None
        self.refused: Mapping[str, str] = {}

    def path(self, problem: Problem, facts: Mapping[str, Fact] | None = None) -> Path:
        """Solve, order and explain; where duties do not fit, show the cheapest way out beside the conflict."""
        solution = self._solved(problem)
        shown = solution
        if solution.status == "infeasible":
            shown = solve(relaxed(problem, least_hours(problem, problem.duties)), self.settings.time_limit)
        due = {one: m.due_on for m in self.mandates if m.due_on is not None for one in m.duty.courses}
        order = ordered(problem, shown.chosen, due)
        placed = calendar(problem, order, self.at, self.settings.hours_a_month, self._sessions())
        asked = _asked_by(self.mandates, problem, [course for course, _ in order])
        everything = closed_steps(problem, [course.id for course in problem.courses])
        return Path(
            kind=self.kind,
            items=tuple(self._item(p, n, asked.get(p.course, ()), (problem, shown)) for n, p in enumerate(placed, 1)),
            hours=round(shown.hours, 6),
            status=solution.status,
            value=shown.value,
            bound=shown.bound,
            conflict=solution.conflict,
            facts={
                "closable": worth(problem.needs, everything),
                "wanted": sum(need.weight for need in problem.needs),
                "closed": worth(problem.needs, shown.closed),
                **(facts or {}),
            },
            problem=problem,
            refused=self.refused,
        )

    def _solved(self, problem: Problem) -> Solution:
        if not self.settings.keep:
            return self.solve(problem, self.settings.time_limit)
        return repair(problem, self.settings.keep, self.settings.time_limit).solution

    def _sessions(self) -> Mapping[str, tuple[datetime, ...]]:
        return {
            course: tuple(s.starts_on for s in sessions if s.starts_on >= self.at and s.seats > 0)
            for course, sessions in self.settings.sessions.items()
        }

    def _item(
        self, place: Placed, position: int, asked: Sequence[Mandate], solved: tuple[Problem, Solution]
    ) -> PathItem:
        course = solved[0].by_id[place.course]
        due = min((mandate.due_on for mandate in asked if mandate.due_on is not None), default=None)
        return PathItem(
            course=place.course,
            position=position,
            starts_on=place.starts_on,
            ends_on=place.ends_on,
            due_on=due,
            hours=round(course.hours, 6),
            mandatory=bool(asked),
            closes=tuple(StepClosed(competency, level) for competency, level in place.closes),
            reasons=self._reasons(place, asked, *solved),
        )

    def _reasons(
        self, place: Placed, asked: Sequence[Mandate], problem: Problem, solution: Solution
    ) -> tuple[Reason, ...]:
        reasons = [mandate.reason for mandate in asked]
        reasons += [self._step_reason(competency, level) for competency, level in place.closes]
        reasons += self._prerequisite_of(place.course, problem, solution)
        course = problem.by_id[place.course]
        enrolment = next((e for e in self.record.enrolments if e.course == place.course), None)
        if enrolment is not None and enrolment.progress:
            reasons.append(Reason("started", {"hours": course.hours, "progress": enrolment.progress}))
        if place.course in self.settings.keep:
            reasons.append(Reason("kept", {"course": place.course}))
        if course.outside:
            organisation = self.reference.courses[place.course].organisation or ""
            known = self.reference.organisations.get(organisation)
            name = known.name if known else organisation
            reasons.append(Reason("outside_silo", {"organisation": organisation, "organisation_name": name}))
        most = max((other.interest for other in problem.courses), default=0.0)
        if not reasons or (most > 0 and course.interest >= INTERESTING * most):
            chose = any(enrolment.is_preference for enrolment in self.record.enrolments)
            reasons.append(Reason("interest" if chose else "suits_profile", {"interest": course.interest}))
        return tuple(reasons)

    def _step_reason(self, competency: str, level: int) -> Reason:
        belief = self.state.belief(competency)
        known = self.reference.competencies.get(competency)
        p_held = belief.p_at_least(level)
        facts: dict[str, Fact] = {
            "competency": competency,
            "competency_name": known.name if known else competency,
            "level": level,
            "p_held": p_held,
            "percent": round(100 * p_held),
            "evidence": len(belief.evidence),
        }
        if self.aspiration is not None:
            return Reason("aspired_step", {**facts, "aspiration": self.aspiration})
        need = self.requirements[competency]
        role = self.reference.roles.get(need.role)
        activity = role.activities.get(need.activity or "") if role else None
        facts.update(
            required=need.level, role=need.role, role_name=role.name if role else need.role,
            activity=need.activity, activity_name=activity,
        )  # fmt: skip
        code = "closes_critical_step" if need.critical else "closes_step"
        return Reason(code if belief.known else f"{code}_unknown", facts)

    def _prerequisite_of(self, course: str, problem: Problem, solution: Solution) -> list[Reason]:
        reasons = []
        for other in solution.chosen:
            groups = problem.by_id[other].requires
            needed = (g for g in groups if not any(one in problem.held for one in g))
            if any(course in problem.stand_ins(group) for group in needed):
                name = self.reference.courses[other].name
                reasons.append(Reason("prerequisite", {"course": other, "course_name": name}))
        return reasons


def _asked_by(mandates: Sequence[Mandate], problem: Problem, order: Sequence[str]) -> Mapping[str, tuple[Mandate, ...]]:
    """Return for each course the duties that it is counted towards; what goes beyond a duty is not mandated by it."""
    found: dict[str, tuple[Mandate, ...]] = {}
    for mandate in mandates:
        count, hours = mandate.duty.count if not mandate.duty.hours else 0, mandate.duty.hours
        allowed = set(problem.stand_ins(mandate.duty.courses))
        for one in order:
            if one in allowed and (count > 0 or hours > 0):
                found[one] = (*found.get(one, ()), mandate)
                count, hours = count - 1, hours - problem.by_id[one].hours
    return found
