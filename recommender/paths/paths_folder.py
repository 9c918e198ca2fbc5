"""Everybody's guided paths as Parquet, in parts of learners: a part that is there is not made again."""

from __future__ import annotations

import gc
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path as Folder
from typing import Any

from features.errors import KarmapathError
from features.pace import Pace
from features.reference import Reference
from features.snapshot_records import Bounds, SnapshotRecords
from features.warehouse import Warehouse
from models.bundle import Bundle
from recommender.batch.folder import alone, tidy
from recommender.batch.job import WORK
from recommender.engine import evidence_table
from recommender.listing import Catalogue
from recommender.paths.path import PathSettings
from recommender.paths.population import Planner, Reader, table_of
from recommender.state import DEFAULT_EVIDENCE

PART = 10_000
MANIFEST = "manifest.json"
_ALIKE = 1e-6


@dataclass(frozen=True)
class Work:
    """What decides the paths of a folder."""

    warehouse: Folder
    snapshot: str
    at: datetime
    settings: PathSettings
    seconds: float | None
    """Of solving whole problems, of each process."""
    bundle: Folder | None = None
    """Of the champion, whose learned interest breaks ties as it does in the service; ``None``: nothing does."""


def write_paths(
    out: Folder, work: Work, *, processes: int = 1, part: int = PART, most: int | None = None,
    say: Callable[[str], object] = lambda _: None,
) -> dict[str, Any]:  # fmt: skip
    """Write the guided path of every learner of a snapshot into ``out`` and return the manifest.

    Parameters
    ----------
    processes
        Processes at a time; each remembers what it has solved.
    part
        Learners of a part.
    most
        Only the first so many parts, to try it out.

    Raises
    ------
    KarmapathError
        If ``out`` holds paths of another snapshot, model, moment or settings, or another run writes there.
    """
    (out / WORK).mkdir(parents=True, exist_ok=True)
    with alone(out):
        manifest = _written(out, work, processes, part, most, say)
        for left in out.glob(".part-*"):  # by writers that were killed
            left.unlink(missing_ok=True)
        tidy(out)
    return manifest


def _written(
    out: Folder, work: Work, processes: int, part: int, most: int | None, say: Callable[[str], object]
) -> dict[str, Any]:
    asked = _asked(work, part)
    _begin(out, asked)
    ranges = SnapshotRecords(Warehouse(work.warehouse).snapshot(work.snapshot)).ranges(part)[:most]
    missing = [number for number in range(len(ranges)) if not (out / f"part-{number:05d}.json").exists()]
    pace, began = Pace("guided paths", "learners", say), time.monotonic()
    for done, _ in enumerate(_made(out, work, ranges, missing, processes), 1):
        pace.told(done * part, len(missing) * part)
    seconds = time.monotonic() - began
    told = [json.loads((out / f"part-{number:05d}.json").read_text()) for number in range(len(ranges))]
    manifest = {**asked, "parts": len(ranges), **_summed(told), "finished": True}
    _write(out / MANIFEST, json.dumps(manifest, indent=1))
    return {**manifest, "run": _run([told[number] for number in missing], seconds, processes)}


def _run(told: Sequence[dict[str, Any]], seconds: float, processes: int) -> dict[str, Any]:
    """Return how fast the parts were made that were missing."""
    learners = sum(one["learners"] for one in told)
    if not learners:
        return {"processes": processes, "learners": 0}
    stages = Counter[str]()
    for one in told:
        stages.update(one["seconds"])
    processor = sum(one["processor_seconds"] for one in told)
    return {
        "processes": processes,
        "learners": learners,
        "seconds": round(seconds, 2),
        "learners_a_second": round(learners / max(seconds, 1e-9), 1),
        "processor_microseconds_a_learner": round(1e6 * processor / learners, 1),
        "processor_hours_for_a_crore": round(1e7 * processor / learners / 3600, 2),
        "pieces_solved": sum(one["pieces_solved"] for one in told),
        "pieces_solved_a_learner_in_the_last_part": round(told[-1]["pieces_solved"] / max(told[-1]["learners"], 1), 4),
        "microseconds_a_learner": {stage: round(1e6 * total / learners, 1) for stage, total in stages.items()},
        "hours_for_a_crore_at_this_rate": round(1e7 * seconds / learners / 3600, 2),
    }


def begun_at(out: Folder) -> datetime | None:
    """Return the moment for which the paths in a folder were begun, ``None`` where there are none."""
    path = out / MANIFEST
    return datetime.fromisoformat(json.loads(path.read_text())["at"]) if path.exists() else None


