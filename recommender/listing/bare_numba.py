"""How loops are compiled that make no array.

numba counts who uses an array, part by part and call by call, and in a loop over learners counting took up to five
times as long as the work. Where no array is made nothing needs to be freed, so nothing needs to be counted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def bare(function: _Function) -> _Function:
    """Compile a function that makes no array, and calls only such functions; other threads run meanwhile."""
    return _compiled(function, _nrt=False)


def bare_inline(function: _Function) -> _Function:
    """Compile one that is put where it is called: for what is called for every course."""
    return _compiled(function, _nrt=False, forceinline=True)


def bare_brief(function: _Function) -> _Function:
    """Compile one that takes microseconds: for other threads to run meanwhile would take as long."""
    return _compiled(function, _nrt=False, nogil=False)


def _compiled(function: _Function, **options: Any) -> _Function:
    compiled: _Function = njit(**{"cache": True, "nogil": True, "error_model": "numpy", **options})(function)
    return compiled
