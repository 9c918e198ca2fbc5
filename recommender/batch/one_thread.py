"""One thread of linear algebra for each part: parts are what runs side by side.

Several threads that each call a BLAS with threads of its own wait for one another, on a busy machine a hundred times
longer than they work; and a sum cut in as many pieces as there are processors could end in other bits elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread in the block; without threadpoolctl (the extra ``scale``) it stays as it is."""
    limits = _limit()
    try:
        yield
    finally:
        if limits is not None:
            limits.restore_original_limits()


@cache
def hold_to_one_thread() -> None:
    """Hold BLAS to one thread for as long as the process lives: for workers that do nothing else."""
    _limit()


def _limit() -> Any:
    try:
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with an extra
    except ModuleNotFoundError:
        return None
    return threadpool_limits(1, user_api="blas")
