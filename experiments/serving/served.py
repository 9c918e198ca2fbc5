"""A server of our own: started as anybody starts it, watched from outside, killed like a machine that loses power."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from features.errors import KarmapathError
from features.home import Home

_COMMAND = (sys.executable, "-c", "from api.cli import main; main()", "serve")
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Served:
    """A running server."""

    base: str
    """Its address, with the scheme."""
    process: subprocess.Popen[bytes]
    seconds_to_ready: float

    def workers(self) -> list[int]:
        """Return the ids of the processes that answer."""
        own = _read(self.process.pid, "cmdline")
        workers = [pid for pid in _children(self.process.pid) if _read(pid, "cmdline") == own]
        return workers or [self.process.pid]

    def memory_mb(self) -> list[tuple[float, float]]:
        """Return of each worker its share of the memory (PSS), and what it has mapped and in use in all (RSS)."""
        return [(_kilobytes(pid, "Pss") / 1024, _kilobytes(pid, "Rss") / 1024) for pid in self.workers()]

    def first_mb(self) -> float:
        """Return the share of the memory (PSS) of the process that workers are forked from."""
        return _kilobytes(self.process.pid, "Pss") / 1024

    def cpu_seconds(self) -> float:
        """Return the processor time that the workers have taken so far."""
        ticks = os.sysconf("SC_CLK_TCK")
        fields = [_read(pid, "stat").rpartition(b")")[2].split() for pid in self.workers()]
        return sum(int(field[11]) + int(field[12]) for field in fields) / ticks

    def metrics(self) -> dict[str, float]:
        """Return the figures for Prometheus, by name and labels."""
        lines = _get(f"{self.base}/metrics").decode().splitlines()
        pairs = (line.rpartition(" ") for line in lines if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs}

    def kill(self) -> None:
        """Kill every process of it at once, as a power cut does."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(_PATIENCE_SECONDS)


@contextmanager
def serving(home: Home, url: str | None = None, workers: int = 2) -> Iterator[Served]:
    """Run ``karmapath serve`` on a home, and stop it at the end of the block."""
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    environment = {**os.environ, **({} if url is None else {"KARMAPATH_STORE_URL": url})}
    command = [*_COMMAND, "--port", str(port), "--workers", str(workers), "--home", str(home.folder)]
    log = home.folder / "serve.log"
    began = time.perf_counter()
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=said, stderr=said, start_new_session=True, env=environment, cwd=_root()
        )
    served = Served(base, process, 0.0)
    try:
        _await_ready(served, log)
        yield Served(base, process, time.perf_counter() - began)
        process.send_signal(signal.SIGTERM)
        process.wait(_PATIENCE_SECONDS)
    finally:
        served.kill()


def _root() -> Path:
    return Path(__file__).resolve().parents[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_ready(served: Served, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _answers(f"{served.base}/ready"):
        if served.process.poll() is not None or time.monotonic() > deadline:
            raise KarmapathError(
                f"the server said: {log.read_text()[-1000:]}", "a server that is ready", "see what it says"
            )
        time.sleep(0.02)


def _answers(url: str) -> bool:
    try:
        _get(url)
    except (URLError, OSError):
        return False
    return True


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
        body: bytes = answer.read()
        return body


def _children(pid: int) -> list[int]:
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found + [below for child in found for below in _children(child)]


def _read(pid: int, name: str) -> bytes:
    return Path(f"/proc/{pid}/{name}").read_bytes()


def _kilobytes(pid: int, name: str) -> int:
    for line in _read(pid, "smaps_rollup").splitlines():
        if line.startswith(name.encode() + b":"):
            return int(line.split()[1])
    raise KarmapathError(f"no {name} of process {pid}", "Linux with smaps_rollup", "measure on Linux")
