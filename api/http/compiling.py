"""Compiling, in a process of its own: half a minute and hundreds of megabytes that no request has to wait for.

    python -m api.http.compiling HOME

has the champion of a home folder answer by compiled code, which numba then keeps in its cache. One at a time does it;
who comes second finds it done.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from api.http.trial import tried
from features.children import end_when_orphaned
from features.home import Home
from models.bundle import Bundle
from models.champion import champion_folder
from recommender.engine import Engine

_STEP_SECONDS = 0.1
_PATIENCE_WITH_REQUESTS = 10
"""By how much processes that serve go before (``nice``)."""


def steps(home: Home) -> Iterator[None]:
    """Have another process compile; a step each tenth of a second until it has ended, well or not."""
    command = [sys.executable, "-m", __name__, str(home.folder)]
    quiet, root = subprocess.DEVNULL, Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, cwd=root) as process:  # noqa: S603 - our own
        while process.poll() is None:
            yield
            time.sleep(_STEP_SECONDS)


def compile_all(home: Home) -> None:
    """Fill numba's cache with what the champion of ``home`` uses."""
    home.cache.mkdir(parents=True, exist_ok=True)
    with (home.cache / "compiling.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tried(Engine(Bundle.load(champion_folder(home)), compiled=True))


if __name__ == "__main__":
    end_when_orphaned()
    os.nice(_PATIENCE_WITH_REQUESTS)
    compile_all(Home(Path(sys.argv[1])))
