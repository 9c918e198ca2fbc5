"""One batch run in a process of its own, so that its memory and its time are its own: ``python -m``, one JSON line."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from features.errors import KarmapathError

AT = datetime(2026, 11, 1)
"""The moment of every measured run: pinned, so that runs can be compared byte by byte."""


@dataclass(frozen=True)
class Asked:
    """A run from the warehouse alone."""

    out: str
    bundle: str
    warehouse: str
    threads: int = 1
    partition_size: int = 25_000
    top: int = 20
    on: str = "local"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run took."""

    learners: int
    seconds: float
    """From the call to the manifest."""
    making_seconds: float
    """From the first part's begin to the last one's end."""
    processor_seconds: float
    """Of all processes together: on a busy machine this is what the work took."""
    peak_mb: float
    """Most memory that the processes held: an upper bound, as if all held their most at once."""
    bytes: int
    """Of the parts."""
    parts: int

    @property
    def us(self) -> float:
        """Microseconds a learner, from the call to the manifest."""
        return 1e6 * self.seconds / self.learners


def run_child(asked: Asked, progress: Callable[[int, int], None] = lambda done, of: None) -> Ran:
    """Run to the end in a child process and return what it took.

    Raises
    ------
    KarmapathError
        If it fails, with what it said.
    """
    with started(asked) as child:
        lines = _lines(child, progress)
        errors = child.stderr.read() if child.stderr else ""
        if child.wait() or not lines:
            raise KarmapathError(f"a batch run that ended with {child.returncode}", "0", errors.strip()[-2000:])
    return Ran(**json.loads(lines[-1]))


def killed_after(asked: Asked, seconds: float) -> bool:
    """Start a run, kill it after so many seconds, and return whether it was still running."""
    with started(asked) as child:
        for stream in (child.stdout, child.stderr):
            threading.Thread(target=stream.read if stream else bool, daemon=True).start()
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
            return True
    return False


@contextmanager
def started(asked: Asked) -> Iterator[subprocess.Popen[str]]:
    """Start a run; it is gone when the block ends."""
    command = [sys.executable, "-m", "experiments.batch.child", json.dumps(asdict(asked))]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def _lines(child: subprocess.Popen[str], progress: Callable[[int, int], None]) -> list[str]:
    """Read what the child prints: ``done of`` while it works, one JSON line at the end."""
    found: list[str] = []
    for line in child.stdout or ():
        if line.startswith("{"):
            found.append(line)
        else:
            done, of = map(int, line.split())
            progress(done, of)
    return found


def _peak_mb(processes: int) -> float:
    """Return this process's most memory and, as often as there are processes below it, the largest one's."""
    own, largest = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + (processes * largest if processes > 1 else 0)) / 1024


def _processor_seconds() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def main() -> None:
    """Run the batch that the first argument describes."""
    from recommender.batch import Progress, Sources, run_batch  # noqa: PLC0415 - the parent needs none of it

    asked = Asked(**json.loads(sys.argv[1]))
    making = 0.0

    def told(now: Progress) -> None:
        nonlocal making
        making = now.seconds
        sys.stdout.write(f"{now.learners} {now.of_learners}\n")
        sys.stdout.flush()

    began, worked = time.monotonic(), _processor_seconds()
    manifest: dict[str, Any] = run_batch(
        Path(asked.out), Path(asked.bundle), Sources(Path(asked.warehouse), None), source="warehouse", at=AT,
        top=asked.top, partition_size=asked.partition_size, threads=asked.threads, on=asked.on, progress=told,
    )  # fmt: skip
    peak, worked_for = _peak_mb(asked.threads), _processor_seconds() - worked
    ran = Ran(
        manifest["learners"],
        time.monotonic() - began,
        making,
        worked_for,
        peak,
        manifest["bytes"],
        len(manifest["parts"]),
    )
    sys.stdout.write(json.dumps(asdict(ran)) + "\n")


if __name__ == "__main__":
    main()
