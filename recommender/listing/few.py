"""A few learners at a time: all else waits until they are done."""

from __future__ import annotations

from types import FunctionType
from typing import Any

FEW = 16
"""So many learners are done before another thread of Python would have begun."""


def while_others_wait(function: Any) -> Any:
    """Return a compiled function that does the same without letting other threads of Python in.

    To be let in again takes milliseconds where another thread is at work; a few learners take tenths of one.
    """
    from numba import njit  # noqa: PLC0415 - serving does without it

    plain = function.py_func
    same = FunctionType(plain.__code__, plain.__globals__, f"{plain.__name__}_few")
    same.__qualname__ = same.__name__  # numba's cache goes by it
    return njit(cache=True, error_model="numpy")(same)
