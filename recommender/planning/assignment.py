"""Who should hold which post: all at once, by least shortfall, or so that the worst-filled post is as good as can be.

Small problems are solved exactly and densely (``linear_sum_assignment``); larger ones on the most promising pairs by an
auction whose prices prove a bound over *all* pairs: pairs that beat the prices are added until the bound is met.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import maximum_flow

from recommender.planning.auction import Bidders, auction

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DENSE = 6_000_000
"""Seats times people up to which all pairs are solved at once."""
BEST_KINDS = 16
"""Kinds of posts that each person is looked at for to begin with."""
PRECISION = 1e-3
"""Largest proven distance from the best that is aimed at, as a share of the total."""
_ROUNDS = 8
_PART = 2048
_ADDED = 3


@dataclass(frozen=True)
class Seated:
    """The kind of post of each person, and what is proven."""

    kind: Ints
    """Shape (people,); -1 where the person gets no post."""
    total: float
    bound: float
    """No assignment that fills as many seats costs less."""
    worst: float
    unfilled: int
    prices: Floats | None
    """What a seat of each kind is worth to the others who want it, relative to no post; ``None`` where not computed."""
    method: str


def seat(costs: NDArray[np.float32], seats: Ints, *, worst_first: bool = False, dense: bool | None = None) -> Seated:
    """Return the assignment of people to kinds of posts that fills most seats at least total cost.

    Parameters
    ----------
    costs
        Shape (kinds, people); infinite where a person may not hold the post.
    seats
        Shape (kinds,), how many people each kind takes.
    worst_first
        First make the highest cost of a filled seat as low as can be, then the total.
    dense
        Solve all pairs at once; by default where there are few.
    """
    allowed = costs
    if worst_first:
        limit = bottleneck(costs, seats)
        allowed = np.where(costs <= limit, costs, np.float32(np.inf))
    small = int(seats.sum()) * costs.shape[1] <= DENSE if dense is None else dense
    return _dense(allowed, seats) if small else _sparse(allowed, seats)


def greedy(costs: NDArray[np.float32], seats: Ints) -> Ints:
    """Return the manual practice: post after post, the best of who is left; kinds of people, -1 for none."""
    kind = np.full(costs.shape[1], -1, dtype=np.int64)
    for k, count in enumerate(seats):
        left = np.where(kind < 0, costs[k], np.inf)
        take = min(int(count), len(left))
        best = np.argpartition(left, take - 1)[:take] if take else np.empty(0, dtype=np.int64)
        kind[best[np.isfinite(left[best])]] = k
    return kind


def total_of(costs: NDArray[np.float32], kind: Ints) -> tuple[float, float]:
    """Return the total and the highest cost of an assignment."""
    seated = np.flatnonzero(kind >= 0)
    paid = costs[kind[seated], seated].astype(np.float64)
    return float(paid.sum()), float(paid.max(initial=0.0))


def bottleneck(costs: NDArray[np.float32], seats: Ints) -> float:
    """Return the lowest cost below which as many seats can be filled as without a limit (by bisection over flows)."""
    finite = np.isfinite(costs)
    levels = np.unique(costs[finite])
    if not len(levels):
        return 0.0
    most = _fillable(finite, seats)
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high) // 2
        if _fillable(costs <= levels[middle], seats) >= most:
            high = middle
        else:
            low = middle + 1
    return float(levels[low])


def _fillable(allowed: NDArray[np.bool_], seats: Ints) -> int:
    """Return how many seats can be filled with the allowed pairs: a maximum flow from kinds to people."""
    kinds, people = np.nonzero(allowed)
    n_kinds, n_people = allowed.shape
    source, sink = n_kinds + n_people, n_kinds + n_people + 1
    heads = np.concatenate([np.full(n_kinds, source), kinds, n_kinds + np.arange(n_people)])
    tails = np.concatenate([np.arange(n_kinds), n_kinds + people, np.full(n_people, sink)])
    room = np.concatenate([seats, np.ones(len(kinds)), np.ones(n_people)]).astype(np.int32)
    graph = sparse.csr_array((room, (heads.astype(np.int32), tails.astype(np.int32))), shape=(sink + 1, sink + 1))
    return int(maximum_flow(graph, source, sink).flow_value)


def _dense(costs: NDArray[np.float32], seats: Ints) -> Seated:
    rows = np.repeat(np.arange(len(seats)), seats)
    finite = np.isfinite(costs)
    top = float(costs[finite].max()) if finite.any() else 0.0
    forbidden = (top + 1.0) * (1 + min(len(rows), costs.shape[1]))
    whole = np.where(finite, costs, forbidden).astype(np.float64)[rows]
    chosen, people = linear_sum_assignment(whole)
    kind = np.full(costs.shape[1], -1, dtype=np.int64)
    good = whole[chosen, people] < forbidden
    kind[people[good]] = rows[chosen[good]]
    total, worst = total_of(costs, kind)
    return Seated(kind, total, total, worst, int(len(rows) - good.sum()), None, "exact")


def _sparse(costs: NDArray[np.float32], seats: Ints) -> Seated:
    """Solve on promising pairs; add pairs that the prices show to be better until none is left that matters."""
    n_kinds, n_people = costs.shape
    finite = np.isfinite(costs)
    top = float(costs[finite].max()) if finite.any() else 0.0
    empty = 2.0 * top + 1.0  # an empty seat costs more than any seat that moves could fill
    keys = _first_pairs(costs, seats)
    eps = PRECISION * max(top, 1e-6) / 32
    start: Floats | None = None
    for round_number in range(_ROUNDS):
        kind, prices = auction(_bidders(costs, seats, keys, empty), eps, start)
        own = np.where(kind[:n_people] == n_kinds, -1, kind[:n_people])
        total, worst = total_of(costs, own)
        unfilled = int(seats.sum() - (own >= 0).sum())
        bound, better = _priced(costs, seats, prices, empty)
        bound -= unfilled * empty
        if total - bound <= PRECISION * max(total, 1e-9) or round_number == _ROUNDS - 1:
            break
        keys, start = np.union1d(keys, better), prices
    return Seated(own, total, min(total, bound), worst, unfilled, prices[:n_kinds] - prices[n_kinds], "auction")


def _first_pairs(costs: NDArray[np.float32], seats: Ints) -> Ints:
    """Return promising pairs as person * kinds + kind: each person's best kinds, each kind's best people, greedy's."""
    n_kinds, n_people = costs.shape
    found = []
    many = min(BEST_KINDS, n_kinds)
    for start in range(0, n_people, _PART):
        part = np.ascontiguousarray(costs[:, start : start + _PART].T)
        best = np.argpartition(part, many - 1, axis=1)[:, :many]
        found.append((np.arange(start, start + len(part))[:, None] * n_kinds + best).ravel())
    for k in range(n_kinds):
        wanted = min(n_people, 3 * int(seats[k]) + 20)
        best = np.argpartition(costs[k], wanted - 1)[:wanted]
        found.append(best * n_kinds + k)
    kind = greedy(costs, seats)
    seated = np.flatnonzero(kind >= 0)
    found.append(seated * n_kinds + kind[seated])
    keys = np.unique(np.concatenate(found).astype(np.int64))
    return np.asarray(keys[np.isfinite(costs[keys % n_kinds, keys // n_kinds])], dtype=np.int64)


def _bidders(costs: NDArray[np.float32], seats: Ints, keys: Ints, empty: float) -> Bidders:
    """Return people and, for every seat, one who would leave it empty: all of them can also stay without a post.

    Places without a post are as many as people, so seats and bidders are equal in number and all can be seated.
    """
    n_kinds, n_people = costs.shape
    stay = n_kinds
    person, kind = keys // n_kinds, keys % n_kinds
    rows = np.concatenate([person, np.arange(n_people)])
    columns = np.concatenate([kind, np.full(n_people, stay)])
    paid = np.concatenate([costs[kind, person].astype(np.float64), np.zeros(n_people)])
    order = np.argsort(rows, kind="stable")
    starts = np.searchsorted(rows[order], np.arange(n_people + 1))
    shared = len(rows)  # all who would leave a seat empty have the same arcs
    count = int(seats.sum())
    leave_kinds = np.append(np.arange(n_kinds), stay)
    leave_costs = np.append(np.full(n_kinds, empty), 0.0)
    return Bidders(
        starts=np.concatenate([starts[:-1], np.full(count, shared)]).astype(np.int64),
        ends=np.concatenate([starts[1:], np.full(count, shared + len(leave_kinds))]).astype(np.int64),
        kinds=np.concatenate([columns[order], leave_kinds]).astype(np.int64),
        costs=np.concatenate([paid[order], leave_costs]),
        seats=np.append(seats, n_people).astype(np.int64),
    )


def _priced(costs: NDArray[np.float32], seats: Ints, prices: Floats, empty: float) -> tuple[float, Ints]:
    """Return the bound that the prices prove over all pairs, and each person's best pairs at these prices."""
    n_kinds, n_people = costs.shape
    own = prices[:n_kinds]
    stay = float(prices[n_kinds])
    value = int(seats.sum()) * min(stay, empty + float(own.min())) - float(seats @ own) - n_people * stay
    found = []
    for start in range(0, n_people, _PART):
        priced = np.ascontiguousarray(costs[:, start : start + _PART].T) + own.astype(np.float32)
        rows = np.arange(len(priced))
        for place in range(min(_ADDED, n_kinds)):
            best = priced.argmin(axis=1)
            least = priced[rows, best].astype(np.float64)
            if place == 0:
                value += float(np.minimum(least, stay).sum())
            found.append(((start + rows) * n_kinds + best)[np.isfinite(least) & (least < stay)])
            priced[rows, best] = np.inf
    return value, np.concatenate(found).astype(np.int64) if found else np.empty(0, dtype=np.int64)
