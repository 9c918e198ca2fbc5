"""A Dask cluster on this machine: one scheduler and workers of one thread, started as an operator would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

_WORKER = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")


@dataclass(frozen=True)
class Cluster:
    """A running cluster."""

    address: str
    """``HOST:PORT`` of the scheduler."""
    workers: tuple[subprocess.Popen[str], ...]


@contextmanager
def dask_cluster(workers: int) -> Iterator[Cluster]:
    """Start a cluster; it is gone when the block ends."""
    with ExitStack() as stack:
        scheduler = stack.enter_context(_process("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"))
        address = _said(scheduler, r"Scheduler at:\s+tcp://(\S+)")
        started = [stack.enter_context(_process("worker", f"tcp://{address}", *_WORKER)) for _ in range(workers)]
        for one in started:
            _said(one, r"(Registered to)")
        yield Cluster(address, tuple(started))


@contextmanager
def _process(kind: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    root = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments]
    with subprocess.Popen(  # noqa: S603 - Dask's own commands
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env={**os.environ, "PYTHONPATH": paths}
    ) as one:
        try:
            yield one
        finally:
            one.kill()


def _said(one: subprocess.Popen[str], pattern: str) -> str:
    """Wait until the process says something, and go on reading so that it never waits for us."""
    seen: list[str] = []
    for line in one.stderr or ():
        seen.append(line)
        if found := re.search(pattern, line):
            threading.Thread(target=one.stderr.read if one.stderr else bool, daemon=True).start()
            return found[1]
    raise RuntimeError(f"{one.args!r} ended: {''.join(seen)[-2000:]}")
