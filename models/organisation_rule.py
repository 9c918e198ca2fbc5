"""The rule behind the platform's own shelf today: what an organisation's people complete, rate and enrol in most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.base import Arrays, LearnerBatch, Scores, TrainingData
from models.sparse_arrays import csr_arrays, csr_from


class OrganisationRule:
    """Per organisation, courses by share completed, then mean rating, then number of enrolments.

    A baseline to beat: the rule of iGOT's data pipeline. A course that nobody of the organisation took scores 0, and so
    does everything for a learner without an organisation.
    """

    name = "organisation rule"

    def __init__(self) -> None:
        self.by_organisation = sparse.csr_matrix(np.zeros((0, 0), dtype=np.float32))

    def fit(self, data: TrainingData) -> Self:
        """Rank the courses of every organisation."""
        names = data.learner_vocabulary.names
        own = np.flatnonzero([name.startswith("organisation=") for name in names])
        members = data.learner_features[:, own].T.tocsr() if len(own) else sparse.csr_matrix((0, len(data.histories)))
        n = len(data.histories.courses)
        completed = np.ones(n) if data.completed is None else data.completed.astype(np.float64)
        ratings = np.full(n, np.nan) if data.ratings is None else data.ratings.astype(np.float64)
        counts, done, rated, points = (
            np.asarray((members @ data.histories.matrix(values.astype(np.float32))).toarray(), dtype=np.float64)
            for values in (np.ones(n), completed, ~np.isnan(ratings), np.nan_to_num(ratings))
        )
        share = done / np.maximum(counts, 1.0)
        mean = points / np.maximum(rated, 1.0)
        ranks = np.zeros((len(names), data.n_courses), dtype=np.float32)
        for row, organisation in enumerate(own):
            order = np.lexsort((counts[row], mean[row], share[row]))
            ranks[organisation, order] = np.arange(1, data.n_courses + 1)
            ranks[organisation, counts[row] == 0] = 0.0
        self.by_organisation = sparse.csr_matrix(ranks)
        return self

    def score(self, batch: LearnerBatch) -> Scores:
        """Return the courses' ranks, the best the highest, shape (n, n_courses)."""
        return np.asarray((batch.features @ self.by_organisation).toarray(), dtype=np.float32)

    def arrays(self) -> Arrays:
        """Return the ranks by organisation."""
        return csr_arrays("by_organisation", self.by_organisation)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the model that ``arrays`` came from."""
        model = cls()
        model.by_organisation = csr_from(arrays, "by_organisation")
        return model
