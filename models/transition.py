"""What comes next: an order-aware linear model in closed form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from features.histories import Histories
from models.base import LearnerBatch, Scores, TrainingData
from models.history_rows import FadingRows
from models.item_item import decayed, sum_of_rows

REACH = 20
"""How many of the newest courses say what comes next."""

NEAR = 4
"""How many coming courses are targets, each ``FADE`` times the one before."""

FADE = 0.3

_LEARNERS = 8192
_MANY = 250_000
"""Learners from which on those with one course are left out first (nothing comes after it), and blocks are larger."""
_BLOCK = 200_000
"""Interactions of such a block."""


class Transition(FadingRows):
    """Ridge regression from the recent past to the near future.

    For every moment of every history the input is the courses so far, each ``decay`` times the one after it, and the
    target is the next few courses. All moments together give one n x n regression, solved in closed form: the linear
    autoencoders of Choi et al., Session-aware Linear Item-Item Models for Session-based Recommendation, WWW 2021, with
    decays chosen on validation. Where order carries no signal it falls back to plain co-occurrence.
    """

    name = "transition"

    def __init__(
        self,
        decay: float = 0.7,
        ridge: float = 10.0,
        trust: float = 0.0,
        length_power: float = 0.5,
        prior: Scores | None = None,
    ) -> None:
        self.decay = decay
        self.ridge = ridge
        self.trust = trust
        """Where the histories are silent the weights are ``trust`` times the prior's, e.g. an item-item model's."""
        self.prior = prior
        self.length_power = length_power
        """Learners weigh their number of courses to minus this power."""
        self.weights: Scores = np.zeros((0, 0), dtype=np.float32)

    def fit(self, data: TrainingData) -> Self:
        """Solve the regression."""
        gram, cross = moments(data.histories, self.decay, self.length_power)
        self.weights = solve(gram, cross, self.ridge, None if not self.trust else self.prior, self.trust)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return what the learner's recent courses lead to, shape (n, n_courses)."""
        return sum_of_rows(batch.histories, self.weights, recent(batch.histories, self.decay))


def recent(histories: Histories, decay: float) -> NDArray[np.float32]:
    """Return each interaction's weight as an input: ``decay ** age``, 0 beyond ``REACH``."""
    ages = histories.ages()
    return np.where(ages < REACH, decayed(ages, decay), np.float32(0.0)).astype(np.float32)


def moments(histories: Histories, decay: float, length_power: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return inputs' x inputs and inputs' x targets over all moments of all histories, both (n, n) float64."""
    n = histories.n_courses
    gram, cross = np.zeros((n, n)), np.zeros((n, n))
    for inputs, targets, weights in moments_of_some(histories, decay, length_power):
        weighted = (sparse.diags_array(weights) @ inputs).T.tocsr()
        _add(gram, weighted @ inputs)
        _add(cross, weighted @ targets)
    return gram, cross


def solve(
    gram: NDArray[np.float64],
    cross: NDArray[np.float64],
    ridge: float,
    prior: Scores | None = None,
    trust: float = 0.0,
) -> Scores:
    """Return the ridge regression that shrinks to ``trust`` times the prior, as float32; the inputs stay as they are.

    That is ``(gram + ridge I)^-1 (cross + ridge trust prior)``.
    """
    ridge = max(ridge, 1e-3)
    regularised = gram.copy()
    regularised[np.diag_indices_from(gram)] += ridge
    factor = linalg.cho_factor(regularised, lower=True, overwrite_a=True, check_finite=False)
    known = cross if prior is None else cross + (ridge * trust) * prior
    return np.asarray(linalg.cho_solve(factor, known, check_finite=False), dtype=np.float32)


def moments_of_some(
    histories: Histories, decay: float, length_power: float
) -> Iterator[tuple[sparse.csr_matrix, sparse.csr_matrix, NDArray[np.float32]]]:
    """Yield inputs, targets (moments x courses) and the weights of the moments, some learners at a time."""
    size = _LEARNERS
    if len(histories) >= _MANY:
        histories = histories.rows(np.flatnonzero(histories.lengths > 1))
        size = max(_LEARNERS, int(_BLOCK * len(histories) / max(len(histories.courses), 1)))
    for start in range(0, len(histories), size):
        some = histories.rows(slice(start, min(start + size, len(histories))))
        lengths = np.repeat(some.lengths, some.lengths)
        place = np.arange(len(some.courses)) - np.repeat(some.indptr[:-1], some.lengths)
        left = lengths - 1 - place
        inputs = shifted(some, [(-back, decay ** (back - 1), place >= back) for back in range(1, REACH + 1)])
        targets = shifted(some, [(ahead, FADE**ahead, (left >= ahead) & (place > 0)) for ahead in range(NEAR)])
        yield inputs, targets, np.maximum(lengths, 1).astype(np.float32) ** -length_power


def shifted(histories: Histories, shifts: list[tuple[int, float, NDArray[np.bool_]]]) -> sparse.csr_matrix:
    """Return, a row an interaction, the courses some places away with their weights, where the place exists."""
    rows = [np.flatnonzero(exists) for _, _, exists in shifts]
    columns = [histories.courses[row + shift] for row, (shift, _, _) in zip(rows, shifts, strict=True)]
    values = [np.full(len(row), weight, dtype=np.float32) for row, (_, weight, _) in zip(rows, shifts, strict=True)]
    where = (np.concatenate(rows), np.concatenate(columns))
    shape = (len(histories.courses), histories.n_courses)
    return sparse.csr_matrix(sparse.coo_matrix((np.concatenate(values), where), shape=shape))


def _add(total: NDArray[np.float64], part: sparse.csr_matrix) -> None:
    rows = np.repeat(np.arange(total.shape[0]), np.diff(part.indptr))
    total[rows, part.indices] += part.data
