"""The annual plan as a problem: groups of people with equal jobs, what they lack, and the courses that could close it.

A *group* holds one position (a group is what a plan can name). Inside it, for each required competency, people with
the same held level who can take the same courses make a *cohort*: what a set of courses closes for a cohort does not
depend on anything else about its people, so sums over cohorts are exact sums over people.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.errors import ConflictError, NotFoundError
from features.interactions import TableScanner
from features.reference import Course, Reference, Requirement
from features.schema import MAX_LEVEL
from recommender.paths.candidates import any_version, taught_steps
from recommender.planning.patterns import alike
from recommender.planning.workforce import Workforce


@dataclass(frozen=True, slots=True)
class Budget:
    """What a plan may use."""

    hours: float
    """Hours a head: all people together get at most that many times their number."""
    begin: date
    end: date
    """Everything is due by then."""
    most: float | None = None
    """Hours that any one person gets at most; ``None``: ``hours``."""
    money: float | None = None
    """Rupees for fees; ``None``: courses without a fee only."""
    seats: Mapping[str, int] = field(default_factory=dict)
    """Seats of courses that have few, by course id."""
    elective_share: float = 1.0
    """Share of the hours that may go into what closes no critical gap, 0 to 1."""

    def __post_init__(self) -> None:
        if not 0 < self.hours <= 2000 or self.end <= self.begin:
            raise ConflictError(
                f"{self.hours:g} hours a head from {self.begin} to {self.end}",
                "hours above 0, and an end after the beginning", "correct the budget",
            )  # fmt: skip

    @property
    def hours_a_person(self) -> float:
        """Hours that any one person gets at most."""
        return self.hours if self.most is None else self.most

    @property
    def months(self) -> int:
        """Months from the beginning to the end, at least one."""
        return max(1, (self.end.year - self.begin.year) * 12 + self.end.month - self.begin.month)


@dataclass(frozen=True, slots=True)
class Edits:
    """What the planner changed by hand; a pair is (group or ``"*"``, course)."""

    include: frozenset[tuple[str, str]] = frozenset()
    exclude: frozenset[tuple[str, str]] = frozenset()
    mandatory: frozenset[tuple[str, str]] = frozenset()
    elective: frozenset[tuple[str, str]] = frozenset()

    def has(self, pairs: Collection[tuple[str, str]], group: str, course: str) -> bool:
        """Whether the pair, or the course for everybody, is among them."""
        return (group, course) in pairs or ("*", course) in pairs


@dataclass(frozen=True, slots=True)
class Cohort:
    """People of a group who are alike in one competency."""

    group: int
    competency: str
    critical: bool
    base: int
    """Level held for sure."""
    people: int
    courses: frozenset[int]
    """Numbers of the courses that teach the competency and that they can take."""
    weights: tuple[float, ...]
    """Worth of each step from ``base + 1`` up: the requirement's weight times the expected people who lack it."""
    lack: tuple[float, ...]
    """Expected people who lack each step."""


@dataclass(frozen=True)
class Group:
    """People with one position, or those of them whose gaps are alike."""

    id: str
    """The position's id; with the number of the pattern behind a slash where the position has several."""
    position: str
    designation: str
    learners: tuple[str, ...]
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True)
class PlanProblem:
    """Everything the solver is told."""

    organisation: str
    groups: tuple[Group, ...]
    courses: tuple[Course, ...]
    takers: NDArray[np.int64]
    """People of each group who would take each course at most, shape (groups, courses): the others hold it, completed
    it, cannot read it or may not take it."""
    takes: tuple[NDArray[np.bool_], ...]
    """For each group who takes what at most, shape (people of the group, courses): also as somebody's prerequisite."""
    gains: tuple[NDArray[np.bool_], ...]
    """The same without prerequisites: who would take a course for what it teaches."""
    cohorts: tuple[Cohort, ...]
    critical: NDArray[np.bool_]
    """Whether a course teaches the group a critical step, shape (groups, courses)."""
    requires: Mapping[tuple[int, int], tuple[frozenset[int], ...]]
    """For a group and course the prerequisites that are left: one course of each set must be in the plan."""
    alike: tuple[frozenset[int], ...]
    """Sets of courses of which one is enough."""
    taught: Mapping[int, frozenset[tuple[str, int]]]
    """Steps each course takes learners through."""
    budget: Budget
    edits: Edits

    @cached_property
    def people(self) -> int:
        """How many people the plan is for."""
        return sum(len(group.learners) for group in self.groups)

    @cached_property
    def number(self) -> Mapping[str, int]:
        """Column of each course."""
        return {course.id: n for n, course in enumerate(self.courses)}

    @property
    def hours(self) -> NDArray[np.float64]:
        """Hours of each course."""
        return np.array([course.hours for course in self.courses], dtype=np.float64)

    @property
    def costs(self) -> NDArray[np.float64]:
        """Fee of each course in rupees."""
        return np.array([course.cost for course in self.courses], dtype=np.float64)


