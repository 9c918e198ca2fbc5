"""One run from beginning to end: take the population once, make the parts that are missing, say that all are there."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from features.errors import KarmapathError
from features.population import Everyone, take_store, take_warehouse
from features.store import Store
from features.times import now
from features.warehouse import Warehouse
from recommender.batch.engines import Engine, choose_engine
from recommender.batch.folder import alone, begin, clear, finished, tidy, told, write_manifest
from recommender.batch.job import PEOPLE, SCHEMA_VERSION, WORK, Job
from recommender.batch.layout import COLUMNS, reason_table
from recommender.batch.parts import Part, read_part

PARTITION_SIZE = 25_000
SOURCES = ("store", "warehouse")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    parts: int
    of_parts: int
    learners: int
    """Whose lists are written, those of an earlier run of the same job among them."""
    of_learners: int
    seconds: float
    """Since this run began to make parts."""
    rate: float
    """Learners a second in this run; 0 before the first part."""

    @property
    def seconds_left(self) -> float | None:
        """Expected at this rate; ``None`` before the first part."""
        return (self.of_learners - self.learners) / self.rate if self.rate else None


@dataclass(frozen=True)
class Sources:
    """Where learners are read from."""

    warehouse: Path
    store: Store | None
    """``None``: there is none, the snapshot is all that is known."""


def run_batch(
    out: Path,
    bundle: Path,
    sources: Sources,
    *,
    source: str = "store",
    top: int = 20,
    at: datetime | None = None,
    partition_size: int | None = None,
    threads: int = 1,
    on: str = "local",
    restart: bool = False,
    say: Callable[[str], None] = lambda _: None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> dict[str, Any]:
    """Write everybody's best ``top`` courses into the folder ``out`` and return the manifest.

    An interrupted run goes on with the parts that are missing, from the population that it took when it began: the
    bytes are those of a run that nothing disturbed. A finished one, asked for again, is handed back as it is.

    Parameters
    ----------
    out
        Folder of the lists; made where it is not there.
    bundle
        Folder of the bundle that scores.
    sources
        Where learners are read from.
    source
        ``store``: the truth that the service reads; ``warehouse``: the current snapshot, with everyone of whom the
        store heard anything since laid over it.
    at
        The moment that the lists are for; by default that of the run that is gone on with, else now.
    partition_size
        Learners in a part; by default that of the run that is gone on with, else 25,000.
    threads
        Parts made at the same time where the engine is this machine.
    on
        ``local``, ``dask://HOST:PORT``, ``spark-local`` or ``spark://HOST:PORT``.
    restart
        Throw away what is in ``out`` and begin anew.

    Raises
    ------
    MixedRunError
        If ``out`` holds lists of another model, snapshot, moment or length.
    KarmapathError
        If the folder cannot be written, the disk is full, or another run writes there.
    """
    engine = choose_engine(on, threads)
    out = out.absolute()
    begin(out)
    with alone(out):
        if restart:
            clear(out)
        done = finished(out)
        job = _job(out, bundle, sources, source, top, at, partition_size, done)
        if done is not None:
            job.require_same(done["job"], out)
            tidy(out)
            say("the lists are there already: nothing to do")
            return done
        with told(out):
            everyone = _population(out, job, sources, say)
            parts = _make(out, job, everyone, engine, say, progress)
            manifest = _manifest(job, everyone, parts)
            write_manifest(out, manifest)
            tidy(out)
    return manifest


def _job(
    out: Path, bundle: Path, sources: Sources, source: str, top: int, at: datetime | None, size: int | None,
    done: dict[str, Any] | None,
) -> Job:  # fmt: skip
    """Return the job that is asked for; what is left open is as in the run that was begun."""
    if source not in SOURCES:
        raise KarmapathError(f"--from {source}", " or ".join(SOURCES), "choose one of these")
    begun = Job.read(out)
    before: dict[str, Any] = begun.decided if begun else done["job"] if done else {}
    job = Job(
        model_version=bundle.name,
        source=source,
        snapshot=_snapshot(sources, source),
        at=at.isoformat() if at else before.get("at", now().isoformat()),
        top=top,
        partition_size=size or before.get("partition_size", PARTITION_SIZE),
        bundle=str(bundle.absolute()),
    )
    if begun is not None:
        job.require_same(begun.decided, out)
    elif done is None:
        with told(out):
            job.write(out)
    return job


def _snapshot(sources: Sources, source: str) -> str | None:
    if source == "warehouse":
        return Warehouse(sources.warehouse).current().hash
    if sources.store is None:
        raise KarmapathError("no store", "the store that the service reads", "name it, or read with --from warehouse")
    return sources.store.snapshot()


def _population(out: Path, job: Job, sources: Sources, say: Callable[[str], None]) -> Everyone:
    """Return the population that the run took when it began; take it where it did not come that far."""
    folder = out / WORK / PEOPLE
    if Everyone.exists(folder):
        return Everyone.open(folder)
    shutil.rmtree(folder, ignore_errors=True)
    if job.source == "store":
        assert sources.store is not None  # noqa: S101 - narrows the type: _snapshot looked
        return take_store(folder, sources.store, job.partition_size, say)
    snapshot = Warehouse(sources.warehouse).snapshot(job.snapshot or "")
    return take_warehouse(folder, sources.warehouse, snapshot, sources.store, job.partition_size, say)


def _make(
    out: Path, job: Job, everyone: Everyone, engine: Engine,
    say: Callable[[str], None], progress: Callable[[Progress], None],
) -> list[Part]:  # fmt: skip
    numbers = range(len(everyone.ranges))
    parts = [part for number in numbers if (part := read_part(out, job, number)) is not None]
    here = {part.number for part in parts}
    missing = [number for number in numbers if number not in here]
    if parts:
        say(f"{len(parts)} of {len(numbers)} parts are there already")
    total = int(everyone.about["learners"])
    before = sum(part.learners for part in parts)
    began = time.monotonic()
    made = 0
    for part in engine.make(str(out), job.key, missing) if missing else ():
        parts.append(part)
        made += part.learners
        seconds = time.monotonic() - began
        progress(Progress(len(parts), len(numbers), before + made, max(total, before + made), seconds, made / seconds))
    return sorted(parts, key=lambda part: part.number)


def _manifest(job: Job, everyone: Everyone, parts: Sequence[Part]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "model_version": job.model_version,
        "snapshot": job.snapshot,
        "store": everyone.about["store"],
        "at": job.at,
        "top": job.top,
        "learners": sum(part.learners for part in parts),
        "courses": sum(part.courses for part in parts),
        "bytes": sum(part.bytes for part in parts),
        "columns": dict(COLUMNS),
        "reasons": reason_table(),
        "parts": [asdict(part) for part in parts],
        "job": job.decided,
    }
