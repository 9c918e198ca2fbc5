"""People bid for kinds of posts: the assignment at national size, with a bound that proves how good it is.

The forward auction with similar objects (Bertsekas and Castanon 1989) with scaling of the least bid. Every kind of
post has so many seats and one price, the lowest accepted bid. Whoever has no seat bids for the kind that costs least
with its price, by as much as it beats the second best, and takes the seat of the lowest bidder. At the end everybody
is within ``eps`` of the best at these prices, so the total is within ``people * eps`` of the best; the prices give the
bound itself: sum over people of min(cost + price) less sum over kinds of seats * price.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    from recommender.planning.bids import seat_everybody  # noqa: PLC0415 - compiles, and who only reads plans need not

    spread = float(np.ptp(bidders.costs)) if len(bidders.costs) else 0.0
    price = np.zeros(len(bidders.seats)) if prices is None else prices.copy()
    step = eps if prices is not None else max(eps, spread / 4)
    while True:
        kind = seat_everybody(
            bidders.starts, bidders.ends, bidders.kinds, bidders.costs, bidders.seats, price, step, spread
        )
        if step <= eps:
            return kind, price
        step = max(eps, step / SCALE)
