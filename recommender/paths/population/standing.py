"""What learners are believed to hold of what their kinds ask about, for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.schema import MAX_LEVEL
from recommender.gaps import SURE
from recommender.listing import Catalogue
from recommender.listing.evidence_tables import evidence_of_tables
from recommender.listing.standings import evidence_rows
from recommender.paths.needs import GRAIN
from recommender.paths.population.kinds import Kind
from recommender.paths.population.people import People
from recommender.state import EvidenceTable
from recommender.state.filter import posterior
from recommender.state.many import KindArrays, step_totals

_SPEAKS = 1e-3
"""Log-odds from which on evidence says anything."""


@dataclass(frozen=True)
class Standing:
    """Rows of learner ``r`` are ``start[r]`` to ``start[r + 1]``, in the order of the kind's ``competencies``."""

    start: list[int]
    level: list[int]
    """The highest level that is held for sure."""
    known: list[bool]
    """Whether any evidence speaks."""
    weight: list[list[float]]
    """Of each step from 1 to 5; 0 where nothing is required."""


def standing(people: People, kinds: Sequence[Kind], catalogue: Catalogue, table: EvidenceTable) -> Standing:
    """Return where learners stand; ``kinds`` has the kind of each."""
    distinct = list(dict.fromkeys(kinds))
    number = {kind: n for n, kind in enumerate(distinct)}
    own = np.array([number[kind] for kind in kinds], dtype=np.int64)
    sizes = np.array([len(kind.competencies) for kind in distinct], dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(sizes[own])]).astype(np.int64)
    worth = np.array([w for kind in distinct for w in _worth(kind)], dtype=np.float64)
    begin = np.concatenate([[0], np.cumsum(sizes)])[:-1]
    row = np.arange(start[-1]) + np.repeat(begin[own] - start[:-1], sizes[own])
    at_least, known = _beliefs(people, own, distinct, start, worth[row] > 0, catalogue, table)
    levels = np.where(at_least >= SURE, np.arange(MAX_LEVEL + 1), 0).max(axis=1)
    grains = np.round(worth[row, None] * (1 - at_least[:, 1:]) / GRAIN)
    weight = np.round(np.maximum(GRAIN, grains * GRAIN), 6)
    return Standing(start.tolist(), levels.tolist(), known.tolist(), weight.tolist())


def _worth(kind: Kind) -> list[float]:
    """Return the weight of what the kind asks about; 0 for what is not required."""
    asked = [need.weight for need in kind.requirements]
    return asked + [0.0] * (len(kind.competencies) - len(asked))


def _beliefs(
    people: People,
    own: NDArray[np.int64],
    kinds: Sequence[Kind],
    start: NDArray[np.int64],
    required: NDArray[np.bool_],
    catalogue: Catalogue,
    table: EvidenceTable,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return P(at least each level), shape (n_rows, 6), and whether evidence speaks, shape (n_rows,)."""
    arrays = KindArrays.of(table)
    prior = _at_least(posterior(arrays.log_prior, np.zeros((1, MAX_LEVEL))))
    at_least = np.repeat(prior, len(required), axis=0)
    known = np.zeros(len(required), dtype=bool)
    evidence = evidence_of_tables(people.evidence, people.enrolments, own, _asking(kinds, catalogue), table)
    if len(evidence):
        rows, cases = evidence_rows(evidence, start, people.at)
        in_use = required[start[evidence.learner] + evidence.slot]
        totals = step_totals(replace(rows, in_use=in_use), len(cases), arrays)
        at_least[cases] = _at_least(posterior(arrays.log_prior, totals))
        known[cases] = np.abs(totals).max(axis=1) > _SPEAKS
    return at_least, known


def _asking(kinds: Sequence[Kind], catalogue: Catalogue) -> Catalogue:
    """Return the catalogue as if kinds were posts, so that evidence is sorted by what they ask about."""
    slot = np.full((len(kinds), len(catalogue.competencies)), -1, dtype=np.int16)
    for row, kind in enumerate(kinds):
        slot[row, [catalogue.competency_index[one] for one in kind.competencies]] = range(len(kind.competencies))
    asking = copy(catalogue)
    vars(asking)["posts"] = replace(catalogue.posts, slot=slot)
    return asking


def _at_least(probabilities: NDArray[np.float64] | NDArray[np.float32]) -> NDArray[np.float64]:
    tails = [probabilities[:, level:].sum(axis=1) for level in range(MAX_LEVEL + 1)]
    return np.asarray(np.minimum(np.stack(tails, axis=1), 1.0), dtype=np.float64)
