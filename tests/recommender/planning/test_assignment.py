"""Assignments are the best there are, and prove it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recommender.planning.assignment import bottleneck, greedy, seat, total_of
from recommender.planning.bids import seat_everybody

Costs = NDArray[np.float32]


@st.composite
def instances(draw: st.DrawFn) -> tuple[Costs, NDArray[np.int64]]:
    kinds, people = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    values = st.one_of(st.integers(0, 12).map(float), st.just(float("inf")))
    costs = draw(st.lists(st.lists(values, min_size=people, max_size=people), min_size=kinds, max_size=kinds))
    seats = draw(st.lists(st.integers(1, 2), min_size=kinds, max_size=kinds))
    return np.array(costs, dtype=np.float32), np.array(seats, dtype=np.int64)


def best(costs: Costs, seats: NDArray[np.int64]) -> tuple[int, float, float]:
    """Most seats filled, the least total with so many, and the least worst with so many."""
    rows = [*np.repeat(np.arange(len(seats)), seats).tolist(), *[-1] * costs.shape[1]]
    found = set()
    for order in set(permutations(rows, costs.shape[1])):
        paid = [float(costs[k, i]) for i, k in enumerate(order) if k >= 0 and np.isfinite(costs[k, i])]
        if len(paid) == sum(k >= 0 for k in order):
            found.add((len(paid), sum(paid), max(paid, default=0.0)))
    most = max(one[0] for one in found)
    full = [one for one in found if one[0] == most]
    return most, min(one[1] for one in full), min(one[2] for one in full)


@given(instances(), st.booleans())
@settings(max_examples=120, deadline=None)
def test_nothing_is_better_than_what_is_found(instance: tuple[Costs, NDArray[np.int64]], dense: bool) -> None:
    costs, seats = instance
    found = seat(costs, seats, dense=dense)
    most, least, _ = best(costs, seats)
    assert int((found.kind >= 0).sum()) == most
    assert found.unfilled == seats.sum() - most
    assert found.total == pytest.approx(least, abs=0.02)
    assert found.bound <= found.total + 1e-6
    assert (np.bincount(found.kind[found.kind >= 0], minlength=len(seats)) <= seats).all()


@given(instances())
@settings(max_examples=60, deadline=None)
def test_worst_first_makes_the_worst_seat_as_good_as_can_be(instance: tuple[Costs, NDArray[np.int64]]) -> None:
    costs, seats = instance
    found = seat(costs, seats, worst_first=True)
    most, _, worst = best(costs, seats)
    assert int((found.kind >= 0).sum()) == most
    assert found.worst == worst == (bottleneck(costs, seats) if most else 0.0)


def test_sparse_and_dense_agree_where_both_can_be_had() -> None:
    rng = np.random.default_rng(3)
    costs = rng.integers(0, 40, (30, 150)).astype(np.float32)
    seats = np.full(30, 5, dtype=np.int64)
    exact, found = seat(costs, seats, dense=True), seat(costs, seats, dense=False)
    assert found.total <= exact.total * 1.001 + 1e-6
    assert found.bound <= exact.total + 1e-6
    assert found.total - found.bound <= 0.002 * found.total + 1e-6


def test_prices_say_who_stays_behind() -> None:
    costs = np.array([[0.0, 1.0, 5.0]], dtype=np.float32)
    found = seat(costs, np.array([1]), dense=False)
    assert found.kind.tolist() == [0, -1, -1]
    assert found.prices is not None
    assert -1.0 - 1e-2 <= found.prices[0] <= 0.0 + 1e-2


def test_post_by_post_takes_the_best_of_who_is_left() -> None:
    costs = np.array([[1.0, 2.0], [1.0, 9.0]], dtype=np.float32)
    by_hand = greedy(costs, np.array([1, 1]))
    assert by_hand.tolist() == [0, 1]
    assert total_of(costs, by_hand) == (10.0, 9.0)
    assert seat(costs, np.array([1, 1])).total == 3.0


def test_compiled_and_plain_loops_do_the_same() -> None:
    rng = np.random.default_rng(5)
    people, kinds = 12, 4
    starts = np.arange(people) * kinds
    costs = rng.integers(0, 9, people * kinds).astype(np.float64)
    numbers = np.tile(np.arange(kinds), people)
    seats = np.full(kinds, 3)
    plain = getattr(seat_everybody, "py_func", seat_everybody)
    answers = []
    for run in (seat_everybody, plain):
        price = np.zeros(kinds)
        kind = run(starts, starts + kinds, numbers, costs, seats, price, 0.01, 9.0)
        answers.append((kind.tolist(), price.tolist()))
    assert answers[0] == answers[1]
