"""A killed parent takes its processes with it, and another process tells what it found."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from features.errors import NotFoundError

PARENT = """
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from features.children import end_with_parent
from tests.features.test_children import say_and_work

if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=end_with_parent)
    pool.submit(say_and_work).result()
"""

PROGRAM = """
import subprocess
import sys

child = "from features.children import end_when_orphaned; end_when_orphaned();" \\
    "from tests.features.test_children import say_and_work; say_and_work()"
subprocess.Popen([sys.executable, "-c", child]).wait()
"""


def say_and_work() -> None:
    print(os.getpid(), flush=True)  # noqa: T201 - the test reads it
    end = time.monotonic() + 60
    while time.monotonic() < end:
        sum(range(1000))


def alive(process: int) -> bool:
    """Whether the process runs; one that has ended and that nobody asked after does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here to look processes up in")
@pytest.mark.parametrize("text", [PARENT, PROGRAM], ids=["worker", "program"])
def test_a_busy_child_ends_when_its_parent_is_killed(text: str, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(text)
    root = Path(__file__).parents[2]
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "PYTHONPATH": str(root)}, cwd=root)  # fmt: skip
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    assert alive(worker)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    end = time.monotonic() + 10
    while alive(worker) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(worker)


def make_rows() -> tuple[int, int]:
    """Use what a fork loses: polars' threads."""
    rows = pl.DataFrame({"number": range(1000)}).group_by(pl.col("number") % 7).len()
    return rows.height, os.getpid()


def fail() -> int:
    raise NotFoundError("nothing", "something", "look elsewhere")


def end() -> int:
    os._exit(0)


ASKS = """
import os
import pytest
from features.children import begin
from features.errors import NotFoundError, NotReadyError
from tests.features.test_children import end, fail, make_rows

waiting = [begin(make_rows), begin(make_rows)]
fails, ends = begin(fail), begin(end)
found = [wait() for wait in waiting]
assert [one[0] for one in found] == [7, 7], found
assert len({os.getpid(), *(one[1] for one in found)}) == 3
with pytest.raises(NotFoundError, match="nothing; expected something; look elsewhere"):
    fails()
with pytest.raises(NotReadyError, match="told nothing"):
    ends()
assert make_rows()[0] == 7
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_another_process_tells_the_value_or_the_error_or_that_it_told_nothing() -> None:
    root = Path(__file__).parents[2]  # in a program of its own: this one has used threads that a fork would lose
    done = subprocess.run([sys.executable, "-c", ASKS], cwd=root, timeout=60, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
