"""All figures of planning, each beside what it must reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from experiments.planning import joint, postings, size
from experiments.serving.figure import Figure
from features.reference import Reference
from features.store import Store
from features.warehouse import Snapshot
from recommender.planning import v4_export
from recommender.planning.annual_plan import propose
from recommender.planning.plan_problem import Budget, plan_problem
from recommender.planning.workforce import workforce

AT = datetime(2026, 11, 1)
"""The day that plans of the demo world are drafted on."""


DEFAULT_ORGANISATIONS = ("M06D2", "M01D2")
"""Departments of the demo world, of 235 and 366 people."""


@dataclass(frozen=True, slots=True)
class Work:
    """How much is measured."""

    learners: int = 1_000_000
    competencies: int = 300
    people: int = 50_000
    posts: int = 5_000
    seats: int = 10
    dense: int = 2_000
    organisations: tuple[str, ...] = DEFAULT_ORGANISATIONS
    hours: float = 20.0
    plan_seconds: float = 60.0


def figures(
    work: Work, folder: Path, world: tuple[Snapshot, Reference, Store] | None, say: Callable[[str], None]
) -> Iterator[Figure]:
    """Measure everything and yield the figures as they come.

    ``world`` is an imported home with a filled store: plans are compared on its organisations; without one they are
    left out.
    """
    if world is not None:
        for organisation in work.organisations:
            yield from _plans(work, *world, organisation, say)
    yield from _postings(work, say)
    yield from _map(work, folder, say)


def _plans(
    work: Work, snapshot: Snapshot, reference: Reference, store: Store, organisation: str, say: Callable[[str], None]
) -> Iterator[Figure]:
    found = joint.compare(
        snapshot, reference, store, organisation, AT, hours=work.hours, time_limit=work.plan_seconds, say=say
    )
    many, one = found.many, found.one
    detail = f"{organisation}, {found.people} people: {one.closed:,.0f} and {many.closed:,.0f} weighted steps"
    yield Figure(
        "one plan: closes, over plans of each added up", round(found.closed, 5), 1.0, at_most=False, detail=detail
    )
    detail = f"{one.courses} and {many.courses}; {one.hours:,.0f} and {many.hours:,.0f} hours, at most 1.5 x a head"
    yield Figure("one plan: distinct courses, over theirs", found.courses, 0.8, detail=detail)
    say(f"the plan of {organisation} in the platform's form")
    people = workforce(snapshot, reference, AT, organisation=organisation)
    budget = Budget(work.hours, AT.date(), date(AT.year + (AT.month >= 4), 3, 31))
    plan = propose(plan_problem(people, snapshot, reference, organisation, budget), time_limit=work.plan_seconds)
    rows = v4_export.rows_of(plan)
    document = v4_export.to_v4(rows, plan.name)
    wrong = len(v4_export.problems(document))
    yield Figure("exported plan: departures from the v4 form", wrong, 0.0, detail=f"{len(document['plans'])} plans")
    same = float(v4_export.from_v4(document) == rows)
    yield Figure("exported plan: comes back the same", same, 1.0, at_most=False, detail=f"{len(rows)} rows")


def _postings(work: Work, say: Callable[[str], None]) -> Iterator[Figure]:
    say(f"{work.dense:,} people to {work.dense:,} posts, exactly")
    exact = postings.measure(work.dense, work.dense, 1, dense=True)
    detail = f"{100 * exact.saved:.0f} % less shortfall than post by post"
    yield Figure(f"{work.dense:,} x {work.dense:,} exact", exact.seconds, 5.0, "s", detail=detail)
    for seats, target in ((work.seats, 0.3), (1, None)):
        say(f"{work.people:,} people to {work.posts:,} posts of {seats}")
        found = postings.measure(work.people, work.posts, seats, dense=False)
        name = f"{work.people:,} x {work.posts:,} of {seats}, sparse"
        gap = (found.shortfall - found.bound) / max(found.shortfall, 1e-9)
        detail = f"proven within {100 * gap:.2f} %; {found.cost_seconds:.1f} s for costs; {found.unfilled} unfilled"
        yield Figure(name, found.seconds, 20.0 if target else None, "s", detail=detail)
        detail = f"{found.shortfall:,.0f} and {found.greedy:,.0f}; worst {found.worst:g} and {found.greedy_worst:g}"
        yield Figure(f"{name}: less shortfall than by post", found.saved, target, at_most=False, detail=detail)


def _map(work: Work, folder: Path, say: Callable[[str], None]) -> Iterator[Figure]:
    found = size.measure(folder, work.learners, work.competencies, say)
    name = f"gap map, {work.learners:,} x {work.competencies}"
    yield Figure(f"{name}: build", found.build_seconds, 180.0, "s", detail=f"{found.cells:,} cells")
    yield Figure(f"{name}: memory of the build", found.peak_gb, 6.0, "GB")
    detail = f"median {found.open_p50_ms:.0f} ms"
    yield Figure(f"{name}: open, 95th percentile", found.open_p95_ms, 200.0, "ms", detail=detail)
