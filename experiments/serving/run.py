"""The benchmark of the service: stores of two sizes on each database, and everything that is promised of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from experiments.serving.figure import Figure
from experiments.serving.measure import Site, growth_figures, read_figures, site, write_figures
from experiments.serving.postgres import ROOMY, private_postgres
from experiments.serving.world import Report, filled_home, prepare_bundle
from features.home import Home

DATABASES = ("sqlite", "postgresql")
FEW = 10_000
"""Learners of the small store that the large one is held against."""


@dataclass(frozen=True, slots=True)
class Work:
    """How much is measured."""

    learners: int = 1_000_000
    seconds: float = 12.0
    """Length of a run of the load generator."""
    kills: int = 20
    few: int = FEW


def benchmark(folder: Path, database: str, work: Work, report: Report) -> Iterator[Figure]:
    """Yield every figure of one database: ``sqlite``, ``postgresql`` (a server of our own) or a URL.

    ``folder`` keeps the bundle and the stores for the next run.
    """
    made = prepare_bundle(folder / "made", report)
    with _stores(folder, database) as (url_of, rest):
        name = "SQLite" if database == "sqlite" else "PostgreSQL"
        small = _site(name, made, folder, url_of, work.few, report)
        began = time.perf_counter()
        large = _site(name, made, folder, url_of, work.learners, report)
        yield Figure(f"{name}: {work.learners:,} learners in the store", time.perf_counter() - began, None, "s")
        rest()
        yield from read_figures(large, work.seconds)
        yield from growth_figures(small, large, work.seconds)
        yield from write_figures(large, work.seconds, work.kills, report)


@contextmanager
def _stores(folder: Path, database: str) -> Iterator[tuple[Callable[[int], str | None], Callable[[], None]]]:
    """Yield what gives the URL of the store for so many learners, and what has the database come to rest after loading.

    Without a URL the store is a file in its home.
    """
    if database == "sqlite":
        yield lambda learners: None, lambda: None
    elif database == "postgresql":
        with private_postgres(ROOMY, folder / "postgres") as server:
            yield lambda learners: server.database(f"learners_{learners}"), server.checkpoint
    else:
        yield lambda learners: f"{database}_{learners}", lambda: None


def _site(
    name: str, made: Home, folder: Path, url_of: Callable[[int], str | None], learners: int, report: Report
) -> Site:
    url = url_of(learners)
    home = filled_home(made, folder / f"{name.lower()}-{learners}", learners, url, report)
    return site(name, made, home, url, learners)
