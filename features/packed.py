"""Enrolments and evidence as a pack keeps them: rows, read as what they stand for only when somebody asks.

A list needs little of them, and takes it from the rows. Times are milliseconds since 1970 on the platform's clock, what
is true or false is 1 or 0, statuses and kinds go by their number (one without a number by its name).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Generic, TypeVar, overload

from features.records import Enrolment, Evidence
from features.times import milliseconds, moment

Row = Sequence[Any]
T = TypeVar("T", Enrolment, Evidence)

STATUSES: Final[Mapping[str, int]] = {"not_started": 0, "in_progress": 1, "completed": 2}
KINDS: Final[Mapping[str, int]] = {
    "proctored": 0, "assessment": 1, "completion": 2, "peer": 3, "self_attestation": 4, "tenure": 5,
}  # fmt: skip
"""Numbers that stand in stores: a new name takes the next one."""
COURSE, STATUS, PROGRESS, DWELL, ENROLLED, COMPLETED, SEQUENCE, RATING, MARKS = range(9)
"""Places of an enrolment's row; ``MARKS`` is the sum of what it is marked as."""
MANDATED, CAMPAIGN, SKIMMED = 1, 2, 4
ID, KIND, OBSERVED, COMPETENCY, ABOUT, LEVEL, PASSED, SCORE, ATTEMPT = range(9)
"""Places of a row of evidence; ``ABOUT`` is the course."""

_STATUS_NAMES = {number: name for name, number in STATUSES.items()}
_KIND_NAMES = {number: name for name, number in KINDS.items()}


class PackedRows(Sequence[T], Generic[T]):
    """A sequence that is made from its rows at the first look; equal to the tuple of what it holds."""

    __slots__ = ("_made", "_make", "rows")

    def __init__(self, rows: Sequence[Row], make: Callable[[Row], T]) -> None:
        self.rows = rows
        self._make: Callable[[Row], T] = make
        self._made: tuple[T, ...] | None = None

    def _all(self) -> tuple[T, ...]:
        if self._made is None:
            self._made = tuple(map(self._make, self.rows))
        return self._made

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[T]:
        return iter(self._all())

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[T, ...]: ...
    def __getitem__(self, at: int | slice) -> T | tuple[T, ...]:
        return self._all()[at]

    def __eq__(self, other: object) -> bool:
        return self._all() == tuple(other) if isinstance(other, tuple | PackedRows) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())


def enrolment_rows(items: Sequence[Enrolment]) -> Sequence[Row]:
    """Return the rows that stand for enrolments."""
    return items.rows if isinstance(items, PackedRows) else [enrolment_row(one) for one in items]


def evidence_rows(items: Sequence[Evidence]) -> Sequence[Row]:
    """Return the rows that stand for evidence."""
    return items.rows if isinstance(items, PackedRows) else [evidence_row(one) for one in items]


def enrolment(row: Row) -> Enrolment:
    """Return what a row stands for."""
    course, status, progress, dwell, enrolled, completed, sequence, rating, marks = row
    return Enrolment(
        course, _name(_STATUS_NAMES, status), progress, dwell, time_of(enrolled), time_of(completed), sequence,
        rating, bool(marks & MANDATED), bool(marks & CAMPAIGN), bool(marks & SKIMMED),
    )  # fmt: skip


def enrolment_row(one: Enrolment) -> Row:
    """Return the row that stands for an enrolment."""
    marks = MANDATED * one.mandated + CAMPAIGN * one.campaign + SKIMMED * one.skimmed
    return (
        one.course, STATUSES.get(one.status, one.status), one.progress, one.dwell_ratio, number_of(one.enrolled_on),
        number_of(one.completed_on), one.sequence, one.rating, marks,
    )  # fmt: skip


def evidence(row: Row) -> Evidence:
    """Return what a row stands for."""
    name, kind, observed, competency, course, level, passed, score, attempt = row
    shown = None if passed is None else bool(passed)
    return Evidence(name, _name(_KIND_NAMES, kind), moment(observed), competency, course, level, shown, score, attempt)


def evidence_row(one: Evidence) -> Row:
    """Return the row that stands for a piece of evidence."""
    shown = None if one.passed is None else int(one.passed)
    kind = KINDS.get(one.kind, one.kind)
    return (
        one.id, kind, milliseconds(one.observed_on), one.competency, one.course, one.level, shown, one.score,
        one.attempt,
    )  # fmt: skip


def _name(names: Mapping[int, str], code: int | str) -> str:
    return names[code] if isinstance(code, int) else code


def time_of(number: int | None) -> datetime | None:
    """Return the time that a number of milliseconds stands for."""
    return None if number is None else moment(number)


def number_of(time: datetime | None) -> int | None:
    """Return the number that stands for a time."""
    return None if time is None else milliseconds(time)
