"""The machine itself: threads of one process. Reading, scoring and writing let go of the interpreter as they work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from recommender.batch.make_part import make_part
from recommender.batch.one_thread import one_blas_thread
from recommender.batch.parts import Part


@dataclass(frozen=True)
class LocalEngine:
    """As many parts at a time as there are threads: no more are ever in memory."""

    threads: int

    def make(self, folder: str, key: str, numbers: Sequence[int]) -> Iterator[Part]:
        """Yield the parts as they are finished; the first error ends the run, and no part is left half done."""
        waiting = iter(numbers)
        with one_blas_thread(), ThreadPoolExecutor(self.threads, thread_name_prefix="batch") as pool:
            running: set[Future[Part]] = set()
            try:
                while True:
                    while len(running) < self.threads and (number := next(waiting, None)) is not None:
                        running.add(pool.submit(make_part, folder, key, number))
                    if not running:
                        return
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for one in done:
                        yield one.result()
            finally:
                for one in running:
                    one.cancel()
