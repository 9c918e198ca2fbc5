"""Why a gap is there: which posts ask for the competency through which activities, what is known, what teaches it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from api.workbench.desk import Desk
from api.workbench.gaps import Cell, gap_cells
from features.reference import Course, Position, Reference, Requirement


@dataclass(frozen=True, slots=True)
class PostGap:
    """A post that asks for the competency."""

    cell: Cell
    position: Position | None
    """``None`` for several small ones together."""
    asks: tuple[Requirement, ...]
    """Every requirement behind it, the highest level first."""


@dataclass(frozen=True, slots=True)
class Teacher:
    """A live course that teaches the competency."""

    course: Course
    from_level: int
    to_level: int
    confidence: float


@dataclass(frozen=True, slots=True)
class CompetencyView:
    """All about one competency in one organisation."""

    total: Cell | None
    """``None`` where no post of the organisation asks for it."""
    posts: tuple[PostGap, ...]
    bodies: tuple[Cell, ...]
    teachers: tuple[Teacher, ...]
    """Those that lead highest first, then the shortest."""
    highest: int
    """The highest level that a live course leads to, 0 without one."""


@dataclass(frozen=True, slots=True)
class PositionView:
    """All that one post asks for, and how far its people are."""

    position: Position
    cells: tuple[tuple[Cell, tuple[Requirement, ...]], ...]
    """Worst first."""


def competency_view(desk: Desk, organisation: str, competency: str) -> CompetencyView:
    """Return where a competency is missing in an organisation and all below it, and why."""
    reference = desk.reference
    totals = gap_cells(desk, organisation, "total", competency=competency)
    posts = tuple(
        PostGap(cell, reference.positions.get(cell.key), asks(reference, cell.key, competency))
        for cell in gap_cells(desk, organisation, "position", competency=competency)
    )
    bodies = gap_cells(desk, organisation, "body", competency=competency)
    teachers = teachers_of(reference.courses.values(), competency, desk.at)
    highest = max((one.to_level for one in teachers), default=0)
    return CompetencyView(totals[0] if totals else None, posts, bodies, teachers, highest)


def position_view(desk: Desk, organisation: str, position: str) -> PositionView:
    """Return what one post of the organisation asks for; ``KeyError`` if there is no such post."""
    reference = desk.reference
    cells = gap_cells(desk, organisation, "position", position=position)
    return PositionView(
        reference.positions[position],
        tuple((cell, asks(reference, position, cell.competency_id)) for cell in cells if cell.key == position),
    )


def asks(reference: Reference, position: str, competency: str) -> tuple[Requirement, ...]:
    """Return every requirement of a post for a competency, the highest level first."""
    if position not in reference.positions:
        return ()
    roles = (reference.roles[role] for role in reference.positions[position].roles if role in reference.roles)
    found = [need for role in roles for need in role.requirements if need.competency == competency]
    return tuple(sorted(found, key=lambda need: (-need.level, need.role, need.activity or "")))


def teachers_of(courses: Iterable[Course], competency: str, at: datetime) -> tuple[Teacher, ...]:
    """Return the live courses that teach a competency, those that lead highest first, then the shortest."""
    found = [
        Teacher(course, taught.from_level, taught.to_level, taught.confidence)
        for course in courses
        if course.is_live(at) and not course.is_assessment
        for taught in course.teaches
        if taught.competency == competency
    ]
    return tuple(sorted(found, key=lambda one: (-one.to_level, one.course.hours, one.course.id)))
