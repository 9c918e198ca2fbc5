"""Server processes that share what was loaded once: forked from one that has it, watched, replaced when they end.

Modules, the model and compiled code are loaded by the first process alone, and the kernel gives every worker the same
pages until somebody writes on them: a start costs one loading, whatever the number of workers, and a further worker
costs what it keeps for itself. The first process answers nobody; it holds the socket, and sees to it that there are as
many workers as there should be.

SIGTERM and SIGINT end all of them, each after what it took is answered; SIGHUP replaces one after the other by new
ones that read the settings anew; SIGTTIN and SIGTTOU make them more and fewer. A worker whose event loop stands still
is killed and replaced; one whose first process is gone finishes what it took and ends.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NoReturn

import uvicorn
from prometheus_client import multiprocess

from api.http.metrics import MULTIPROCESS
from features.children import fork

log = logging.getLogger("karmapath.workers")

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGCHLD)
_LOOK_SECONDS = 0.5
_BEATS_EVERY = 10
"""Turns of a server's clock, each a tenth of a second, between two signs of life."""
_STILL_SECONDS = 30.0
"""How long a worker may show no sign of life."""
_START_SECONDS = 120.0
"""How long a new worker may take."""
_PAUSE_SECONDS = 1.0
"""Time between two attempts where workers end before they serve."""


class WatchedServer(uvicorn.Server):
    """A server that shows that it lives, and that ends when the process that watches it has."""

    def __init__(self, config: uvicorn.Config, watcher: int, beats: int) -> None:
        super().__init__(config)
        self._watcher = watcher
        self._beats = beats

    async def on_tick(self, counter: int) -> bool:
        """Show a sign of life now and then; return whether to end."""
        if counter % _BEATS_EVERY == 0:
            with contextlib.suppress(OSError):  # full, because the watcher sleeps, or closed, because it is gone
                os.write(self._beats, b".")
        if os.getppid() != self._watcher:
            self.should_exit = True
        return await super().on_tick(counter)


@dataclass
class _Worker:
    process: int
    beats: int
    """Where its signs of life are read."""
    seen: float
    """When it gave the last one, or began."""
    serves: bool = False
    worn: bool = False
    """Whether a new one is to take its place."""
    leaves_until: float | None = None
    """When it is killed, if it was asked to end; ``None`` if it was not."""

    def is_still(self, moment: float) -> bool:
        if self.leaves_until is not None:
            return moment > self.leaves_until
        return moment > self.seen + (_STILL_SECONDS if self.serves else _START_SECONDS)


