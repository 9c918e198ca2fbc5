"""The inner loop of the auction: bids in heaps, compiled where numba is installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _compiled(function: _Function) -> _Function:
    """Compile where the extra ``scale`` is installed; the same code runs without it, slowly."""
    if find_spec("numba") is None:  # pragma: no cover - with numba installed the other branch runs
        return function
    compiler = import_module("numba").njit
    try:
        made: _Function = compiler(cache=True)(function)
    except RuntimeError:  # no folder to keep compiled code in: compile anew in each process
        made = compiler(function)
    return made


@_compiled
def _climb(bids: Floats, who: Ints, base: int, at: int, bid: float, bidder: int) -> None:  # pragma: no cover
    """Put a bid into the heap that begins at ``base``, from its end upwards; the lowest is first."""
    while at > 0 and bids[base + (at - 1) // 2] > bid:
        above = (at - 1) // 2
        bids[base + at], who[base + at] = bids[base + above], who[base + above]
        at = above
    bids[base + at], who[base + at] = bid, bidder


@_compiled
def _sink(bids: Floats, who: Ints, base: int, size: int, bid: float, bidder: int) -> None:  # pragma: no cover
    """Put a bid in the place of the lowest, from the top downwards."""
    at = 0
    while 2 * at + 1 < size:
        below = 2 * at + 1
        if below + 1 < size and bids[base + below + 1] < bids[base + below]:
            below += 1
        if bids[base + below] >= bid:
            break
        bids[base + at], who[base + at] = bids[base + below], who[base + below]
        at = below
    bids[base + at], who[base + at] = bid, bidder


@_compiled
def seat_everybody(
    starts: Ints, ends: Ints, kinds: Ints, costs: Floats, seats: Ints, price: Floats, eps: float, spread: float
) -> Ints:  # pragma: no cover - compiled
    """Seat everybody at least bid ``eps``; ``price`` is where it begins and ends."""
    people, many = len(starts), len(seats)
    first = np.zeros(many + 1, dtype=np.int64)
    for k in range(many):
        first[k + 1] = first[k] + seats[k]
    heap_bid = np.zeros(first[many])
    heap_who = np.zeros(first[many], dtype=np.int64)
    filled = np.zeros(many, dtype=np.int64)
    kind = np.full(people, -1, dtype=np.int64)
    waiting = np.arange(people)[::-1].copy()
    left = people
    while left > 0:
        left -= 1
        i = waiting[left]
        best, second, chosen = np.inf, np.inf, -1
        for a in range(starts[i], ends[i]):
            k = kinds[a]
            if seats[k] == 0:
                continue
            value = costs[a] + price[k]
            if value < best:
                second, best, chosen = best, value, k
            elif value < second:
                second = value
        if chosen < 0:
            continue
        raised = second - best if second < np.inf else spread
        bid = price[chosen] + raised + eps
        base, size = first[chosen], filled[chosen]
        if size < seats[chosen]:
            filled[chosen] += 1
            _climb(heap_bid, heap_who, base, size, bid, i)
        else:
            out = heap_who[base]
            kind[out] = -1
            waiting[left] = out
            left += 1
            _sink(heap_bid, heap_who, base, size, bid, i)
        kind[i] = chosen
        if filled[chosen] == seats[chosen]:
            price[chosen] = max(price[chosen], heap_bid[base])
    return kind
