"""Learns from links already made: which candidates belong to a query, from queries whose candidates are known.

Beside what query and candidate say (``signals``), a link may be told by neighbours (what belongs to similar queries),
by kernel ridge regression on the queries' meaning and letters, by how often a candidate is linked at all, and by which
candidates go together. A logistic regression weighs all of these; it is fitted on signals that each known query got
while it, and its whole group, was left out, so that it knows how far each signal carries to new queries.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from features.text.grams import inverse_document_frequency, weighted_unit_rows
from recommender.matching.encoded import EncodedTexts
from recommender.matching.logistic import Logistic, fit_logistic
from recommender.matching.signals import signals

FOLDS = 24
_NEIGHBOURS = 20
_VERY_ALIKE = 0.6
_RIDGES = (0.3, 3.0)
_TOGETHER_RIDGE = 8.0
_MAP_RIDGE = 3.0
_MOST_PAIRS = 2_000_000
"""Pairs that the blend is fitted on: with more, every second or third query is enough."""


@dataclass(frozen=True)
class LinkModel:
    """A fitted model; ``score`` answers for new queries over the same candidates."""

    queries: EncodedTexts
    candidates: EncodedTexts
    links: NDArray[np.float64]
    """Known queries x candidates, 0 or 1."""
    kernel: NDArray[np.float64]
    """Known queries x known queries: how alike they are."""
    blend: Logistic
    left_out: NDArray[np.float64]
    """Known queries x candidates: the probability of each link, had the query's own links not been known."""

    @classmethod
    def fit(
        cls,
        queries: EncodedTexts,
        candidates: EncodedTexts,
        links: NDArray[np.float64],
        groups: Sequence[Hashable] | None = None,
    ) -> LinkModel:
        """Fit on known queries.

        Parameters
        ----------
        links
            Shape (n_queries, n_candidates), 0 or 1.
        groups
            What must be left out together (all grades of one role); by default queries that are very much alike.
        """
        kernel = _kernel(queries, queries)
        folds = (_numbered(groups) if groups else connected_components(kernel > _VERY_ALIKE)[1]) % FOLDS
        own = signals(queries, candidates)
        space = _Space.of(queries, queries, candidates)
        learned = np.empty((len(_LEARNED), len(queries), len(candidates)))
        for fold in np.unique(folds):
            held, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
            told = _learned_signals(kernel[np.ix_(held, rest)], kernel[np.ix_(rest, rest)], links[rest])
            learned[:-1, held], learned[-1, held] = told, space.mapped(held, rest, links[rest])
        some = np.arange(0, len(queries), 1 + links.size // _MOST_PAIRS)
        stacked = np.concatenate([own[:, some], learned[:, some]]).reshape(len(own) + len(learned), -1)
        blend = fit_logistic(stacked, links[some].ravel() > 0)
        left_out = blend(np.concatenate([own, learned]).astype(np.float32))
        return cls(queries, candidates, links, kernel, blend, left_out)

    def score(self, queries: EncodedTexts) -> NDArray[np.float64]:
        """Return the probability of each link, shape (n_queries, n_candidates)."""
        learned = _learned_signals(_kernel(queries, self.queries), self.kernel, self.links)
        space = _Space.of(queries, self.queries, self.candidates)
        mapped = space.mapped(np.arange(len(queries)), np.arange(len(self.queries)), self.links)
        told = signals(queries, self.candidates, like=self.queries)
        return self.blend(np.concatenate([told, learned, mapped[None]]).astype(np.float32))


_LEARNED = ("neighbours", "ridge", "smooth_ridge", "often", "together", "mapped")


@dataclass(frozen=True)
class _Space:
    """Queries and candidates as vectors, for a linear map from one to the other."""

    new: NDArray[np.float64]
    known: NDArray[np.float64]
    candidates: NDArray[np.float64]

    @classmethod
    def of(cls, new: EncodedTexts, known: EncodedTexts, candidates: EncodedTexts) -> _Space:
        parts = (new.centred("passage", like=known), known.centred("passage"), candidates.centred("passage"))
        return cls(*(np.asarray(part, dtype=np.float64) for part in parts))

    def mapped(
        self, rows: NDArray[np.int64], known: NDArray[np.int64], links: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the cosine of each candidate to where the known queries say that a query's candidates lie.

        A ridge regression from a query's vector to the mean vector of its candidates; without evidence it leaves the
        query where it is.
        """
        asked, taught = self.new[rows], self.known[known]
        goals = _unit(links @ self.candidates)
        step = np.where(links.sum(axis=1, keepdims=True) > 0, goals - taught, 0)
        moved = asked + asked @ taught.T @ np.linalg.solve(taught @ taught.T + _MAP_RIDGE * np.eye(len(taught)), step)
        return np.asarray(_unit(moved) @ self.candidates.T)


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _numbered(groups: Sequence[Hashable]) -> NDArray[np.int64]:
    return np.unique([str(group) for group in groups], return_inverse=True)[1]


def _kernel(queries: EncodedTexts, known: EncodedTexts) -> NDArray[np.float64]:
    """Return how alike queries are in meaning and letters, shape (n_queries, n_known)."""
    meaning = queries.centred("passage", like=known) @ known.centred("passage").T
    weights = inverse_document_frequency(known.grams)
    letters = weighted_unit_rows(queries.grams, weights) @ weighted_unit_rows(known.grams, weights).T
    return np.asarray((meaning + letters.toarray()) / 2, dtype=np.float64)


def _learned_signals(
    kernel: NDArray[np.float64], among: NDArray[np.float64], links: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what the known queries' links say about the new ones, shape (len(_LEARNED) - 1, n_new, n_candidates).

    ``mapped``, the last, is told by ``_Space``.

    Parameters
    ----------
    kernel
        Shape (n_new, n_known).
    among
        Shape (n_known, n_known).
    """
    often = links.mean(axis=0)
    sharp, smooth = (_kernel_ridge(kernel, among, links, often, ridge) for ridge in _RIDGES)
    voted = _neighbours_vote(kernel, links, max(float(among.std()), 1e-6))
    together = (voted + sharp) / 2 @ _together(links)
    prior = np.broadcast_to(np.log(often + 0.5 / (len(links) + 1)), voted.shape)
    return np.stack([voted, sharp, smooth, prior, together])


def _neighbours_vote(similarity: NDArray[np.float64], links: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Return the weighted share of the nearest known queries that have each link."""
    count = min(_NEIGHBOURS, similarity.shape[1])
    if not count:
        return np.zeros((len(similarity), links.shape[1]))
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :count]
    near = np.take_along_axis(similarity, nearest, axis=1)
    weight = np.exp((near - near[:, :1]) / spread)
    weight /= weight.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(len(nearest)), count)
    votes = sparse.csr_matrix((weight.ravel(), (rows, nearest.ravel())), shape=similarity.shape)
    return np.asarray(votes @ links)


def _kernel_ridge(
    kernel: NDArray[np.float64],
    among: NDArray[np.float64],
    links: NDArray[np.float64],
    often: NDArray[np.float64],
    ridge: float,
) -> NDArray[np.float64]:
    solved = np.linalg.solve(among + ridge * np.eye(len(among)), links - often)
    return np.asarray(kernel @ solved + often)


def _together(links: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much each candidate tells of each other one: ridge regression of the links on themselves."""
    gram = links.T @ links
    inverse = np.linalg.inv(gram + _TOGETHER_RIDGE * np.eye(len(gram)))
    weights = np.asarray(-inverse / np.diag(inverse))
    np.fill_diagonal(weights, 0)
    return weights