class Workers:
    """The processes that serve on one socket."""

    def __init__(
        self,
        config: uvicorn.Config,
        listener: socket.socket,
        count: int,
        prepare: Callable[[], None],
        leave_seconds: float,
    ) -> None:
        """Keep ``count`` workers; ``prepare`` loads what they share: now, and anew whenever all are to be replaced.

        A worker that was asked to end is killed after ``leave_seconds``.
        """
        self._config = config
        self._listener = listener
        self._count = count
        self._prepare = prepare
        self._leave_seconds = leave_seconds
        self._workers: list[_Worker] = []
        self._asked: list[int] = []
        self._ends = False
        self._has_served = False
        self._not_before = 0.0
        """When the next worker may begin."""
        self._now, self._looked = 0.0, time.monotonic()
        """Seconds that this process has watched: what all of them slept through, stopped together, does not count."""

    def run(self) -> int:
        """Serve until a signal ends it; return the exit code."""
        awake, code = self._listen(), 0
        self._prepare()
        while not self._ends or self._workers:
            self._fill()
            self._wait(awake)
            self._hear()
            code = max(code, self._bury())
        return code

    def _listen(self) -> int:
        """Have signals noted, and return what can be read when there is one."""
        awake, wake = os.pipe()
        for end in (awake, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in _SIGNALS:
            signal.signal(number, lambda number, _: self._asked.append(number))
        return awake

    def _fill(self) -> None:
        """Begin workers that are wanting, and have those leave that are too many or worn."""
        staying = [worker for worker in self._workers if worker.leaves_until is None]
        worn = [worker for worker in staying if worker.worn]
        missing = 0 if self._ends else self._count + bool(worn) - len(staying)
        if missing > 0 and self._now >= self._not_before:
            self._workers += [self._begin() for _ in range(missing)]
        elif missing < 0:
            self._retire(staying[missing:])
        elif worn and all(worker.serves for worker in staying):
            self._retire(worn[:1])

    def _begin(self) -> _Worker:
        """Fork a worker; signals that come in between wait until it can be ended by them."""
        hear, beats = os.pipe()
        watcher = os.getpid()
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        process = fork()
        if process == 0:
            self._serve(watcher, beats, [hear, *(worker.beats for worker in self._workers)])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        os.close(beats)
        return _Worker(process, hear, self._now)

    def _serve(self, watcher: int, beats: int, others: list[int]) -> NoReturn:
        """Be a worker."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            for pipe in others:
                os.close(pipe)
            os.set_blocking(beats, False)
            WatchedServer(self._config, watcher, beats).run([self._listener])
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            log.exception("a worker ended")
        finally:
            os._exit(code)

    def _wait(self, awake: int) -> None:
        """Wait for a signal or a sign of life, not for long."""
        beats = {worker.beats: worker for worker in self._workers}
        found = select.select([awake, *beats], [], [], _LOOK_SECONDS)[0]
        moment = time.monotonic()
        self._now += min(moment - self._looked, 2 * _LOOK_SECONDS)
        self._looked = moment
        for ready in found:
            if os.read(ready, 4096) and ready in beats:
                beats[ready].seen = self._now
                beats[ready].serves = self._has_served = True

    def _hear(self) -> None:
        """Do what signals ask for."""
        asked, self._asked = self._asked, []
        for number in asked:
            if number in (signal.SIGTERM, signal.SIGINT) and not self._ends:
                self._end()
            elif number == signal.SIGHUP:
                log.info("every worker is replaced")
                self._prepare()
                for worker in self._workers:
                    worker.worn = True
            elif number == signal.SIGTTIN:
                self._count += 1
            elif number == signal.SIGTTOU:
                self._count = max(1, self._count - 1)

    def _end(self) -> None:
        """Take no new connection, not even to keep it waiting, and have all workers end."""
        self._ends = True
        self._listener.close()
        self._retire([worker for worker in self._workers if worker.leaves_until is None])

    def _retire(self, workers: Iterable[_Worker]) -> None:
        """Have workers finish what they took, and end."""
        for worker in workers:
            worker.leaves_until = self._now + self._leave_seconds
            os.kill(worker.process, signal.SIGTERM)

    def _bury(self) -> int:
        """Kill workers that stand still, part with those that have ended, and return the code to end with."""
        ended = []
        for worker in tuple(self._workers):
            if worker.is_still(self._now):
                log.error("worker %d stands still: it is killed", worker.process)
                os.kill(worker.process, signal.SIGKILL)
            process, status = os.waitpid(worker.process, os.WNOHANG)
            if process:  # from here on its number may be another's
                self._workers.remove(worker)
                ended.append((worker, os.waitstatus_to_exitcode(status)))
        return max((self._part(worker, code) for worker, code in ended), default=0)

    def _part(self, worker: _Worker, code: int) -> int:
        """Clear up after a worker that has ended; the code to end with is that of one that never could serve."""
        os.close(worker.beats)
        if MULTIPROCESS in os.environ:
            multiprocess.mark_process_dead(worker.process)  # type: ignore[no-untyped-call]
        if worker.leaves_until is not None:
            return 0
        if not worker.serves:
            self._not_before = self._now + _PAUSE_SECONDS
        if not self._has_served:
            log.error("a worker ended (%d) before any could serve", code)
            self._end()
            return abs(code) or 1
        log.error("worker %d ended (%d): another takes its place", worker.process, code)
        return 0
