"""The reference data of a snapshot as plain objects: organisations, competencies, roles, positions, courses, rules.

It is small (thousands of rows), so it is read once and looked up by id; learners are many and are not in it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from features.schema import TABLES

REFERENCE_TABLES = (
    "organisations", "frameworks", "competencies", "competency_aliases", "roles", "activities", "requirements",
    "positions", "position_roles", "designations", "courses", "teaches", "prerequisites", "plans", "rules",
)  # fmt: skip


class TableSource(Protocol):
    """Anything that hands out tables of the warehouse by name (a snapshot, a bundle)."""

    def read(self, table: str) -> pl.DataFrame:
        """Return the whole table."""
        ...


@dataclass(frozen=True, slots=True)
class Organisation:
    """A ministry, department or other body."""

    id: str
    name: str
    parent: str | None
    kind: str | None


@dataclass(frozen=True, slots=True)
class Competency:
    """A leaf of a competency framework."""

    id: str
    name: str
    framework: str
    area: str | None
    theme: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class Requirement:
    """A competency and level that a role needs."""

    role: str
    activity: str | None
    competency: str
    level: int
    weight: float
    critical: bool
    source: str | None = None
    """Who says so."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role, its activities (id to name) and what it needs."""

    id: str
    name: str
    description: str | None
    activities: Mapping[str, str]
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """A designation in an organisation (``None``: in any)."""

    id: str
    organisation: str | None
    designation: str
    group: str | None
    roles: tuple[str, ...]
    wing: str | None = None
    """Wing, division or section."""


@dataclass(frozen=True, slots=True)
class Teaches:
    """A competency that a course teaches, from which level to which, and how sure that is (0 to 1)."""

    competency: str
    from_level: int
    to_level: int
    confidence: float
    source: str | None = None
    """Who says so: ``tag``, ``inferred`` or ``confirmed``; ``None``: the import does not tell."""


@dataclass(frozen=True, slots=True)
class Course:
    """Anything that teaches."""

    id: str
    name: str
    description: str | None
    category: str
    status: str
    hours: float
    languages: tuple[str, ...]
    base: str | None
    equivalence: str | None
    provider: str | None
    organisation: str | None
    cost: float
    external: bool
    restricted: bool
    rating: float | None
    published_on: datetime | None
    retired_on: datetime | None
    teaches: tuple[Teaches, ...]
    requires: tuple[tuple[str, ...], ...]
    """AND of ORs over course ids."""
    entitled: tuple[str, ...] = ()
    """Organisations whose verified learners may take it where it is restricted; none named: those of any."""

    @property
    def is_assessment(self) -> bool:
        """Whether it tests and does not teach; its tags say what it is evidence of."""
        return "assessment" in self.category.casefold()

    def is_live(self, at: datetime) -> bool:
        """Whether the course can be taken at that moment."""
        published = self.published_on is None or self.published_on <= at
        return self.status == "live" and published and (self.retired_on is None or at < self.retired_on)


