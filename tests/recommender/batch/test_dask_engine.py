"""A real scheduler and real workers on loopback, one of them killed in the middle."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from features.errors import KarmapathError
from features.home import Home
from recommender.batch import Progress
from tests.recommender.batch.test_run_batch import digests, run

pytest.importorskip("distributed", reason="the extra 'scale' is not installed")

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run one of Dask's commands as an operator would; what it says is read to the end."""
    quiet = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", f"distributed.cli.dask_{arguments[0]}", *arguments[1:]]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=quiet) as one:
        try:
            yield one
        finally:
            one.kill()


def said(one: subprocess.Popen[str], pattern: str) -> str:
    """Wait until the process says something, and go on reading so that it never waits for us."""
    assert one.stderr is not None
    for line in one.stderr:
        if found := re.search(pattern, line):
            threading.Thread(target=one.stderr.read, daemon=True).start()
            return found[1]
    raise AssertionError(f"{one.args} ended without saying {pattern}")


@contextmanager
def scheduler() -> Iterator[str]:
    with process("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard") as one:
        yield said(one, r"Scheduler at:\s+tcp://(\S+)")


@contextmanager
def worker(address: str) -> Iterator[subprocess.Popen[str]]:
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")
    with process("worker", f"tcp://{address}", *options) as one:
        said(one, r"(Registered to)")
        yield one


def test_a_worker_killed_in_the_middle_costs_no_result_and_no_byte(home: Home, tmp_path: Path) -> None:
    run(home, tmp_path / "here", partition_size=10)
    with scheduler() as address, worker(address), worker(address) as victim:
        seen: list[Progress] = []

        def kill(now: Progress) -> None:
            if not seen:
                victim.send_signal(signal.SIGKILL)
            seen.append(now)

        manifest = run(home, tmp_path / "there", partition_size=10, on=f"dask://{address}", progress=kill)
        assert victim.wait(timeout=20) == -signal.SIGKILL
    assert len(manifest["parts"]) == len(seen) == 16
    assert digests(tmp_path / "there") == digests(tmp_path / "here")


def test_a_scheduler_without_workers_is_told(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.batch.engines.dask_engine._TIMEOUT", "1s")
    with scheduler() as address, pytest.raises(KarmapathError, match="without workers; expected at least one"):
        run(home, tmp_path / "out", on=f"dask://{address}")


def test_an_address_where_nothing_answers_is_told(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.batch.engines.dask_engine._TIMEOUT", "1s")
    with pytest.raises(KarmapathError, match=r"no Dask scheduler at 127\.0\.0\.1:9"):
        run(home, tmp_path / "out", on="dask://127.0.0.1:9")
