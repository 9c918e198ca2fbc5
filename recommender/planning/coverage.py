"""What the catalogue lacks: requirements with no course, too few, or none that people can read; and who waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.reference import Reference
from recommender.paths.candidates import CONFIDENT, taught_steps
from recommender.planning.closing_price import ClosingPrices, closing_prices
from recommender.planning.disclosure import LEAST
from recommender.planning.plan_effect import closed_by
from recommender.planning.plan_problem import PlanProblem
from recommender.planning.workforce import Workforce

NO_COURSE, NOT_HIGH_ENOUGH, ONE_ONLY, NO_LANGUAGE, COVERED = (
    "no_course",
    "not_high_enough",
    "one_only",
    "language",
    "ok",
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """One required competency beside the catalogue."""

    competency: str
    name: str
    level: int
    """Highest level that a position requires."""
    critical: bool
    status: str
    """``no_course``, ``not_high_enough`` (courses end below the level), ``language`` (none that some people read),
    ``one_only`` (a single course leads to some level), ``ok``."""
    courses: int
    reaches: int
    """Level that courses lead to from 0."""
    waiting: float | None
    """Expected people below the level their position requires; ``None``: fewer than ten are asked for it."""
    unserved: float | None
    """Of these, people whom no course they can read leads there; ``None``: of fewer than ten."""
    languages: Mapping[str, float]
    """Unserved people by their first language; languages of fewer than ten people are put together as ``other``."""
    positions: int


@dataclass(frozen=True, slots=True)
class ContentRequest:
    """What providers are asked for."""

    competency: str
    name: str
    from_level: int
    to_level: int
    language: str | None
    """``None``: any."""
    people: int | None
    """``None``: fewer than ten."""
    critical: bool
    designations: tuple[str, ...]
    reason: str
    """The status of the coverage."""

    def document(self) -> dict[str, Any]:
        """Return the request for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CourseGain:
    """What one course would do for an organisation's people, alone."""

    course: str
    name: str
    hours: float
    takers: int
    gain: float
    """Weighted steps it closes for all takers, expected."""
    gain_an_hour: float
    """For one taker and hour."""
    overlap: float
    """Share of the steps it teaches that other courses teach as well."""
    nearest: str | None
    """The course that shares most with it."""


def coverage(
    workforce: Iterable[Workforce], reference: Reference, at: datetime, *, least: int = LEAST
) -> tuple[Coverage, ...]:
    """Return every required competency beside the catalogue, those for whom most people wait first.

    ``workforce`` may come in blocks. Numbers of fewer than ``least`` people are withheld.
    """
    asked: dict[str, _Asked] = {}
    prices = _PriceBook(reference, at)
    for block in workforce:
        for name, one in _asked_of(block, reference, prices).items():
            asked[name] = asked[name].plus(one) if name in asked else one
    found = [_coverage(name, one, reference, prices, least) for name, one in asked.items()]
    return tuple(sorted(found, key=lambda c: (c.status == COVERED, not c.critical, -(c.unserved or 0.0), c.competency)))


def content_requests(found: Iterable[Coverage], reference: Reference) -> tuple[ContentRequest, ...]:
    """Return what to ask providers for: one request for each competency and language that is not covered."""
    titles: dict[str, set[str]] = {}
    for position in reference.positions.values():
        for need in reference.requirements_of_position(position.id):
            titles.setdefault(need.competency, set()).add(position.designation)
    requests = []
    for one in found:
        if one.status in (COVERED, ONE_ONLY):
            continue
        languages: dict[str | None, float | None] = {None: one.unserved}
        if one.status == NO_LANGUAGE and one.languages:
            languages = dict(one.languages.items())
        for language, people in languages.items():
            start = one.reaches if one.status == NOT_HIGH_ENOUGH else 0
            asked = ContentRequest(
                competency=one.competency,
                name=one.name,
                from_level=start,
                to_level=one.level,
                language=language,
                people=None if people is None else round(people),
                critical=one.critical,
                designations=tuple(sorted(titles.get(one.competency, ()))),
                reason=one.status,
            )
            requests.append(asked)
    return tuple(sorted(requests, key=lambda r: (not r.critical, -(r.people or 0), r.competency, r.language or "")))


def course_gains(problem: PlanProblem) -> tuple[CourseGain, ...]:
    """Return for each course of a plan's problem what it closes alone, per hour, and how much others overlap it."""
    steps = {n: taught_steps(course) for n, course in enumerate(problem.courses)}
    found = []
    for n, course in enumerate(problem.courses):
        others = {o: len(steps[n] & steps[o]) for o in steps if o != n and not steps[n].isdisjoint(steps[o])}
        shared = set().union(*(steps[n] & steps[o] for o in others)) if others else set()
        nearest = max(others, key=lambda o: (others[o], -o)) if others else None
        pairs = {(g, n) for g in range(len(problem.groups)) if problem.takers[g, n]}
        takers = int(problem.takers[:, n].sum())
        gain = closed_by(problem, pairs)[0]
        found.append(
            CourseGain(
                course.id, course.name, course.hours, takers, gain,
                gain / max(1, takers) / max(course.hours, 0.25),
                len(shared) / max(1, len(steps[n])),
                None if nearest is None else problem.courses[nearest].id,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda g: (-g.gain_an_hour, g.course)))