@dataclass(frozen=True, slots=True)
class PlanItem:
    """A course that a plan assigns to an organisation, a designation in it, or one learner."""

    plan: str
    organisation: str
    name: str | None
    scope: str
    scope_value: str
    course: str
    mandatory: bool
    allocated_on: datetime | None
    due_on: datetime | None
    apar: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A duty as data."""

    id: str
    version: str
    title: str
    citation: str
    kind: str
    scope: Mapping[str, Any]
    parameters: Mapping[str, Any]
    valid_from: date | None
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Reference:
    """All reference data, by id."""

    organisations: Mapping[str, Organisation]
    competencies: Mapping[str, Competency]
    roles: Mapping[str, Role]
    positions: Mapping[str, Position]
    courses: Mapping[str, Course]
    plans: tuple[PlanItem, ...] = ()
    rules: tuple[Rule, ...] = ()
    titles: Mapping[tuple[str, str | None], str] = field(default_factory=dict)
    """Further titles of positions: (designation in lower case, organisation or ``None`` for all) to position."""

    @classmethod
    def load(cls, source: TableSource) -> Reference:
        """Read the reference tables of a snapshot or a bundle."""
        return cls(
            organisations={o.id: o for o in _organisations(source)},
            competencies={c.id: c for c in _competencies(source)},
            roles={r.id: r for r in _roles(source)},
            positions={p.id: p for p in _positions(source)},
            courses={c.id: c for c in _courses(source)},
            plans=tuple(_plans(source)),
            rules=tuple(_rules(source)),
            titles=dict(_titles(source)),
        )

    @cached_property
    def _positions_by_title(self) -> Mapping[tuple[str, str | None], Position]:
        found: dict[tuple[str, str | None], Position] = {}
        for position in self.positions.values():
            found.setdefault((_title(position.designation), position.organisation), position)
        return found

    def position_of(self, position: str | None, designation: str | None, organisation: str | None) -> Position | None:
        """Return the position held: by its id, else by title in the organisation, else by title anywhere.

        What a planner said that a title means goes before what positions are called.
        """
        if position is not None and position in self.positions:
            return self.positions[position]
        if not designation:
            return None
        title = _title(designation)
        for place in (*self.lineage(organisation), None):
            if self.titles.get((title, place)) in self.positions:
                return self.positions[self.titles[title, place]]
            if (title, place) in self._positions_by_title:
                return self._positions_by_title[title, place]
        return None

    def lineage(self, organisation: str | None) -> tuple[str, ...]:
        """Return the organisation and all above it, nearest first."""
        above: list[str] = []
        while organisation is not None and organisation in self.organisations and organisation not in above:
            above.append(organisation)
            organisation = self.organisations[organisation].parent
        return tuple(above)

    def family(self, course: Course) -> str:
        """Return the name that a course shares with its language versions and equivalents."""
        original = self.courses.get(course.base or course.id, course)
        return course.equivalence or original.equivalence or f"base:{original.id}"

    @cached_property
    def alike(self) -> Mapping[str, tuple[str, ...]]:
        """For each course id the courses of which one is enough, itself first, then by id."""
        families: dict[str, list[str]] = defaultdict(list)
        for course in self.courses.values():
            families[self.family(course)].append(course.id)
        return {
            one: (one, *sorted(other for other in family if other != one))
            for family in families.values()
            for one in family
        }

    def requirements_of_roles(self, roles: Iterable[str]) -> tuple[Requirement, ...]:
        """Return what the roles need together: per competency the highest level, then the highest weight."""
        strongest: dict[str, Requirement] = {}
        for role in roles:
            for need in self.roles[role].requirements if role in self.roles else ():
                held = strongest.get(need.competency)
                strongest[need.competency] = need if held is None else _stronger(held, need)
        return tuple(strongest[competency] for competency in sorted(strongest))

    def requirements_of_position(self, position: str) -> tuple[Requirement, ...]:
        """Return what a position needs, over all its roles."""
        return self.requirements_of_roles(self.positions[position].roles)


@dataclass(frozen=True, slots=True)
class TableFolder:
    """A folder with one Parquet file a table."""

    folder: Path

    def read(self, table: str) -> pl.DataFrame:
        """Return the whole table; a table without a file has no rows."""
        path = self.folder / f"{table}.parquet"
        return pl.read_parquet(path) if path.exists() else TABLES[table].empty()


def _stronger(a: Requirement, b: Requirement) -> Requirement:
    best = max(a, b, key=lambda need: (need.level, need.weight))
    return Requirement(
        best.role, best.activity, best.competency, best.level, max(a.weight, b.weight), a.critical or b.critical,
        best.source,
    )  # fmt: skip


def _title(designation: str) -> str:
    return " ".join(designation.casefold().split())


def _organisations(source: TableSource) -> Iterable[Organisation]:
    for r in source.read("organisations").iter_rows(named=True):
        yield Organisation(r["organisation_id"], r["name"], r["parent_id"], r["kind"])


def _competencies(source: TableSource) -> Iterable[Competency]:
    for r in source.read("competencies").iter_rows(named=True):
        yield Competency(r["competency_id"], r["name"], r["framework_id"], r["area"], r["theme"], r["description"])


def _roles(source: TableSource) -> Iterable[Role]:
    activities: dict[str, dict[str, str]] = defaultdict(dict)
    for r in source.read("activities").iter_rows(named=True):
        activities[r["role_id"]][r["activity_id"]] = r["name"]
    needs: dict[str, list[Requirement]] = defaultdict(list)
    for r in source.read("requirements").iter_rows(named=True):
        weight = 1.0 if r["weight"] is None else r["weight"]
        needs[r["role_id"]].append(
            Requirement(
                r["role_id"], r["activity_id"], r["competency_id"], r["level"], weight, bool(r["critical"]), r["source"]
            )
        )
    for r in source.read("roles").iter_rows(named=True):
        role = r["role_id"]
        yield Role(role, r["name"], r["description"], activities[role], tuple(needs[role]))


def _positions(source: TableSource) -> Iterable[Position]:
    roles: dict[str, list[str]] = defaultdict(list)
    for r in source.read("position_roles").iter_rows(named=True):
        roles[r["position_id"]].append(r["role_id"])
    for r in source.read("positions").iter_rows(named=True):
        held = tuple(roles[r["position_id"]])
        yield Position(r["position_id"], r["organisation_id"], r["designation"], r["group"], held, r["wing"])


def _titles(source: TableSource) -> Iterable[tuple[tuple[str, str | None], str]]:
    """Yield what titles mean, what is confirmed last: it goes before what was inferred."""
    said = source.read("designations").filter(pl.col("source").fill_null("") != "rejected")
    for r in said.sort(pl.col("source") == "confirmed", maintain_order=True, nulls_last=False).iter_rows(named=True):
        yield (_title(r["designation"]), r["organisation_id"] or None), r["position_id"]


def _courses(source: TableSource) -> Iterable[Course]:
    taught: dict[str, list[Teaches]] = defaultdict(list)
    for r in source.read("teaches").filter(pl.col("source").fill_null("") != "rejected").iter_rows(named=True):
        taught[r["course_id"]].append(
            Teaches(
                r["competency_id"],
                r["from_level"] or 0,
                1 if r["to_level"] is None else r["to_level"],
                1.0 if r["confidence"] is None else r["confidence"],
                r["source"],
            )
        )
    groups: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for r in source.read("prerequisites").iter_rows(named=True):
        groups[r["course_id"]][r["group"]].append(r["requires_course_id"])
    for r in source.read("courses").iter_rows(named=True):
        course = r["course_id"]
        requires = tuple(tuple(groups[course][g]) for g in sorted(groups[course]))
        yield _course(r, tuple(taught[course]), requires)


def _course(r: Mapping[str, Any], teaches: tuple[Teaches, ...], requires: tuple[tuple[str, ...], ...]) -> Course:
    return Course(
        id=r["course_id"],
        name=r["name"],
        description=r["description"],
        category=r["category"] or "Course",
        status=r["status"] or "live",
        hours=r["hours"] if r["hours"] is not None else 1.0,
        languages=tuple(r["languages"] or ()),
        base=r["base_course_id"],
        equivalence=r["equivalence"],
        provider=r["provider"],
        organisation=r["organisation_id"],
        cost=r["cost"] or 0.0,
        external=bool(r["external"]),
        restricted=bool(r["restricted"]),
        rating=r["rating"],
        published_on=r["published_on"],
        retired_on=r["retired_on"],
        teaches=teaches,
        requires=requires,
        entitled=tuple(r.get("entitled") or ()),
    )


def _plans(source: TableSource) -> Iterable[PlanItem]:
    for r in source.read("plans").iter_rows(named=True):
        yield PlanItem(
            r["plan_id"], r["organisation_id"], r["name"], r["scope"], r["scope_value"], r["course_id"],
            r["mandatory"] is not False, r["allocated_on"], r["due_on"], bool(r["apar"]),
        )  # fmt: skip


def _rules(source: TableSource) -> Iterable[Rule]:
    for r in source.read("rules").iter_rows(named=True):
        yield Rule(
            r["rule_id"], r["version"], r["title"], r["citation"], r["kind"],
            json.loads(r["scope"] or "{}"), json.loads(r["parameters"] or "{}"), r["valid_from"], r["valid_to"],
        )  # fmt: skip
