"""Exponentials as the C library has them, value by value.

numpy's own are quicker for many values, but their last bit depends on the processor. Compiled code calls the C library:
what is to be the same with and without a compiler does so too.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def exp(values: Floats) -> Floats:
    """Return e to the power of each value."""
    return _each([math.exp(value) for value in values.ravel().tolist()], values)


def exp2(values: Floats) -> Floats:
    """Return 2 to the power of each value."""
    return _each([math.exp2(value) for value in values.ravel().tolist()], values)


def power(base: float, exponents: NDArray[np.int64]) -> Floats:
    """Return ``base`` to the power of each exponent."""
    return _each([math.pow(base, exponent) for exponent in exponents.ravel().tolist()], exponents)


def _each(found: list[float], like: NDArray[np.generic]) -> Floats:
    return np.array(found, dtype=np.float64).reshape(like.shape)
