"""Many posts and many people at once: the assignment as advice, with what it would be post by post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.reference import Reference
from recommender.planning.assignment import Seated, greedy, seat, total_of
from recommender.planning.posts import Post, may_hold, shortfall_matrix
from recommender.planning.workforce import Workforce

CRITICAL_POST = 10.0
"""How much more a level missing in a critical post costs."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A person for a seat."""

    post: str
    learner: str
    shortfall: float
    """Weighted missing levels, expected."""
    price: float | None
    """What the seat is worth to the others who want it: whoever would gain less than that stays behind."""


@dataclass(frozen=True)
class Posting:
    """Advice for all posts at once."""

    placements: tuple[Placement, ...]
    """Posts in their order, people by shortfall."""
    shortfall: float
    """Sum over all filled seats."""
    bound: float
    """No assignment that fills as many seats has a lower cost (critical posts count ``CRITICAL_POST`` times)."""
    cost: float
    worst: float
    unfilled: int
    post_by_post: float
    """Shortfall where each post takes the best of who is left, in their order."""
    post_by_post_unfilled: int
    method: str

    @property
    def saved(self) -> float:
        """Share of the shortfall of post by post that is avoided."""
        return 1 - self.shortfall / self.post_by_post if self.post_by_post > 0 else 0.0


def post_costs(workforce: Workforce, reference: Reference, posts: Sequence[Post]) -> NDArray[np.float32]:
    """Return the weighted missing levels of each person in each post, shape (posts, people).

    Infinite where the rules do not let the person hold it.
    """
    positions = list(dict.fromkeys(post.position for post in posts))
    by_position = shortfall_matrix(workforce, reference, positions)
    rows = {position: n for n, position in enumerate(positions)}
    rules = {post.rules: may_hold(workforce, post.rules) for post in posts}
    costs = np.empty((len(posts), len(workforce)), dtype=np.float32)
    for n, post in enumerate(posts):
        costs[n] = np.where(rules[post.rules], by_position[rows[post.position]], np.inf)
    return costs


def assign(
    workforce: Workforce,
    reference: Reference,
    posts: Sequence[Post],
    *,
    worst_first: bool = False,
    dense: bool | None = None,
) -> Posting:
    """Return who should hold which post so that most seats are filled at least shortfall, critical posts first.

    With ``worst_first`` the worst-filled seat is made as good as can be before the total is looked at. Never more
    than advice: see ``recommender.planning.candidates.decide``.
    """
    costs = post_costs(workforce, reference, posts)
    seats = np.array([post.seats for post in posts], dtype=np.int64)
    factor = np.array([CRITICAL_POST if post.critical else 1.0 for post in posts], dtype=np.float32)
    found = seat(costs * factor[:, None], seats, worst_first=worst_first, dense=dense)
    by_hand = greedy(costs, seats)
    total, worst = total_of(costs, found.kind)
    return Posting(
        placements=_placements(workforce, posts, costs, found),
        shortfall=total,
        bound=found.bound,
        cost=found.total,
        worst=worst,
        unfilled=found.unfilled,
        post_by_post=total_of(costs, by_hand)[0],
        post_by_post_unfilled=int(seats.sum() - (by_hand >= 0).sum()),
        method=found.method,
    )


def _placements(
    workforce: Workforce, posts: Sequence[Post], costs: NDArray[np.float32], found: Seated
) -> tuple[Placement, ...]:
    ids = workforce.people["learner_id"]
    rows = np.flatnonzero(found.kind >= 0)
    order = rows[np.lexsort((costs[found.kind[rows], rows], found.kind[rows]))]
    prices = found.prices
    return tuple(
        Placement(
            post=posts[found.kind[row]].id,
            learner=ids[int(row)],
            shortfall=float(costs[found.kind[row], row]),
            price=None if prices is None else float(prices[found.kind[row]]),
        )
        for row in order
    )
