"""Guided paths for everyone in a home folder's store, on several processes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

from features.home import Home
from features.reference import Reference
from features.store import Store
from features.warehouse import Warehouse
from recommender.paths import PathSettings
from recommender.paths.everyone import guided_paths
from recommender.paths.sharing import Sharing


@dataclass(frozen=True, slots=True)
class PopulationFigures:
    """What planning everyone took."""

    learners: int
    seconds: float
    """Wall clock, reading the records included."""
    solved: int
    """Problems solved; the others were known already."""
    statuses: Mapping[str, int]


def plan_population(
    home: Home, database: str, at: datetime, workers: int, most: int | None = None
) -> PopulationFigures:
    """Plan a guided path for every learner of the current snapshot (or the first ``most``), read from a store's URL."""
    start = time.perf_counter()
    learners = Warehouse(home.warehouse).current().read("learners").sort("position_id", "learner_id", nulls_last=True)
    ids = learners["learner_id"].to_list()[:most]
    parts = [ids[len(ids) * n // workers : len(ids) * (n + 1) // workers] for n in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(_plan, [home.folder] * workers, [database] * workers, parts, [at] * workers))
    statuses = sum((Counter(statuses) for _, statuses in found), Counter[str]())
    return PopulationFigures(len(ids), time.perf_counter() - start, sum(n for n, _ in found), statuses)


def _plan(folder: Path, database: str, ids: list[str], at: datetime) -> tuple[int, dict[str, int]]:
    store = Store(database)
    reference = Reference.load(Warehouse(Home(folder).warehouse).current())
    sharing = Sharing()
    records = (record for one in ids if (record := store.record(one)) is not None)
    statuses = Counter(path.status for _, path in guided_paths(records, reference, at, PathSettings(), sharing=sharing))
    return len(sharing), {str(status): count for status, count in statuses.items()}
