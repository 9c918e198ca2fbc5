"""The lister: from learners in columns to lists in columns."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

import numpy as np

from models.base import LearnerBatch, Scores, top_k
from models.bundle import Bundle
from recommender.listing.allowed import Mask, live, open_to
from recommender.listing.block import LearnerBlock
from recommender.listing.catalogue import Catalogue
from recommender.listing.course_needs import Lessons, course_needs
from recommender.listing.list_facts import gap_reasons
from recommender.listing.lists import NOTHING, Lists
from recommender.listing.reason_codes import OF_MODEL
from recommender.listing.standings import standings
from recommender.state.evidence_table import DEFAULT_EVIDENCE, EvidenceTable

_DENSE = 256
"""Learners whose scores of all courses are held at once."""


class Lister:
    """Makes lists for one bundle; safe to share between threads.

    Everything the service applies is applied here: what a list may hold (live, category, language, entitlement, taken
    in any language, planned, down-rated), the blend, needs from the competency state at the moment, ties by the lower
    course number, reasons.
    """

    def __init__(self, bundle: Bundle, table: EvidenceTable = DEFAULT_EVIDENCE) -> None:
        self.bundle = bundle
        self.table = table
        self.catalogue = Catalogue(bundle.reference, bundle.course_ids)

    def best(
        self,
        block: LearnerBlock,
        at: datetime,
        k: int,
        *,
        track: str | None = None,
        language: str | None = None,
        categories: frozenset[str] | None = None,
    ) -> Lists:
        """Return the k best courses of each learner, best first.

        Parameters
        ----------
        block
            Learners, made with this lister's ``catalogue``.
        at
            The moment that is asked for: evidence ages to it, and courses are live then.
        k
            How many at most.
        track
            ``guided``: only courses that close a gap of the learner's post; ``desirable``: only others.
        language
            Only courses in this language (ISO 639 code), whatever the profile says.
        categories
            Lower-case course categories that may be shown; ``None`` for all that teach.
        """
        parts = [
            self._best(block.rows(slice(start, start + _DENSE)), at, k, track, language, categories)
            for start in range(0, max(len(block), 1), _DENSE)
        ]
        return Lists.joined(parts)

    @cached_property
    def _lessons(self) -> Lessons:
        return Lessons.of(self.catalogue.posts, self.catalogue.taught)

    def _best(
        self,
        block: LearnerBlock,
        at: datetime,
        k: int,
        track: str | None,
        language: str | None,
        categories: frozenset[str] | None,
    ) -> Lists:
        catalogue = self.catalogue
        post = block.post[block.profile]
        standing = standings(block, catalogue.posts, at, self.table)
        needs = course_needs(post, standing, catalogue.posts, self._lessons).dense(len(catalogue))
        parts = self.bundle.hybrid.parts(self._batch(block, needs))
        scores: Scores = np.array(sum(parts.values()), dtype=np.float32)
        scores[self._hidden(block, needs, at, track, language, categories)] = -np.inf
        columns = top_k(scores, k)
        values = np.take_along_axis(scores, columns, axis=1)
        courses = np.where(np.isfinite(values), columns, NOTHING).astype(np.int32)
        codes, competencies, _ = gap_reasons(courses, post, standing, catalogue.posts, catalogue.taught)
        strongest = np.stack([np.take_along_axis(part, columns, axis=1) for part in parts.values()]).argmax(axis=0)
        other = np.array([OF_MODEL[name] for name in parts], dtype=np.uint8)[strongest]
        other[courses == NOTHING] = 0
        reasons = np.where((codes > 0)[..., None], np.stack([codes, other], axis=-1), np.stack([other, codes], axis=-1))
        subjects = np.stack([competencies, np.full_like(competencies, NOTHING)], axis=-1)
        guided = (np.take_along_axis(needs, columns, axis=1) > 0) & (courses != NOTHING)
        return Lists(courses, values, guided, reasons.astype(np.uint8), subjects)

    def _batch(self, block: LearnerBlock, needs: Scores) -> LearnerBatch:
        features = self.bundle.learner_vocabulary.matrix(block.profiles, self.bundle.reference)
        return LearnerBatch(block.histories, features[block.profile], needs)

    def _hidden(
        self,
        block: LearnerBlock,
        needs: Scores,
        at: datetime,
        track: str | None,
        language: str | None,
        categories: frozenset[str] | None,
    ) -> Mask:
        shown = live(self.catalogue, at, categories)
        masks = np.stack([shown & open_to(learner, self.catalogue, language) for learner in block.profiles])
        hidden: Mask = ~masks[block.profile]
        hidden[np.repeat(np.arange(len(block)), np.diff(block.barred_from)), block.barred] = True
        if track is not None:
            hidden |= (needs > 0) != (track == "guided")
        return hidden
