from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.state import libm

VALUES = st.lists(st.floats(-700, 0), min_size=1, max_size=8)


def powers(value: float) -> tuple[float, float, float]:
    return math.exp(value), math.exp2(value), math.pow(0.6, -value)


@given(VALUES)
def test_each_value_is_the_c_librarys(values: list[float]) -> None:
    array = np.array(values)
    assert libm.exp(array).tolist() == [math.exp(value) for value in values]
    assert libm.exp2(array[None]).tolist() == [[math.exp2(value) for value in values]]
    assert libm.power(0.5, np.array([0, 1, 3])).tolist() == [1.0, 0.5, 0.125]


@pytest.fixture(scope="module")
def compiled_powers() -> Callable[[float], tuple[float, float, float]]:
    compiled: Callable[[float], tuple[float, float, float]] = pytest.importorskip("numba").njit(powers)
    compiled(0.0)  # compiled here, once: an example has a deadline
    return compiled


@given(VALUES)
def test_compiled_code_has_the_same_bits(
    compiled_powers: Callable[[float], tuple[float, float, float]], values: list[float]
) -> None:
    assert [compiled_powers(value) for value in values] == [powers(value) for value in values]
