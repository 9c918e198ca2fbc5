"""Where learners stand: what their posts require beside what they are believed to hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from features.schema import MAX_LEVEL
from features.times import milliseconds
from recommender.gaps import SURE
from recommender.listing.block import EvidenceColumns, LearnerBlock
from recommender.listing.posts import PostTable
from recommender.listing.ranges import changes, ranges
from recommender.state import libm
from recommender.state.filter import level_logits
from recommender.state.many import EvidenceRows, KindArrays, half_lives, weighed_totals

DAY = 86_400_000
"""Milliseconds."""
SPEAKS = 1e-3
"""Log-odds from which on evidence says anything."""


@dataclass(slots=True)
class Standings:
    """The requirements of each learner's post with what is believed; those of learner ``r`` begin at ``start[r]``.

    The same numbers as ``recommender.gaps`` gives one learner at a time.
    """

    start: NDArray[np.int64]
    """Shape (n + 1,)."""
    need: NDArray[np.int64]
    """Shape (n_rows,), row of ``PostTable``."""
    at_least: NDArray[np.float64]
    """Shape (n_rows, 6), probability that each level is held."""
    known: NDArray[np.bool_]
    """Whether any evidence speaks."""
    missing: NDArray[np.float64]
    """Expected number of missing steps."""
    rank: NDArray[np.int64]
    """Place among the learner's gaps, the worst 0: as ``recommender.gaps.gaps`` orders them."""


def standings(block: LearnerBlock, posts: PostTable, at: datetime, kinds: KindArrays) -> Standings:
    """Return where each learner of the block stands at a moment; ``standings_numba`` does the same, compiled."""
    post = block.post[block.profile]
    sizes = np.diff(posts.start)[post]
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    need = ranges(posts.start[post], sizes)
    at_least, known = beliefs(block.evidence, start, len(need), at, kinds)
    missing = np.cumsum((1.0 - at_least[:, 1:]) * posts.within[need], axis=1)[:, -1]
    met = at_least[np.arange(len(need)), posts.required[need]] >= SURE
    learner = np.repeat(np.arange(len(block)), sizes)
    order = np.lexsort((-posts.weight[need] * missing, ~posts.critical[need], met, learner))
    rank = np.empty(len(need), dtype=np.int64)
    rank[order] = np.arange(len(need)) - np.repeat(start[:-1], sizes)
    return Standings(start, need, at_least, known, missing, rank)


def beliefs(
    evidence: EvidenceColumns, start: NDArray[np.int64], n_rows: int, at: datetime, kinds: KindArrays
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return P(at least each level), shape (n_rows, 6), and whether evidence speaks, shape (n_rows,)."""
    at_least = np.repeat(at_least_of(kinds.log_prior, np.zeros((1, MAX_LEVEL))), n_rows, axis=0)
    known = np.zeros(n_rows, dtype=bool)
    if len(evidence):
        rows, cases = evidence_rows(evidence, start, at)
        totals = weighed_totals(rows, _weights(rows, kinds), len(cases), kinds)
        at_least[cases] = at_least_of(kinds.log_prior, totals)
        known[cases] = np.abs(totals).max(axis=1) > SPEAKS
    return at_least, known


def evidence_rows(
    evidence: EvidenceColumns, start: NDArray[np.int64], at: datetime
) -> tuple[EvidenceRows, NDArray[np.int64]]:
    """Return the evidence with its age, and the row of the standings that each of its cases is about."""
    row = start[evidence.learner] + evidence.slot
    new_case = changes(row)
    new_group = new_case | changes(evidence.group)
    return EvidenceRows(
        case=np.cumsum(new_case) - 1,
        group=np.cumsum(new_group) - 1,
        from_course=evidence.from_course,
        kind=evidence.kind,
        passed=evidence.passed,
        level=evidence.level,
        age_days=(milliseconds(at) - evidence.observed) / DAY,
        in_use=np.ones(len(evidence), dtype=bool),
        attempt=evidence.attempt,
        dwell=evidence.dwell,
    ), row[new_case]


def at_least_of(log_prior: NDArray[np.float64], totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return P(at least each level), shape (n, 6), from log-odds of steps, shape (n, 5)."""
    likelihoods = libm.exp(np.asarray(level_logits(log_prior, totals), dtype=np.float64))
    levels = likelihoods / likelihoods.sum(axis=1, keepdims=True)
    tails = [levels[:, level:].sum(axis=1) for level in range(MAX_LEVEL + 1)]
    return np.asarray(np.minimum(np.stack(tails, axis=1), 1.0), dtype=np.float64)


def _weights(rows: EvidenceRows, kinds: KindArrays) -> NDArray[np.float64]:
    """Return what each row counts, as ``recommender.state.many`` weighs it."""
    left = np.where(rows.age_days >= 0, libm.exp2(-np.maximum(rows.age_days, 0) / half_lives(rows, kinds)), 0.0)
    return np.asarray(rows.dwell * libm.power(kinds.attempt, rows.attempt - 1) * left, dtype=np.float64)
