"""To which level a role needs a competency, learned from roles whose levels are known.

A Gaussian process over (role, competency) pairs: two pairs are alike as far as their roles' texts and titles are
("senior", "head of"), and more so where the competency is the same or means the same. Its mean is rounded so that
levels come up as often as they did among the known ones, which is what a quadratic kappa rewards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.schema import MAX_LEVEL
from features.text.grams import gram_counts, inverse_document_frequency, weighted_unit_rows
from features.text.sounds import words
from recommender.matching.encoded import EncodedTexts

_NOISE = 3.0
_SAME = 1.0
_COMPETENCY = 0.5
_MOST_KNOWN = 4_000


@dataclass(frozen=True)
class LevelModel:
    """A fitted model of levels."""

    roles: EncodedTexts
    competencies: EncodedTexts
    pairs: NDArray[np.int64]
    """Shape (n_known, 2): role and competency of each known level."""
    weights: NDArray[np.float64]
    middle: float
    borders: NDArray[np.float64]
    """Shape (MAX_LEVEL - 1,): between level 1 and 2, 2 and 3, ..."""

    @classmethod
    def fit(
        cls,
        roles: EncodedTexts,
        competencies: EncodedTexts,
        pairs: NDArray[np.int64],
        levels: NDArray[np.int64],
    ) -> LevelModel:
        """Fit on known levels (of very many, every second or third).

        Parameters
        ----------
        pairs
            Shape (n, 2): row numbers of role and competency.
        levels
            Shape (n,), 1 to 5.
        """
        some = slice(None, None, 1 + len(pairs) // _MOST_KNOWN)
        pairs, levels = pairs[some], levels[some]
        middle = float(levels.mean())
        kernel = _pair_kernel(_role_kernel(roles, roles), _competency_kernel(competencies), pairs, pairs)
        inverse = np.linalg.inv(kernel + _NOISE * np.eye(len(pairs)))
        weights = inverse @ (levels - middle)
        # What each known pair would be told to be if it were not known: that is how new pairs are told.
        unseen = levels - weights / np.diag(inverse)
        shares = np.cumsum(np.bincount(levels, minlength=MAX_LEVEL + 1)[1:]) / len(levels)
        borders = np.quantile(unseen, shares[:-1])
        borders[shares[:-1] <= 0], borders[shares[:-1] >= 1] = -np.inf, np.inf
        return cls(roles, competencies, pairs, weights, middle, borders)

    def predict(self, roles: EncodedTexts, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the level (1 to 5) of each pair of a new role and a competency, shape (n,)."""
        kernel = _pair_kernel(_role_kernel(roles, self.roles), _competency_kernel(self.competencies), pairs, self.pairs)
        return np.searchsorted(self.borders, kernel @ self.weights + self.middle) + 1


def _pair_kernel(
    roles: NDArray[np.float64],
    competencies: NDArray[np.float64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
) -> NDArray[np.float64]:
    role = roles[np.ix_(left[:, 0], right[:, 0])]
    competency = competencies[np.ix_(left[:, 1], right[:, 1])]
    return role * (1 + competency) + _COMPETENCY * competency


def _role_kernel(roles: EncodedTexts, known: EncodedTexts) -> NDArray[np.float64]:
    """Return how alike roles are: meaning and letters of their texts, meaning and letters of their titles."""
    meaning = roles.centred("passage", like=known) @ known.centred("passage").T
    titles = roles.centred("query", names=True, like=known) @ known.centred("query", names=True).T
    letters = _letters(roles.grams, known.grams)
    title_grams = (gram_counts([" ".join(words(name)) for name in texts.names], (3, 5)) for texts in (roles, known))
    return meaning + titles + letters + _letters(*title_grams)


def _letters(new: Any, known: Any) -> NDArray[np.float64]:
    weights = inverse_document_frequency(known)
    product = weighted_unit_rows(new, weights) @ weighted_unit_rows(known, weights).T
    return np.asarray(product.toarray(), dtype=np.float64)


def _competency_kernel(competencies: EncodedTexts) -> NDArray[np.float64]:
    """Return 1 for the same competency plus how alike two are in meaning."""
    vectors = competencies.centred("passage")
    return np.asarray(vectors @ vectors.T + _SAME * np.eye(len(competencies)), dtype=np.float64)
