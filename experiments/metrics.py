"""Ranking metrics, one value a learner, so that means, intervals and paired differences come from the same numbers.

All courses are ranked: there are no sampled negatives. Equal scores are ranked by column number, lower first
(``models.base.top_k``), so a constant scorer gets no luck. A learner without a target has no value: such learners are
left out before, and counted by whoever leaves them out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Lists = NDArray[np.int64]

ACCURACY = ("recall", "ndcg", "hr", "mrr")


def hits(lists: Lists, targets: Sequence[NDArray[np.int32]]) -> NDArray[np.bool_]:
    """Return which places of each list hold a target, shape of ``lists``; places of -1 (nothing left) never do."""
    wanted = np.concatenate([np.zeros(0, dtype=np.int64), *targets])
    width = max(int(lists.max(initial=0)), int(wanted.max(initial=0))) + 1
    owners = np.repeat(np.arange(len(targets)), [len(target) for target in targets])
    pairs = np.arange(len(lists))[:, None] * width + lists
    return np.isin(pairs, owners * width + wanted) & (lists >= 0)


def recall_at_k(hit: NDArray[np.bool_], n_targets: Values, k: int) -> Values:
    """Return the share of each learner's targets that stand among the first k: hits / number of targets."""
    return np.asarray(hit[:, :k].sum(axis=1) / n_targets, dtype=np.float64)


def hr_at_k(hit: NDArray[np.bool_], n_targets: Values, k: int) -> Values:
    """Return 1 where at least one target stands among the first k, else 0."""
    return np.asarray(hit[:, :k].any(axis=1), dtype=np.float64)


def ndcg_at_k(hit: NDArray[np.bool_], n_targets: Values, k: int) -> Values:
    """Return the discounted gain, ``sum 1 / log2(place + 1)`` over hits, as a share of the best that was possible.

    The best possible list has ``min(k, number of targets)`` targets at its top. Jarvelin and Kekalainen, TOIS 2002,
    with binary gains.
    """
    gains = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[0.0], np.cumsum(gains)])
    width = min(k, hit.shape[1])
    best = ideal[np.minimum(n_targets.astype(np.int64), k)]
    return np.asarray(hit[:, :width] @ gains[:width] / best, dtype=np.float64)


def mrr_at_k(hit: NDArray[np.bool_], n_targets: Values, k: int) -> Values:
    """Return one over the place of the first target among the first k; 0 if there is none."""
    first = hit[:, :k].argmax(axis=1)
    return np.where(hit[:, :k].any(axis=1), 1.0 / (first + 1.0), 0.0)


_BY_NAME = {"recall": recall_at_k, "ndcg": ndcg_at_k, "hr": hr_at_k, "mrr": mrr_at_k}


def per_learner(lists: Lists, targets: Sequence[NDArray[np.int32]], ks: Sequence[int]) -> dict[str, Values]:
    """Return every accuracy metric at every k, named ``ndcg@10``, one value a learner.

    >>> values = per_learner(np.array([[3, 1]]), [np.array([1], dtype=np.int32)], [1, 2])
    >>> float(values["hr@1"][0]), float(values["mrr@2"][0])
    (0.0, 0.5)
    """
    hit = hits(lists, targets)
    sizes = np.array([len(target) for target in targets], dtype=np.float64)
    return {f"{name}@{k}": _BY_NAME[name](hit, sizes, k) for k in ks for name in ACCURACY}


def catalogue(lists: Lists, popularity: Values, k: int) -> dict[str, float]:
    """Return what the lists of all learners do with the catalogue.

    ``coverage@k``: share of the courses that stand in at least one list. ``gini@k``: 0 where all courses are shown
    equally often, towards 1 where few are. ``novelty@k``: mean surprise ``-log2 share`` of the shown courses, where a
    course's share is that of its learners in training (add-one smoothed): Vargas and Castells, RecSys 2011.
    """
    shown = lists[:, :k]
    shown = shown[shown >= 0]
    n_courses = len(popularity)
    times = np.sort(np.bincount(shown, minlength=n_courses))
    share = (popularity + 1.0) / (popularity.sum() + n_courses)
    places = np.arange(1, n_courses + 1)
    gini = (2 * (places * times).sum() / (n_courses * max(times.sum(), 1)) - (n_courses + 1) / n_courses).item()
    return {
        f"coverage@{k}": float((times > 0).mean()),
        f"gini@{k}": max(0.0, gini),
        f"novelty@{k}": float(-np.log2(share[shown]).mean()) if len(shown) else 0.0,
    }


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and its 95 % interval."""

    mean: float
    low: float
    high: float


def interval(values: Values, seed: int = 0, draws: int = 1000) -> Interval:
    """Return the mean over learners and its percentile bootstrap interval (Efron), learners drawn with replacement.

    Beyond 20,000 learners the normal interval is given, which is then the same to three digits.
    """
    mean = float(values.mean())
    if len(values) > 20_000:
        spread = 1.96 * float(values.std(ddof=1)) / np.sqrt(len(values))
        return Interval(mean, mean - spread, mean + spread)
    generator = np.random.default_rng(seed)
    means = np.empty(draws)
    for draw in range(draws):
        means[draw] = values[generator.integers(0, len(values), len(values))].mean()
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(mean, float(low), float(high))


def paired(ours: Mapping[str, Values], theirs: Mapping[str, Values], seed: int = 0) -> dict[str, Interval]:
    """Return for each metric the mean difference, ours less theirs, of the same learners, and its interval."""
    return {name: interval(ours[name] - theirs[name], seed) for name in ours if name in theirs}