def plan_problem(
    workforce: Workforce,
    source: TableScanner,
    reference: Reference,
    organisation: str,
    budget: Budget,
    edits: Edits | None = None,
    *,
    patterns: int = 1,
) -> PlanProblem:
    """Return the problem of an organisation's people.

    Parameters
    ----------
    workforce
        The organisation's people (``workforce(..., organisation=...)``).
    source
        The snapshot, for what they completed.
    reference, organisation
        Requirements and catalogue, and whose plan it is.
    budget, edits
        What it may use, and what the planner fixed by hand.
    patterns
        Groups of people with alike gaps that a position is cut into at most. With one, everybody in a position gets
        the same courses (but for those who do not need them); with more, hours go where they close more.

    Raises
    ------
    NotFoundError
        If the organisation does not exist, or nobody there holds a position with requirements.
    """
    if organisation not in reference.organisations:
        raise NotFoundError(f"no organisation {organisation!r}", "the id of an organisation", "check the id")
    made = edits or Edits()
    groups, rows = _groups(workforce, reference)
    if not groups:
        raise NotFoundError(
            f"nobody in {organisation} with a position that requires anything",
            "people whose positions have requirements", "import positions and roles, or plan for another organisation",
        )  # fmt: skip
    at = datetime(budget.begin.year, budget.begin.month, budget.begin.day)
    courses = _candidates(reference, groups, at, budget, made)
    builder = _Builder(workforce, source, reference, groups, rows, courses)
    return builder.cut(patterns).problem(organisation, budget, made)


def _groups(workforce: Workforce, reference: Reference) -> tuple[tuple[Group, ...], list[NDArray[np.int64]]]:
    people = workforce.people.with_row_index("row").filter(pl.col("position_id").is_in(list(reference.positions)))
    groups, rows = [], []
    for (position,), some in sorted(people.partition_by("position_id", as_dict=True).items()):
        needs = tuple(
            n for n in reference.requirements_of_position(str(position)) if n.competency in workforce.competencies
        )
        if needs:
            title = reference.positions[str(position)].designation
            groups.append(Group(str(position), str(position), title, tuple(some["learner_id"]), needs))
            rows.append(some["row"].to_numpy().astype(np.int64))
    return tuple(groups), rows


def _candidates(
    reference: Reference, groups: Sequence[Group], at: datetime, budget: Budget, edits: Edits
) -> tuple[Course, ...]:
    """Return the courses that teach a required step, with what they require; and what the planner put in."""
    steps = {(n.competency, s) for g in groups for n in g.requirements for s in range(1, n.level + 1)}
    forced = {course for _, course in edits.include}
    unknown = sorted(forced - reference.courses.keys())
    if unknown:
        raise NotFoundError(f"no course {unknown[0]!r}", "the id of a course of the catalogue", "check the id")
    paid = budget.money is not None
    usable = {c.id: c for c in reference.courses.values() if c.is_live(at) and (paid or not (c.cost > 0 or c.external))}
    found = {one for one, course in usable.items() if not steps.isdisjoint(taught_steps(course))}
    found |= {one for one in forced if one in usable}
    waiting = list(found)
    while waiting:
        for group in usable[waiting.pop()].requires:
            new = {one for one in any_version(group, reference) if one in usable} - found
            found |= new
            waiting.extend(new)
    return tuple(usable[one] for one in sorted(found))