def _made(
    out: Folder, work: Work, ranges: Sequence[Bounds], missing: Sequence[int], processes: int
) -> Iterator[None]:  # fmt: skip
    jobs = [(out, work, number, ranges[number]) for number in missing]
    if processes == 1:
        planner = _planner(work)
        for job in jobs:
            _make(*job, planner)
            yield
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_make_there, jobs)


def _make_there(job: tuple[Folder, Work, int, Bounds]) -> None:
    _make(*job, _planner_here(job[1]))


def _planner_here(work: Work) -> Planner:
    """Return this process's planner, which remembers what it solved."""
    if not _HERE or _HERE[0][0] != work:
        _HERE[:] = [(work, _planner(work))]
    return _HERE[0][1]


_HERE: list[tuple[Work, Planner]] = []


def _planner(work: Work) -> Planner:
    """Return what plans the learners of a snapshot: as the service does, where it has a champion."""
    snapshot = Warehouse(work.warehouse).snapshot(work.snapshot)
    bundle = None if work.bundle is None else Bundle.load(work.bundle)
    reference = Reference.load(snapshot) if bundle is None else bundle.reference
    courses = tuple(reference.courses) if bundle is None else bundle.course_ids
    table = DEFAULT_EVIDENCE if bundle is None else evidence_table(bundle)
    reader = Reader(SnapshotRecords(snapshot), Catalogue(reference, courses), table, bundle)
    return Planner(reader, reference, work.settings, work.at, work.seconds)


def _make(out: Folder, work: Work, number: int, bounds: Bounds, planner: Planner) -> None:
    """Write one part: the rows first, then what is told of them, which says that the part is whole."""
    sources, stages, began = Counter(planner.counts), Counter(planner.took), time.process_time()
    found = planner.solved.found
    with _without_collecting():
        planned = planner.plan(bounds)
        rows = table_of(planned, work.at, work.settings.hours_a_month)
    name = f"part-{number:05d}"
    temporary = out / f".{name}.{os.getpid()}.parquet"
    rows.write_parquet(temporary, compression="zstd")
    temporary.replace(out / f"{name}.parquet")
    told = {
        "learners": len(planned),
        "sources": {source: count - sources[source] for source, count in planner.counts.items()},
        "statuses": Counter(one.status for one in planned),
        "pieces_solved": planner.solved.found - found,
        "unbeaten": sum(one.status != "infeasible" and one.value >= one.bound - _ALIKE for one in planned),
        "processor_seconds": round(time.process_time() - began, 3),
        "seconds": {stage: round(seconds - stages[stage], 3) for stage, seconds in planner.took.items()},
    }
    _write(out / f"{name}.json", json.dumps(told))


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Hold back the search for cycles: what is made here has none, and it takes a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _asked(work: Work, part: int) -> dict[str, Any]:
    settings = replace(work.settings, sessions={})
    return {
        "snapshot": work.snapshot, "model_version": None if work.bundle is None else work.bundle.name,
        "at": work.at.isoformat(), "part": part, "seconds": work.seconds,
        "hours": settings.hours, "hours_a_month": settings.hours_a_month, "time_limit": settings.time_limit,
    }  # fmt: skip


def _begin(out: Folder, asked: dict[str, Any]) -> None:
    """Say what the folder is for, or see that it is for this."""
    path = out / MANIFEST
    if not path.exists():
        _write(path, json.dumps({**asked, "finished": False}))
        return
    begun = json.loads(path.read_text())
    other = [name for name in asked if begun.get(name) != asked[name]]
    if other:
        raise KarmapathError(
            f"paths with another {other[0]} ({begun.get(other[0])}) in {out}",
            f"{other[0]} {asked[other[0]]}",
            "choose an empty folder, or ask for the same",
        )


def _summed(told: Sequence[dict[str, Any]]) -> dict[str, Any]:
    learners = sum(one["learners"] for one in told)
    sources, statuses = Counter[str](), Counter[str]()
    for one in told:
        sources.update(one["sources"])
        statuses.update(one["statuses"])
    shares = {source: round(count / max(sum(sources.values()), 1), 4) for source, count in sorted(sources.items())}
    unbeaten = round(sum(one["unbeaten"] for one in told) / max(learners, 1), 4)
    return {
        "learners": learners, "sources": dict(sources), "shares": shares, "statuses": dict(statuses),
        "share_that_no_plan_beats_in_worth": unbeaten,
    }  # fmt: skip


def _write(path: Folder, text: str) -> None:
    work = path.with_name(f".{path.name}.{os.getpid()}")
    work.write_text(text + "\n", encoding="utf-8")
    work.replace(path)
