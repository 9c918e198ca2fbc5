"""A block of learners in columns: all that a list depends on, with nothing of Python's per learner."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.histories import Histories
from features.records import Learner
from recommender.listing.ranges import ranges


@dataclass(frozen=True)
class EvidenceColumns:
    """What learners have shown of the competencies that their posts require, each column of shape (n_rows,).

    A *case* is one learner and one requirement of the learner's post; a *group* is what counts once within a case: the
    rows of one course, or those of one kind that come from no course. Rows are sorted by case, then by group, then
    by time. Rows about other competencies are left out: they move no list.
    """

    learner: NDArray[np.int64]
    """Row of the block."""
    slot: NDArray[np.int64]
    """Number of the requirement among those of the learner's post."""
    group: NDArray[np.int64]
    """What counts once; equal numbers of different cases are different groups."""
    from_course: NDArray[np.bool_]
    kind: NDArray[np.int64]
    """Number in ``EVIDENCE_KINDS``."""
    passed: NDArray[np.bool_]
    level: NDArray[np.int64]
    """1 to 5."""
    observed: NDArray[np.int64]
    """Milliseconds since 1970 on the platform's clock."""
    attempt: NDArray[np.int64]
    """From 1."""
    dwell: NDArray[np.float64]
    """Weight by the time spent, above 0, at most 1; 1 for what is no completion."""

    def __len__(self) -> int:
        return len(self.learner)

    def of(self, learners: NDArray[np.int64]) -> EvidenceColumns:
        """Return the rows of some learners, who become numbers 0, 1, ..."""
        starts, ends = (np.searchsorted(self.learner, learners, side) for side in ("left", "right"))
        rows = ranges(starts, ends - starts)
        own = EvidenceColumns(*(getattr(self, one.name)[rows] for one in fields(self)))
        return replace(own, learner=np.repeat(np.arange(len(learners)), ends - starts))


@dataclass(frozen=True)
class LearnerBlock:
    """Learners in columns. Course numbers are those of the catalogue that the block was made with."""

    histories: Histories
    """Courses that each learner chose, oldest first, without those that were mandated or skimmed."""
    profile: NDArray[np.int32]
    """Shape (n,), each learner's row of ``profiles``."""
    profiles: tuple[Learner, ...]
    """The distinct profiles, without ids: organisation, post, languages, verified."""
    post: NDArray[np.int64]
    """Shape (n_profiles,), row of each profile's post in ``Catalogue.posts``."""
    barred_from: NDArray[np.int64]
    """Shape (n + 1,): learner ``r`` may not be shown ``barred[barred_from[r]:barred_from[r + 1]]``."""
    barred: NDArray[np.int32]
    """Courses enrolled in and their translations, planned and down-rated ones, in no order, some twice."""
    evidence: EvidenceColumns

    def __len__(self) -> int:
        return len(self.histories)

    @cached_property
    def told_from(self) -> NDArray[np.int64]:
        """Shape (n + 1,): the evidence of learner ``r`` is rows ``told_from[r]`` to ``told_from[r + 1]``."""
        if len(self) == 1:
            return np.array([0, len(self.evidence)], dtype=np.int64)
        return np.searchsorted(self.evidence.learner, np.arange(len(self) + 1)).astype(np.int64)

    def rows(self, some: NDArray[np.int64] | slice) -> LearnerBlock:
        """Return some learners, in that order."""
        learners = np.arange(len(self))[some]
        sizes = np.diff(self.barred_from)[learners]
        return replace(
            self,
            histories=self.histories.rows(learners),
            profile=self.profile[learners],
            barred_from=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            barred=self.barred[ranges(self.barred_from[learners], sizes)],
            evidence=self.evidence.of(learners),
        )
