"""Succession: who could take over which post and when, and what hangs on one person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from features.reference import Reference
from recommender.gaps import SURE
from recommender.planning.closing_price import ClosingPrices
from recommender.planning.disclosure import LEAST
from recommender.planning.posts import Post, may_hold
from recommender.planning.readiness import READY, readiness
from recommender.planning.workforce import Workforce


@dataclass(frozen=True, slots=True)
class Bench:
    """Who stands ready for a post."""

    post: str
    position: str
    holders: int
    """People who hold the position now."""
    eligible: int
    """Others whom the rules let hold it."""
    now: int
    in_6_months: int
    in_12_months: int
    """Of these, ready by then (each number holds the one before it)."""
    expected_now: float
    """Expected number ready, the sum of the chances."""
    strength: float
    """Ready within 12 months for each holder."""


@dataclass(frozen=True, slots=True)
class SinglePoint:
    """A competency that one person holds alone."""

    position: str
    competency: str
    level: int
    critical: bool
    people: int
    """Who hold the position."""
    holders: int
    """Of these, hold the level for sure."""
    learner: str | None
    """Who it is: only for those with the right to see named people."""


def benches(
    workforce: Workforce,
    reference: Reference,
    posts: Sequence[Post],
    prices: ClosingPrices,
    *,
    hours_a_month: float = 8.0,
    ready: float = READY,
) -> tuple[Bench, ...]:
    """Return for each post how many others are ready now, in 6 and in 12 months of learning, weakest first.

    Somebody who is not ready counts from the month in which the hours of the courses for what is critical fit.
    """
    found = []
    positions = workforce.people["position_id"]
    for post in posts:
        own = (positions == post.position).fill_null(value=False).to_numpy()
        others = may_hold(workforce, post.rules) & ~own
        one = readiness(workforce, reference, post.position, prices)
        ready_now = one.chance >= ready
        months = np.where(ready_now, 0.0, one.critical_hours / hours_a_month)
        holders = int(own.sum())
        within = [int((others & (months <= limit)).sum()) for limit in (0, 6, 12)]
        expected = float(one.chance[others].sum())
        bench = Bench(
            post=post.id,
            position=post.position,
            holders=holders,
            eligible=int(others.sum()),
            now=within[0],
            in_6_months=within[1],
            in_12_months=within[2],
            expected_now=expected,
            strength=within[2] / max(1, holders),
        )
        found.append(bench)
    return tuple(sorted(found, key=lambda bench: (bench.now, bench.strength, bench.post)))


def single_points(
    workforce: Workforce, reference: Reference, *, most: int = 1, least: int = 2, named: bool = False
) -> tuple[SinglePoint, ...]:
    """Return requirements that at most ``most`` of a position's people hold for sure, critical ones first.

    Only positions with at least ``least`` people count; nobody is named unless ``named``.
    """
    column = {competency: n for n, competency in enumerate(workforce.competencies)}
    found = []
    for (position,), rows in _by_position(workforce).items():
        if len(rows) < least or position not in reference.positions:
            continue
        for need in reference.requirements_of_position(position):
            if need.competency not in column:
                continue
            holds = workforce.held[rows, column[need.competency], need.level - 1] >= SURE
            if 0 < holds.sum() <= most:
                who = workforce.people["learner_id"][int(rows[int(np.argmax(holds))])] if named else None
                holders = int(holds.sum())
                point = SinglePoint(position, need.competency, need.level, need.critical, len(rows), holders, who)
                found.append(point)
    return tuple(sorted(found, key=lambda p: (not p.critical, -p.people, p.position, p.competency)))


def withheld(points: Iterable[SinglePoint], least: int = LEAST) -> tuple[SinglePoint, ...]:
    """Return those of positions with people enough for eyes without the right to named people."""
    return tuple(replace(point, learner=None) for point in points if point.people >= least)


def _by_position(workforce: Workforce) -> dict[tuple[str], np.ndarray]:
    held = workforce.people.with_row_index("row").drop_nulls("position_id")
    parts = held.partition_by("position_id", as_dict=True, maintain_order=True)
    return {(str(key[0]),): part["row"].to_numpy().astype(np.int64) for key, part in sorted(parts.items())}
