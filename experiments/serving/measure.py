"""What a served store can do, each figure beside its target."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from experiments.serving.figure import Figure
from experiments.serving.kills import kill_again_and_again
from experiments.serving.load import CREATE, EMPTY, EVENTS, LISTS, PATHS, Load, Outcome, put
from experiments.serving.served import Served, serving
from features.errors import KarmapathError
from features.home import Home
from features.reference import Reference
from features.warehouse import Warehouse

_BUCKET = re.compile(r'karmapath_engine_seconds_bucket\{.*?le="([^"]+)".*?\}')
_WRITERS = 128
"""Connections that write at once: a commit waits for the disk, and takes all that has come meanwhile."""


@dataclass(frozen=True)
class Site:
    """A home with a store of so many learners."""

    name: str
    """Of the database."""
    home: Home
    url: str | None
    learners: int
    courses: Sequence[str]


def site(name: str, made: Home, home: Home, url: str | None, learners: int) -> Site:
    """Return the site, with the courses that its learners may take."""
    courses = Reference.load(Warehouse(made.warehouse).current()).courses
    return Site(name, home, url, learners, [course.id for course in courses.values() if course.status == "live"])


def read_figures(site: Site, seconds: float, workers: int = 2) -> Iterator[Figure]:
    """Yield start, memory, rates and times of reading."""
    with serving(site.home, site.url, workers) as served:
        yield Figure(f"{site.name}: start to ready", served.seconds_to_ready, 3.0, "s")
        _put(served, site, LISTS, 1.0)  # what is made at the first request is not what is measured
        empty = [_put(served, site, EMPTY, seconds / 3)]
        lists = _put(served, site, LISTS, seconds)
        empty.append(_put(served, site, EMPTY, seconds / 3))
        blank = sum(outcome.rate for outcome in empty) / len(empty)
        told = f"{lists.rate:,.0f} lists a second beside {blank:,.0f} empty answers"
        yield Figure(f"{site.name}: lists to empty answers", lists.rate / blank, 0.5, "", at_most=False, detail=told)
        yield from _half(served, site, lists.rate / 2, seconds)
        create = _put(served, site, CREATE, seconds / 3)
        yield Figure(f"{site.name}: the portal's create route", create.rate, None, "a second")
        paths = _put(served, site, PATHS, seconds, connections=workers)
        yield Figure(f"{site.name}: guided path, p95", paths.p95_ms, 150, "ms", detail=f"{paths.rate:.0f} a second")
        shares, mapped = zip(*served.memory_mb(), strict=True)
        told = f"share (PSS) of {len(shares)}, in use (RSS) {max(mapped):.0f}; first process {served.first_mb():.0f}"
        yield Figure(f"{site.name}: memory of a worker", max(shares), 400, "MB", detail=told)


def _half(served: Served, site: Site, rate: float, seconds: float) -> Iterator[Figure]:
    before = served.metrics()
    half = _put(served, site, LISTS, seconds, rate=rate)
    told = f"at {half.rate:,.0f} a second, p50 {half.p50_ms:.2f}"
    yield Figure(f"{site.name}: list, p99 at half of that load", half.p99_ms, 10, "ms", detail=told)
    yield Figure(
        f"{site.name}: engine time in it, p99", 1000 * engine_quantile(before, served.metrics(), 0.99), 1, "ms"
    )


def write_figures(site: Site, seconds: float, kills: int, report: Callable[[str], None]) -> Iterator[Figure]:
    """Yield the rate of durable events, and what kills cost."""
    with serving(site.home, site.url) as served:
        request = EVENTS.format(courses=", ".join(f'"{course}"' for course in site.courses), mark=uuid4().hex[:8])
        events = _put(served, site, request, seconds, connections=_WRITERS)
        detail = f"one a request, {_WRITERS} at once; p99 {events.p99_ms:.0f} ms"
        yield Figure(f"{site.name}: durable events", events.rate, 2000, "a second", at_most=False, detail=detail)
    if kills:
        found = kill_again_and_again(site.home, site.url, site.learners, site.courses, kills, report)
        detail = f"of {found.acknowledged:,} acknowledged, killed {found.times} times"
        yield Figure(f"{site.name}: acknowledged events lost", len(found.lost), 0, "", detail=detail)


def growth_figures(small: Site, large: Site, seconds: float) -> Iterator[Figure]:
    """Yield by how much the time of a list grows with the store; both are asked in turn: both see the same noise."""
    with serving(small.home, small.url) as few, serving(large.home, large.url) as many:
        pairs = [(few, small), (many, large)]
        for served, place in pairs:
            _put(served, place, LISTS, seconds / 4)
        rate = 0.4 * _put(many, large, LISTS, seconds / 4).rate
        found: list[list[Outcome]] = [[], []]
        for turn in range(4):
            for number, (served, place) in enumerate(pairs):
                found[number].append(_put(served, place, LISTS, seconds / 4, rate=rate, seed=turn + 2))
    name = f"{large.name}: %s of a list, {large.learners:,} learners beside {small.learners:,}"
    for what in ("p50", "p99"):
        one, other = ([getattr(outcome, f"{what}_ms") for outcome in outcomes] for outcomes in found)
        before, after = _middle(one), _middle(other)
        yield Figure(name % what, after / before, 1.2, "x", detail=f"{before:.2f} ms, then {after:.2f} ms")


def _middle(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def engine_quantile(before: dict[str, float], after: dict[str, float], share: float) -> float:
    """Return the seconds within which the engine was done in a share of the requests between two looks.

    Within a bucket requests are taken to be spread evenly, as Prometheus does.
    """
    counts = sorted(
        (float(found.group(1)), value - before.get(name, 0.0))
        for name, value in after.items()
        if (found := _BUCKET.fullmatch(name))
    )
    wanted = share * counts[-1][1] if counts else 0.0
    below, reached = 0.0, 0.0
    for bound, count in counts:
        if count >= wanted and count > reached:
            return below + (min(bound, 10 * below or bound) - below) * (wanted - reached) / (count - reached)
        below, reached = bound, count
    return below


def _put(
    served: Served,
    site: Site,
    request: str,
    seconds: float,
    connections: int = 16,
    rate: float | None = None,
    seed: int = 1,
) -> Outcome:
    outcome = put(served.base, Load(request, site.learners, connections, rate, seed), seconds)
    if outcome.refused or outcome.broken:
        raise KarmapathError(
            f"{outcome.refused} requests refused and {outcome.broken} broken by the server", "none", "see serve.log"
        )
    return outcome
