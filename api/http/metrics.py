"""Figures for Prometheus: how fast, how often, by which model, and whether everybody is told the same."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import Counter as Count
from collections import deque
from collections.abc import Sequence
from typing import cast

from fastapi import APIRouter, Request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from starlette.responses import Response

router = APIRouter(tags=["health"])

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder where several processes put their figures together."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_ENGINE_SECONDS = (
    0.0001, 0.00015, 0.0002, 0.0003, 0.0004, 0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.1, 1.0,
)  # fmt: skip
_REMEMBERED = 500

FALLBACKS = ("no_store", "unknown_learner")
"""Why a list is made without the learner's record: the store does not answer, or knows nobody of that id."""


class _PassHistogram(Histogram):
    """A histogram into which several equal amounts go as quickly as one."""

    def observe_alike(self, amount: float, times: int) -> None:
        """Do what ``observe`` does, so many times."""
        self._sum.inc(amount * times)
        self._buckets[bisect_left(self._upper_bounds, amount)].inc(times)


class Metrics:
    """The figures of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "karmapath_request_seconds",
            "Seconds from a request's first byte to its answer's last.",
            ("route", "method", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._engine = _PassHistogram(
            "karmapath_engine_seconds",
            "Seconds of the engine's pass that made a list, alone or with others.",
            buckets=_ENGINE_SECONDS,
            registry=self.registry,
        )
        self._lists = Counter(
            "karmapath_lists", "Lists of recommendations shown.", ("surface", "model"), registry=self.registry
        )
        self._fallbacks = Counter(
            "karmapath_fallbacks",
            "Lists made without the learner's record: by the job that the request tells, and by what is popular.",
            ("reason",),
            registry=self.registry,
        )
        for reason in FALLBACKS:
            self._fallbacks.labels(reason)
        self._stale = Gauge(
            "karmapath_model_stale",
            "1 while a newer champion could not be loaded and an older one, or none, serves.",
            registry=self.registry,
            multiprocess_mode="livemax",
        )
        self._events = Counter("karmapath_events", "Events received.", ("status",), registry=self.registry)
        self._overlap = Gauge(
            "karmapath_list_overlap",
            "Mean share of courses that two of the newest lists have in common; near 1: everybody gets the same list.",
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )
        self._newest: deque[tuple[str, ...]] = deque(maxlen=_REMEMBERED)
        self._timed: dict[tuple[str, str, int], Histogram] = {}
        self._counted: dict[tuple[str, str], Counter] = {}

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request."""
        timed = self._timed.get((route, method, status))
        if timed is None:
            timed = self._timed[route, method, status] = self._requests.labels(route, method, str(status))
        timed.observe(seconds)

    def engine(self, seconds: float, lists: int) -> None:
        """Count the lists of one pass of the engine, each with the time of the whole pass."""
        self._engine.observe_alike(seconds, lists)

    def shown(self, surface: str, model: str, courses: Sequence[str]) -> None:
        """Count a list that was shown."""
        counted = self._counted.get((surface, model))
        if counted is None:
            counted = self._counted[surface, model] = self._lists.labels(surface, model)
        counted.inc()
        self._newest.append(tuple(courses))

    def fallback(self, reason: str) -> None:
        """Count a list that is made without the learner's record; ``reason`` is one of ``FALLBACKS``."""
        self._fallbacks.labels(reason).inc()

    def stale(self, *, is_stale: bool) -> None:
        """Say whether another model serves than the one that should."""
        self._stale.set(is_stale)

    def events(self, status: str, count: int) -> None:
        """Count events that were taken, or not."""
        if count:
            self._events.labels(status).inc(count)

    def text(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        self._overlap.set(overlap(self._newest))
        if MULTIPROCESS not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def overlap(lists: Sequence[Sequence[str]]) -> float:
    """Return the mean share of courses that two of the lists have in common, 0 to 1; 0 of fewer than two lists.

    >>> overlap([["a", "b"], ["a", "c"], ["a", "b"]])
    0.6666666666666666
    """
    full = [courses for courses in lists if courses]
    if len(full) < 2:
        return 0.0
    counts = Count(course for courses in full for course in courses)
    common = sum(count * (count - 1) for count in counts.values())
    size = sum(len(courses) for courses in full) / len(full)
    return common / (len(full) * (len(full) - 1) * size)


def metrics_of(request: Request) -> Metrics:
    """Return the figures of the app that the request came to."""
    return cast("Metrics", request.app.state.metrics)


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Return the figures of the service in Prometheus' text format."""
    found = metrics_of(request)
    found.stale(is_stale=request.app.state.service.champion.problem is not None)
    return Response(found.text(), media_type=CONTENT_TYPE_LATEST)
