"""All figures of batch runs, each beside what it must reach."""

from __future__ import annotations

import shutil
import signal
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from experiments.batch.child import Asked, Ran, run_child
from experiments.batch.cluster import dask_cluster
from experiments.batch.kills import digests, kill_again_and_again
from experiments.batch.lists_speed import ListsSpeed, lists_speed
from experiments.batch.machine import machine
from experiments.batch.world import MeasuredWorld
from experiments.paths.figures import Figure, document
from features.store import Store
from features.warehouse import Snapshot

CRORE, LAKH = 10_000_000, 100_000
SECONDS_A_CRORE = 240.0
PEAK_MB = 3 * 1024.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Work:
    """How much is measured."""

    learners: int
    threads: int
    top: int = 20
    small: int = LAKH
    """Learners of the small run that growth is judged from, of the killed runs and of those on Dask."""
    spoken_for: int = 50_000
    """Learners whose lists are timed beside implicit."""
    kills: int = 20


def measure(world: MeasuredWorld, work: Work, say: Say) -> dict[str, Any]:
    """Measure everything and return figures, the runs behind them and the machine."""
    small = min(work.small, work.learners)
    warehouse, snapshot = world.warehouse(small, say)
    asked = Asked(str(world.folder / "out"), str(world.bundle), str(warehouse), work.threads, top=work.top)
    _fresh(world.folder)
    say("lists beside implicit")
    speed = lists_speed(warehouse, snapshot, world.bundle, work.top, min(work.spoken_for, small), say)
    say(f"a run over {small:,} learners")
    little = run_child(replace(asked, out=f"{asked.out}-small"))
    figures = [_beside_implicit(speed)]
    runs = {"small": little}
    if work.learners > small:
        large_warehouse, large = world.warehouse(work.learners, say)
        say(f"a run over {work.learners:,} learners")
        runs["large"] = run_child(replace(asked, out=f"{asked.out}-large", warehouse=str(large_warehouse)), _told(say))
        figures += _large(little, runs["large"], large)
    figures += _killed(replace(asked, partition_size=max(1000, small // 20)), work, say)
    figures += _on_dask(replace(asked, partition_size=max(1000, small // 40)), work, say)
    _fresh(world.folder)
    return {
        "machine": machine(),
        "threads": work.threads,
        "figures": document(figures),
        "lists": asdict(speed),
        "runs": {name: {**asdict(run), "us": run.us} for name, run in runs.items()},
        "storage": {
            **_storage(snapshot, runs[max(runs, key=lambda name: runs[name].learners)]),
            "store_bytes_a_learner": _store_bytes(world, say),
        },
    }


def _beside_implicit(speed: ListsSpeed) -> Figure:
    detail = (
        f"{speed.lists_us:.1f} us a learner, implicit {speed.implicit_us:.1f}; "
        f"{speed.courses:,} courses, {speed.learners:,} learners; reading them takes {speed.reading_us:.1f} us more"
    )
    return Figure(
        "lists, processor time of implicit's", speed.lists_us / speed.implicit_us, 0.4, at_most=True, detail=detail
    )


def _large(small: Ran, large: Ran, snapshot: Snapshot) -> list[Figure]:
    rate = f"{large.us:.1f} us a learner, {large.learners / large.seconds:,.0f} a second"
    rows = ", ".join(f"{snapshot.rows[table]:,} {table}" for table in ("learners", "enrolments", "evidence"))
    allowed = SECONDS_A_CRORE * large.learners / CRORE
    return [
        Figure("everybody read, scored and written, seconds", large.seconds, allowed, at_most=True,
               detail=f"{rate}; {rows}"),
        Figure("memory of that, MB", large.peak_mb, PEAK_MB, at_most=True),
        Figure(f"time a learner, of that at {small.learners:,}", large.us / small.us, 1.15, at_most=True,
               detail=f"{small.us:.1f} us there"),
        Figure(f"memory, of that at {small.learners:,}", large.peak_mb / small.peak_mb, 1.2, at_most=True,
               detail=f"{small.peak_mb:,.0f} MB there"),
    ]  # fmt: skip


def _killed(asked: Asked, work: Work, say: Say) -> list[Figure]:
    say(f"killed {work.kills} times")
    found = kill_again_and_again(replace(asked, out=f"{asked.out}-killed"), say, work.kills)
    return [
        Figure(f"killed {found.kills} times: runs with other bytes", float(not found.same_bytes), 0, at_most=True),
        Figure("files seen that were not whole", found.torn, 0, at_most=True),
    ]  # fmt: skip


def _on_dask(asked: Asked, work: Work, say: Say) -> list[Figure]:
    say(f"Dask, {work.threads} workers")
    here = run_child(replace(asked, out=f"{asked.out}-here"))
    with dask_cluster(work.threads) as cluster:
        on = replace(asked, on=f"dask://{cluster.address}")
        run_child(replace(on, out=f"{asked.out}-warming"))
        there = run_child(replace(on, out=f"{asked.out}-there"))
        victim = cluster.workers[0]
        threading.Timer(there.making_seconds / 2, victim.send_signal, [signal.SIGKILL]).start()
        run_child(replace(on, out=f"{asked.out}-lost"))
    wanted = digests(Path(f"{asked.out}-here"))
    other = [name for name in ("there", "lost") if digests(Path(f"{asked.out}-{name}")) != wanted]
    rate = here.making_seconds / there.making_seconds
    return [
        Figure("Dask, rate of the local pool's", rate, 0.7, at_most=False,
               detail=f"{there.learners / there.making_seconds:,.0f} learners a second in {work.threads} workers"),
        Figure("Dask, a worker killed: runs with other bytes", len(other), 0, at_most=True),
    ]  # fmt: skip


def _storage(snapshot: Snapshot, run: Ran) -> dict[str, float]:
    """Return bytes a learner of the warehouse and of the lists."""
    files = [path for table in ("learners", "enrolments", "evidence") for path in snapshot.parts(table)]
    return {
        "warehouse_bytes_a_learner": sum(path.stat().st_size for path in files) / snapshot.rows["learners"],
        "enrolments_a_learner": snapshot.rows["enrolments"] / snapshot.rows["learners"],
        "lists_bytes_a_learner": run.bytes / run.learners,
    }


def _store_bytes(world: MeasuredWorld, say: Say, learners: int = 20_000) -> float:
    """Return bytes a learner of a store on SQLite, filled from a snapshot of so many."""
    _, snapshot = world.warehouse(learners, say)
    with TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/store.sqlite3")
        store.migrate()
        store.load(snapshot)
        store.close()
        return sum(path.stat().st_size for path in Path(folder).iterdir()) / learners


def _told(say: Say) -> Callable[[int, int], None]:
    def told(done: int, of: int) -> None:
        say(f"  {done:,} of {of:,} learners")

    return told


def _fresh(folder: Path) -> None:
    for out in folder.glob("out-*"):
        shutil.rmtree(out)
