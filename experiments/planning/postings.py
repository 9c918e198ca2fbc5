"""Everybody to every post: made-up services of any size, solved at once and post by post.

People belong to a family of work and are strong in some of its competencies, and in a few others; a post requires
competencies of its family and some general ones. Levels are known, so shortfalls are what they are.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.planning.assignment import Seated, greedy, seat, total_of

FAMILIES, EACH, GENERAL = 12, 6, 12
"""Families of work, competencies of each, and competencies that belong to none."""


@dataclass(frozen=True, slots=True)
class PostingFigures:
    """One instance, solved."""

    people: int
    posts: int
    seats: int
    method: str
    seconds: float
    cost_seconds: float
    """Of these, for the costs themselves; they are part of ``seconds``."""
    shortfall: float
    bound: float
    greedy: float
    worst: float
    greedy_worst: float
    unfilled: int

    @property
    def saved(self) -> float:
        """Share of the shortfall of post by post that is avoided."""
        return 1 - self.shortfall / self.greedy


def measure(people: int, posts: int, seats: int, *, dense: bool | None = None, seed: int = 0) -> PostingFigures:
    """Make an instance up, solve it at once and post by post."""
    held, wanted = service(people, posts, seed)
    started = time.perf_counter()
    costs = np.asarray(wanted @ (1.0 - held).T, dtype=np.float32)
    cost_seconds = time.perf_counter() - started
    each = np.full(posts, seats, dtype=np.int64)
    found: Seated = seat(costs, each, dense=dense)
    seconds = time.perf_counter() - started
    by_hand, by_hand_worst = total_of(costs, greedy(costs, each))
    return PostingFigures(
        people, posts, posts * seats, found.method, seconds, cost_seconds, found.total, found.bound, by_hand,
        found.worst, by_hand_worst, found.unfilled,
    )  # fmt: skip


def service(people: int, posts: int, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return who holds which step, shape (people, competencies * 5), and what each post's steps weigh."""
    rng = np.random.default_rng(seed)
    many = FAMILIES * EACH + GENERAL
    share = rng.dirichlet(np.full(FAMILIES, 3.0))
    levels = rng.choice([0, 0, 1, 1, 2], (people, many))
    family = rng.choice(FAMILIES, people, p=share)
    own = family[:, None] * EACH + np.arange(EACH)[None, :]
    strong = np.clip(np.rint(rng.normal(2.6, 1.2, (people, EACH))), 0, 5).astype(np.int64)
    np.put_along_axis(levels, own, strong, axis=1)
    other = rng.integers(0, many, (people, 3))
    np.put_along_axis(levels, other, rng.integers(1, 6, (people, 3)), axis=1)
    held = (levels[:, :, None] >= np.arange(1, 6)).reshape(people, -1).astype(np.float32)
    wanted = np.zeros((posts, many, 5), dtype=np.float32)
    for post, its in enumerate(rng.choice(FAMILIES, posts, p=share)):
        required = np.concatenate(
            [its * EACH + rng.choice(EACH, 4, replace=False), FAMILIES * EACH + rng.choice(GENERAL, 2, replace=False)]
        )
        for competency in required:
            wanted[post, competency, : rng.integers(1, 5)] = rng.choice([0.5, 1.0, 2.0])
    return held, wanted.reshape(posts, -1)
