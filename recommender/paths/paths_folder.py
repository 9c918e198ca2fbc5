"""Everybody's guided paths as Parquet, in parts of learners: a part that is there is not made again."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from multiprocessing import get_context
from pathlib import Path as Folder
from typing import Any

import polars as pl

from features.errors import KarmapathError
from features.pace import Pace
from features.reference import Reference
from features.snapshot_records import Bounds, SnapshotRecords
from features.warehouse import Snapshot, Warehouse
from recommender.paths.everyone import guided_paths
from recommender.paths.path import Path, PathSettings
from recommender.paths.sharing import Sharing

PART = 10_000
MANIFEST = "manifest.json"
_ALIKE = 1e-6
COLUMNS: dict[str, Any] = {
    "learner_id": pl.String, "position": pl.Int16, "course_id": pl.String, "starts_on": pl.Datetime("ms"),
    "ends_on": pl.Datetime("ms"), "due_on": pl.Datetime("ms"), "hours": pl.Float32, "mandatory": pl.Boolean,
    "closes": pl.List(pl.String), "reasons": pl.List(pl.String), "status": pl.String, "source": pl.String,
}  # fmt: skip
"""A row a course of a path; a learner whom nothing is left to learn has none."""


@dataclass(frozen=True)
class Work:
    """What decides the paths of a folder."""

    warehouse: Folder
    snapshot: str
    at: datetime
    settings: PathSettings
    seconds: float | None
    """Of solving, of each process."""


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
        If ``out`` holds paths of another snapshot, moment or settings.
    """
    out.mkdir(parents=True, exist_ok=True)
    asked = _asked(work, part)
    _begin(out, asked)
    ranges = SnapshotRecords(Warehouse(work.warehouse).snapshot(work.snapshot)).ranges(part)[:most]
    missing = [number for number in range(len(ranges)) if not (out / f"part-{number:05d}.json").exists()]
    pace = Pace("guided paths", "learners", say)
    for done, _ in enumerate(_made(out, work, ranges, missing, processes), 1):
        pace.told(done * part, len(missing) * part)
    told = [json.loads((out / f"part-{number:05d}.json").read_text()) for number in range(len(ranges))]
    manifest = {**asked, "parts": len(ranges), **_summed(told), "finished": True}
    _write(out / MANIFEST, json.dumps(manifest, indent=1))
    return manifest


def begun_at(out: Folder) -> datetime | None:
    """Return the moment for which the paths in a folder were begun, ``None`` where there are none."""
    path = out / MANIFEST
    return datetime.fromisoformat(json.loads(path.read_text())["at"]) if path.exists() else None


def _made(
    out: Folder, work: Work, ranges: Sequence[Bounds], missing: Sequence[int], processes: int
) -> Iterator[None]:  # fmt: skip
    jobs = [(out, work, number, ranges[number]) for number in missing]
    if processes == 1:
        sharing = Sharing(work.seconds)
        for job in jobs:
            _make(*job, sharing)
            yield
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_make_there, jobs)


def _make_there(job: tuple[Folder, Work, int, Bounds]) -> None:
    _make(*job, _sharing_here(job[1].seconds))


@cache
def _sharing_here(seconds: float | None) -> Sharing:
    return Sharing(seconds)


@cache
def _opened(warehouse: Folder, snapshot: str) -> tuple[Reference, SnapshotRecords]:
    held: Snapshot = Warehouse(warehouse).snapshot(snapshot)
    return Reference.load(held), SnapshotRecords(held)


def _make(out: Folder, work: Work, number: int, bounds: Bounds, sharing: Sharing) -> None:
    """Write one part: the rows first, then what is told of them, which says that the part is whole."""
    reference, records = _opened(work.warehouse, work.snapshot)
    before, statuses, learners, unbeaten = Counter(sharing.counts), Counter[str](), 0, 0
    rows: list[tuple[Any, ...]] = []
    for learner, path in guided_paths(
        records.between(bounds, work.at), reference, work.at, work.settings, sharing=sharing
    ):
        learners += 1
        statuses[path.status] += 1
        unbeaten += path.status != "infeasible" and path.value >= path.bound - _ALIKE
        rows += _rows(learner, path, sharing.last)
    name = f"part-{number:05d}"
    temporary = out / f".{name}.{os.getpid()}.parquet"
    pl.DataFrame(rows, schema=COLUMNS, orient="row").write_parquet(temporary, compression="zstd")
    temporary.replace(out / f"{name}.parquet")
    sources = {source: count - before[source] for source, count in sharing.counts.items()}
    told = {"learners": learners, "sources": sources, "statuses": statuses, "unbeaten": unbeaten}
    _write(out / f"{name}.json", json.dumps(told))


def _rows(learner: str, path: Path, source: str) -> Iterator[tuple[Any, ...]]:
    for item in path.items:
        yield (
            learner, item.position, item.course, item.starts_on, item.ends_on, item.due_on, item.hours, item.mandatory,
            [f"{step.competency}:{step.level}" for step in item.closes], [reason.code for reason in item.reasons],
            path.status, source,
        )  # fmt: skip


def _asked(work: Work, part: int) -> dict[str, Any]:
    settings = replace(work.settings, sessions={})
    return {
        "snapshot": work.snapshot, "at": work.at.isoformat(), "part": part, "seconds": work.seconds,
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
