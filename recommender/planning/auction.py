"""People bid for kinds of posts: the assignment at national size, with a bound that proves how good it is.

The forward auction with similar objects (Bertsekas and Castanon 1989) with scaling of the least bid. Every kind of
post has so many seats and one price, the lowest accepted bid. Whoever has no seat bids for the kind that costs least
with its price, by as much as it beats the second best, and takes the seat of the lowest bidder. At the end everybody
is within ``eps`` of the best at these prices, so the total is within ``people * eps`` of the best; the prices give the
bound itself: sum over people of min(cost + price) less sum over kinds of seats * price.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _compiled(function: _Function) -> _Function:
    """Compile where the extra ``scale`` is installed; the same code runs without it, slowly."""
    if find_spec("numba") is None:  # pragma: no cover - with numba installed the other branch runs
        return function
    made: _Function = import_module("numba").njit(cache=True)(function)
    return made


Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SCALE = 5.0
"""By how much the least bid shrinks from one round to the next."""


@dataclass(frozen=True)
class Bidders:
    """Who may take what: bidder ``i`` has the arcs ``starts[i]:ends[i]``; bidders may share arcs."""

    starts: Ints
    ends: Ints
    kinds: Ints
    costs: Floats
    seats: Ints
    """Seats of each kind, together as many as bidders."""


def auction(bidders: Bidders, eps: float, prices: Floats | None = None) -> tuple[Ints, Floats]:
    """Return the kind of each bidder and the price of each kind.

    Parameters
    ----------
    bidders
        As many as seats, and so that everybody can be seated.
    eps
        The least bid at the end.
    prices
        Where to begin; zeros by default.
    """
    spread = float(np.ptp(bidders.costs)) if len(bidders.costs) else 0.0
    price = np.zeros(len(bidders.seats)) if prices is None else prices.copy()
    step = eps if prices is not None else max(eps, spread / 4)
    while True:
        kind = _round(bidders.starts, bidders.ends, bidders.kinds, bidders.costs, bidders.seats, price, step, spread)
        if step <= eps:
            return kind, price
        step = max(eps, step / SCALE)


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
def _round(
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
