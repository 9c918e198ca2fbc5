"""How to weigh models against each other: a search for the weights that rank held-out choices best.

The measure is NDCG itself, on the learners of a validation slice. It is a step function of the weights, so the search
goes coordinate by coordinate with shrinking steps: with few weights and thousands of learners that is enough, needs no
gradient, and cannot be misled by scores that are no probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.histories import Histories
from models.base import Scores, seen_mask

PER_MODEL = 60
"""Candidates that each model puts forward for each learner."""
K = 10
"""Length of the lists that are judged."""
_STEPS = (-1.0, -0.5, -0.25, -0.1, 0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True)
class Candidates:
    """The models' scores of the courses worth ranking, for each learner as many as the longest list needs."""

    scores: Scores
    """Shape (n_learners, n_candidates, n_models)."""
    valid: NDArray[np.bool_]
    """Shape (n_learners, n_candidates); false where there are fewer candidates."""
    relevant: NDArray[Any]
    """Shape (n_learners, n_candidates), whether the candidate was chosen, or what it is worth that it was."""
    ideal: NDArray[np.float64]
    """Shape (n_learners,), the discounted gain of the best possible list."""

    def rows(self, mask: NDArray[np.bool_]) -> Candidates:
        """Return some of the learners."""
        return Candidates(self.scores[mask], self.valid[mask], self.relevant[mask], self.ideal[mask])


def candidates(
    parts: Sequence[Scores], histories: Histories, targets: Histories, among: NDArray[np.bool_] | None = None
) -> Candidates:
    """Return the union of each model's best courses, those already taken and those not ``among`` left out."""
    barred = seen_mask(histories)
    if among is not None:
        barred |= ~among
    chosen = np.zeros(barred.shape, dtype=bool)
    most = min(PER_MODEL, barred.shape[1])
    for part in parts:
        masked = np.where(barred, -np.inf, part)
        best = np.argpartition(-masked, most - 1, axis=1)[:, :most]
        np.put_along_axis(chosen, best, values=True, axis=1)
    chosen &= ~barred
    width = max(int(chosen.sum(axis=1).max(initial=0)), 1)
    columns = np.argsort(~chosen, axis=1, kind="stable")[:, :width]
    gains = np.concatenate([[0.0], np.cumsum(1.0 / np.log2(np.arange(2, K + 2)))])
    wanted = seen_mask(targets) & ~barred
    return Candidates(
        scores=np.stack([np.take_along_axis(part, columns, axis=1) for part in parts], axis=-1).astype(np.float32),
        valid=np.take_along_axis(chosen, columns, axis=1),
        relevant=np.take_along_axis(wanted, columns, axis=1),
        ideal=np.maximum(gains[np.minimum(wanted.sum(axis=1), K)], 1e-9),
    )


def joined(parts: Sequence[Candidates]) -> Candidates:
    """Return the candidates of all the learners of the parts, one part after the other."""
    width = max(part.valid.shape[1] for part in parts)

    def padded(array: NDArray[Any]) -> NDArray[Any]:
        missing = [(0, 0), (0, width - array.shape[1]), *[(0, 0)] * (array.ndim - 2)]
        return np.pad(array, missing)

    return Candidates(
        np.concatenate([padded(part.scores) for part in parts]),
        np.concatenate([padded(part.valid) for part in parts]),
        np.concatenate([padded(part.relevant) for part in parts]),
        np.concatenate([part.ideal for part in parts]),
    )


def pooled(parts: Sequence[Candidates]) -> Candidates:
    """Return the learners of several slices as one; narrow slices are filled up with candidates that are none."""
    width = max(part.valid.shape[1] for part in parts)

    def wide(array: NDArray[Any]) -> NDArray[Any]:
        return np.pad(array, [(0, 0), (0, width - array.shape[1])] + [(0, 0)] * (array.ndim - 2))

    return Candidates(
        scores=np.concatenate([wide(part.scores) for part in parts]),
        valid=np.concatenate([wide(part.valid) for part in parts]),
        relevant=np.concatenate([wide(part.relevant) for part in parts]),
        ideal=np.concatenate([part.ideal for part in parts]),
    )