@dataclass(frozen=True, slots=True)
class _Asked:
    level: int
    critical: bool
    asked: int
    waiting: float
    unserved: float
    languages: Mapping[str, tuple[int, float]]
    """People and unserved people by first language."""
    positions: frozenset[str]

    def plus(self, other: _Asked) -> _Asked:
        languages = dict(self.languages)
        for language, (people, unserved) in other.languages.items():
            before = languages.get(language, (0, 0.0))
            languages[language] = before[0] + people, before[1] + unserved
        return _Asked(
            max(self.level, other.level), self.critical or other.critical, self.asked + other.asked,
            self.waiting + other.waiting, self.unserved + other.unserved, languages, self.positions | other.positions,
        )  # fmt: skip


class _PriceBook:
    """Prices by the set of languages that people read, made when they are asked for."""

    def __init__(self, reference: Reference, at: datetime) -> None:
        self.reference, self.at = reference, at
        self.competencies = tuple(sorted({t.competency for c in reference.courses.values() for t in c.teaches}))
        self._known: dict[str, ClosingPrices] = {}

    def of(self, languages: str) -> ClosingPrices:
        """Return the prices for languages joined by commas; for none given, of all courses."""
        if languages not in self._known:
            spoken = languages.split(",") if languages else []
            self._known[languages] = closing_prices(self.reference, self.at, self.competencies, languages=spoken)
        return self._known[languages]

    def leads(self, languages: str, competency: str, base: NDArray[np.int8], level: int) -> NDArray[np.bool_]:
        """Return for whom courses lead from what they hold to the level."""
        prices = self.of(languages)
        row = prices.row(competency)
        if row is None:
            return np.asarray(base >= level, dtype=np.bool_)
        return np.asarray(np.isfinite(prices.hours[row, np.minimum(base, level), level]), dtype=np.bool_)


def _asked_of(block: Workforce, reference: Reference, prices: _PriceBook) -> dict[str, _Asked]:
    column = {competency: n for n, competency in enumerate(block.competencies)}
    base = block.base()
    people = block.people.with_row_index("row").with_columns(
        spoken=pl.col("languages").list.join(",").fill_null(""), first=pl.col("languages").list.first().fill_null("")
    )
    found: dict[str, _Asked] = {}
    for (position, spoken), some in people.partition_by("position_id", "spoken", as_dict=True).items():
        if position not in reference.positions:
            continue
        rows = some["row"].to_numpy()
        first = str(some["first"][0])
        for need in reference.requirements_of_position(str(position)):
            k = column.get(need.competency)
            if k is None:
                continue
            short = 1.0 - block.held[rows, k, need.level - 1].astype(np.float64)
            leads = prices.leads(str(spoken), need.competency, base[rows, k], need.level)
            unserved = float(short[~leads].sum())
            one = _Asked(
                need.level, need.critical, len(rows), float(short.sum()), unserved,
                {first: (int((~leads).sum()), unserved)}, frozenset({str(position)}),
            )  # fmt: skip
            found[need.competency] = found[need.competency].plus(one) if need.competency in found else one
    return found


def _coverage(name: str, asked: _Asked, reference: Reference, prices: _PriceBook, least: int) -> Coverage:
    courses = [
        c for c in reference.courses.values()
        if c.is_live(prices.at) and not c.is_assessment
        and any(t.competency == name and t.confidence >= CONFIDENT for t in c.teaches)
    ]  # fmt: skip
    all_prices = prices.of("")
    row = all_prices.row(name)
    reaches = 0 if row is None else int(np.flatnonzero(np.isfinite(all_prices.hours[row, 0]))[-1])
    counts = [sum((name, s) in taught_steps(c) for c in courses) for s in range(1, asked.level + 1)]
    if not courses:
        status = NO_COURSE
    elif reaches < asked.level:
        status = NOT_HIGH_ENOUGH
    elif asked.unserved > 0.5:
        status = NO_LANGUAGE
    else:
        status = ONE_ONLY if min(counts) <= 1 else COVERED
    enough = asked.asked >= least
    without = sum(people for people, _ in asked.languages.values())
    competency = reference.competencies.get(name)
    return Coverage(
        competency=name,
        name=competency.name if competency else name,
        level=asked.level,
        critical=asked.critical,
        status=status,
        courses=len(courses),
        reaches=reaches,
        waiting=asked.waiting if enough else None,
        unserved=asked.unserved if enough and (without == 0 or without >= least) else None,
        languages=_by_language(asked, least) if enough else {},
        positions=len(asked.positions),
    )


def _by_language(asked: _Asked, least: int) -> dict[str, float]:
    """Return unserved people by language; small languages together, with a large one where they are too few."""
    rows = sorted((people, language, unserved) for language, (people, unserved) in asked.languages.items() if people)
    small = [row for row in rows if row[0] < least]
    large = [row for row in rows if row[0] >= least]
    if small and sum(row[0] for row in small) < least and large:
        small.append(large.pop(0))
    shown = {language or "unknown": unserved for _, language, unserved in reversed(large)}
    if small and sum(row[0] for row in small) >= least:
        shown["other"] = sum(row[2] for row in small)
    return shown
