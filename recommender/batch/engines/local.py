"""The machine itself: one process, or several side by side.

Processes and not threads: what is left of Python around the compiled loop holds the interpreter's lock often enough
that two threads are no faster than one. The arrays of the bundle are mapped, so processes share them.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

from features.children import end_with_parent
from features.errors import KarmapathError
from recommender.batch.make_part import make_part, make_part_at_work
from recommender.batch.one_thread import one_blas_thread
from recommender.batch.parts import Part

LOSSES = 3
"""How often a run goes on after the system has killed one of its processes."""
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class LocalEngine:
    """As many parts at a time as there are processes: no more are ever in memory."""

    processes: int

    def make(self, folder: str, key: str, numbers: Sequence[int]) -> Iterator[Part]:
        """Yield the parts as they are finished; the first error ends the run, and no part is left half done."""
        if min(self.processes, len(numbers)) == 1:
            with one_blas_thread():
                for number in numbers:
                    yield make_part(folder, key, number)
            return
        missing, losses = set(numbers), 0
        while missing:
            try:
                for part in self._side_by_side(folder, key, sorted(missing)):
                    missing.remove(part.number)
                    yield part
            except BrokenProcessPool as error:
                losses += 1
                if losses > LOSSES:
                    raise _lost(losses) from error

    def _side_by_side(self, folder: str, key: str, numbers: Sequence[int]) -> Iterator[Part]:
        size = min(self.processes, len(numbers))
        with _small_pools(size), ProcessPoolExecutor(size, get_context("spawn"), initializer=_begin) as pool:
            try:
                futures = [pool.submit(make_part_at_work, folder, key, number) for number in numbers]
                for future in as_completed(futures):
                    yield future.result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the parent, and end when it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


@contextmanager
def _small_pools(processes: int) -> Iterator[None]:
    """Have the processes begun in the block share the processors: libraries read this when they are imported."""
    each = max(1, (os.cpu_count() or 1) // processes)
    wanted = {**dict.fromkeys(_ONE_THREAD, "1"), "POLARS_MAX_THREADS": str(each)}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _lost(losses: int) -> KarmapathError:
    return KarmapathError(
        f"a process that the system killed, {losses} times",
        "memory for as many parts at a time as --threads says",
        "ask for fewer --threads, or smaller parts with --restart --partition-size, and run it again",
    )
