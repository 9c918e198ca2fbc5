"""Compiled code is taken from the cache, or it is said that there is none: nothing is compiled by the way."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="the extra 'scale' is not installed")

MODULE = """
from numba import njit

@njit(cache=True)
def twice(number):
    return 2 * number
"""
PROGRAM = """
import sys
from pathlib import Path

from recommender.listing.compiled import NotCompiledError, compiled_before

sys.path.insert(0, str(Path(sys.argv[1])))
from twice import twice

try:
    with compiled_before():
        print(twice(21))
except NotCompiledError:
    print("not compiled", twice(4))
"""


def said(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)], capture_output=True, text=True, timeout=120, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_is_in_the_cache_is_taken_and_what_is_not_is_refused(tmp_path: Path) -> None:
    (tmp_path / "twice.py").write_text(MODULE)
    assert said(tmp_path) == "not compiled 8"
    assert said(tmp_path) == "42"


def test_another_thread_may_compile_meanwhile() -> None:
    from numba import njit

    from recommender.listing.compiled import compiled_before

    found: list[int] = []
    with compiled_before():
        other = threading.Thread(target=lambda: found.append(njit(lambda number: number + 1)(41)))
        other.start()
        other.join(60)
    assert found == [42]