@dataclass(frozen=True)
class _Builder:
    workforce: Workforce
    source: TableScanner
    reference: Reference
    groups: tuple[Group, ...]
    rows: list[NDArray[np.int64]]
    courses: tuple[Course, ...]

    @cached_property
    def open_to(self) -> NDArray[np.bool_]:
        """Who can take what, shape (people, courses)."""
        return self._open({course.id: n for n, course in enumerate(self.courses)})

    def cut(self, patterns: int) -> _Builder:
        """Return the same with each position cut into at most so many groups of people whose gaps are alike."""
        if patterns <= 1:
            return self
        groups, rows = [], []
        for group, own in zip(self.groups, self.rows, strict=True):
            member = alike(self._gains(group, own), patterns)
            for number in range(int(member.max()) + 1):
                some = np.flatnonzero(member == number)
                learners = tuple(group.learners[n] for n in some)
                name = f"{group.id}/{number + 1}"
                groups.append(Group(name, group.position, group.designation, learners, group.requirements))
                rows.append(own[some])
        return replace(self, groups=tuple(groups), rows=rows)

    def _gains(self, group: Group, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what each course is worth to each person by itself, shape (people, courses)."""
        column = {competency: n for n, competency in enumerate(self.workforce.competencies)}
        base = self.workforce.base()[rows]
        worth = np.zeros((len(rows), len(self.courses)))
        needs = {need.competency: need for need in group.requirements}
        for n, course in enumerate(self.courses):
            for competency, step in taught_steps(course):
                need = needs.get(competency)
                if need is not None and step <= need.level:
                    k = column[competency]
                    lacks = 1.0 - self.workforce.held[rows, k, step - 1].astype(np.float64)
                    worth[:, n] += need.weight * np.where(base[:, k] < step, lacks, 0.0)
        return worth * self.open_to[rows]

    def problem(self, organisation: str, budget: Budget, edits: Edits) -> PlanProblem:
        """Return the problem."""
        number = {course.id: n for n, course in enumerate(self.courses)}
        taught = {n: taught_steps(course) for n, course in enumerate(self.courses)}
        base = self.workforce.base()
        column = {competency: n for n, competency in enumerate(self.workforce.competencies)}
        open_to = self.open_to
        takes, gains, cohorts, critical = [], [], [], np.zeros((len(self.groups), len(self.courses)), dtype=np.bool_)
        for g, (group, rows) in enumerate(zip(self.groups, self.rows, strict=True)):
            useful = np.zeros((len(rows), len(self.courses)), dtype=np.bool_)
            for need in group.requirements:
                held = base[rows, column[need.competency]]
                teaching = [n for n, steps in taught.items() if any((need.competency, s) in steps for s in _upto(need))]
                for n in teaching:
                    top = max(s for k, s in taught[n] if k == need.competency and s <= need.level)
                    useful[:, n] |= held < top
                critical[g, teaching] |= need.critical
                chances = self.workforce.held[rows, column[need.competency]]
                cohorts += _cohorts(g, need, held, open_to[rows][:, teaching], teaching, chances)
            useful[:, [n for n, c in enumerate(self.courses) if edits.has(edits.include, group.id, c.id)]] = True
            gains.append(useful & open_to[rows])
            self._spread_to_required(useful, base[rows], number)
            takes.append(useful & open_to[rows])
        families: dict[str, set[int]] = {}
        for n, course in enumerate(self.courses):
            families.setdefault(self.reference.family(course), set()).add(n)
        return PlanProblem(
            organisation=organisation,
            groups=self.groups,
            courses=self.courses,
            takers=np.array([one.sum(axis=0) for one in takes], dtype=np.int64).reshape(len(takes), len(self.courses)),
            takes=tuple(takes),
            gains=tuple(gains),
            cohorts=tuple(cohorts),
            critical=critical,
            requires=self._requires(number, takes, open_to),
            alike=tuple(frozenset(one) for one in families.values() if len(one) > 1),
            taught=taught,
            budget=budget,
            edits=edits,
        )

    def _spread_to_required(self, useful: NDArray[np.bool_], base: NDArray[np.int8], number: Mapping[str, int]) -> None:
        """Let whoever takes a course take what it requires, too, unless they hold all that it teaches."""
        waiting = [int(n) for n in np.flatnonzero(useful.any(axis=0))]
        while waiting:
            n = waiting.pop()
            for group in self.courses[n].requires:
                for other in (number[v] for v in any_version(group, self.reference) if v in number):
                    more = useful[:, n] & ~useful[:, other] & ~self._holds(base, self.courses[other])
                    if more.any():
                        useful[:, other] |= more
                        waiting.append(other)

    def _holds(self, base: NDArray[np.int8], course: Course) -> NDArray[np.bool_]:
        """Return who holds every level that the course leads to."""
        column = {competency: n for n, competency in enumerate(self.workforce.competencies)}
        if not course.teaches or any(t.competency not in column for t in course.teaches):
            return np.zeros(len(base), dtype=np.bool_)
        held = [base[:, column[t.competency]] >= t.to_level for t in course.teaches]
        return np.asarray(np.all(held, axis=0), dtype=np.bool_)

    def _open(self, number: Mapping[str, int]) -> NDArray[np.bool_]:
        """Return who can take what: not completed in any version, readable, not closed to them."""
        people = self.workforce.people
        allowed = np.ones((people.height, len(self.courses)), dtype=np.bool_)
        rows = pl.LazyFrame({"learner_id": people["learner_id"]}).with_row_index("row")
        done = (
            self.source.scan("enrolments").filter(pl.col("status") == "completed").select("learner_id", "course_id")
            .join(rows, on="learner_id").collect()
        )  # fmt: skip
        for (one,), some in done.partition_by("course_id", as_dict=True).items():
            versions = [number[v] for v in self.reference.alike.get(str(one), (str(one),)) if v in number]
            allowed[some["row"].to_numpy()[:, None], versions] = False
        reading = people.with_row_index("row").with_columns(pl.col("languages").list.join(","))
        for (languages,), some in reading.partition_by("languages", as_dict=True).items():
            spoken = set(str(languages).split(",")) if languages else set()
            unread = [
                n for n, c in enumerate(self.courses) if spoken and c.languages and spoken.isdisjoint(c.languages)
            ]
            allowed[some["row"].to_numpy()[:, None], unread] = False
        verified = people["verified"].fill_null(value=False).to_numpy()
        for n, course in enumerate(self.courses):
            if course.restricted:
                inside = people["organisation_id"].is_in(list(course.entitled)).to_numpy()
                allowed[:, n] &= verified & (inside if course.entitled else True)
        return allowed

    def _requires(
        self, number: Mapping[str, int], takes: Sequence[NDArray[np.bool_]], open_to: NDArray[np.bool_]
    ) -> dict[tuple[int, int], tuple[frozenset[int], ...]]:
        """Return what is left of prerequisites: a group is waived where hardly any taker still lacks it."""
        left: dict[tuple[int, int], tuple[frozenset[int], ...]] = {}
        for n, course in enumerate(self.courses):
            for g, rows in enumerate(self.rows) if course.requires else ():
                who = takes[g][:, n]
                groups = []
                for one in course.requires:
                    options = frozenset(number[v] for v in any_version(one, self.reference) if v in number) - {n}
                    lacking = (
                        takes[g][:, sorted(options)].all(axis=1) if options else np.ones(len(rows), dtype=np.bool_)
                    )
                    if (lacking & who).sum() > _WAIVED * max(1, who.sum()):
                        groups.append(options)
                if groups:
                    left[g, n] = tuple(groups)
        return left


_WAIVED = 0.1
"""Where at most this share of the takers lacks a prerequisite, the plan need not hold it for everybody."""


def _upto(need: Requirement) -> range:
    return range(1, need.level + 1)


def _cohorts(
    group: int, need: Requirement, held: NDArray[np.int8], allowed: NDArray[np.bool_], teaching: Sequence[int],
    chances: NDArray[np.float32],
) -> list[Cohort]:  # fmt: skip
    """Return the cohorts of one competency: people by level held and by the courses they can take."""
    keys = np.column_stack([np.minimum(held, need.level), allowed.astype(np.int8)])
    kinds, member = np.unique(keys, axis=0, return_inverse=True)
    lack = np.zeros((len(kinds), MAX_LEVEL))
    np.add.at(lack, member.ravel(), 1.0 - chances.astype(np.float64))
    counts = np.bincount(member.ravel(), minlength=len(kinds))
    found = []
    for kind, row, people in zip(kinds, lack, counts, strict=True):
        base = int(kind[0])
        missing = tuple(float(value) for value in row[base : need.level])
        open_courses = frozenset(n for n, may in zip(teaching, kind[1:], strict=True) if may)
        weights = tuple(need.weight * value for value in missing)
        if missing:
            found.append(
                Cohort(group, need.competency, need.critical, base, int(people), open_courses, weights, missing)
            )
    return found