def quality(found: Candidates, weights: NDArray[np.float32]) -> float:
    """Return the mean NDCG at ``K``, plus a tenth of that of much longer lists, which breaks ties between weights.

    0 where there is nobody to judge.
    """
    if not len(found.scores):
        return 0.0
    scores = np.where(found.valid, found.scores @ weights, -np.inf)
    width = min(5 * K, scores.shape[1])
    best = np.argpartition(-scores, width - 1, axis=1)[:, :width]
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
    hits = np.take_along_axis(found.relevant, np.take_along_axis(best, order, axis=1), axis=1)
    gains = 1.0 / np.log2(np.arange(2, width + 2))
    short = (hits[:, :K] @ gains[: min(K, width)] / found.ideal).mean()
    return float(short + 0.1 * (hits @ gains / found.ideal).mean())


def ndcg(found: Candidates, weights: NDArray[np.float32]) -> float:
    """Return the mean NDCG at ``K`` of the weighted sum, 0 where there is nobody to judge."""
    if not len(found.scores):
        return 0.0
    scores = np.where(found.valid, found.scores @ weights, -np.inf)
    width = min(K, scores.shape[1])
    order = np.argsort(-scores, axis=1, kind="stable")[:, :width]
    gains = 1.0 / np.log2(np.arange(2, width + 2))
    return float((np.take_along_axis(found.relevant, order, axis=1) @ gains / found.ideal).mean())


def search(found: Candidates, start: NDArray[np.float32], rounds: int = 4) -> NDArray[np.float32]:
    """Return weights, none below 0, that rank best; ``start`` itself if nothing is better."""
    weights = np.maximum(start, 0.0).astype(np.float32)
    if not len(found.scores) or len(weights) < 2:
        return weights
    best = quality(found, weights)
    for round_ in range(rounds):
        scale = float(weights.max()) * 0.7**round_
        before = best
        for number in range(len(weights)):
            for step in (-weights[number] / scale, *_STEPS):
                tried = weights.copy()
                tried[number] = max(0.0, tried[number] + step * scale)
                value = quality(found, tried)
                if value > best + 1e-6:
                    best, weights = value, tried
        if best - before < 1e-5 and round_ > 0:
            break
    return np.asarray(weights / max(float(weights.max()), 1e-9), dtype=np.float32)


def steady_search(found: Candidates, start: NDArray[np.float32], seed: int = 0, draws: int = 4) -> NDArray[np.float32]:
    """Return the mean of the weights found on random two thirds of the learners: less of it is chance.

    Bagging: Breiman, Machine Learning 1996.
    """
    generator = np.random.default_rng(seed)
    drawn = [found.rows(generator.random(len(found.scores)) < 2.0 / 3.0) for _ in range(draws)]
    weights = np.mean([search(part, start) for part in drawn], axis=0)
    return np.asarray(weights / max(float(weights.max()), 1e-9), dtype=np.float32)


def prune(found: Candidates, weights: NDArray[np.float32], worth: NDArray[np.float64] | float) -> NDArray[np.float32]:
    """Return the weights without the models that add less than ``worth`` to the quality, the least useful first.

    ``worth`` is one number, or one for each model.
    """
    weights, asked = weights.copy(), np.broadcast_to(worth, weights.shape)
    while (weights > 0).sum() > 1:
        whole = quality(found, weights)
        gains = {n: whole - quality(found, np.where(np.arange(len(weights)) == n, 0.0, weights).astype(np.float32))
                 for n in np.flatnonzero(weights > 0)}  # fmt: skip
        least = min(gains, key=lambda n: gains[n] - asked[n])
        if gains[least] >= asked[least]:
            break
        weights[least] = 0.0
    return weights
