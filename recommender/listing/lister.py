"""The lister: from learners in columns to lists in columns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cached_property
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from features.errors import NotReadyError
from models.base import LearnerBatch, Scores
from models.blended import need_height
from models.bundle import Bundle
from models.fold import ALL
from models.history_rows import REACH, recency
from models.plan import LITTLE, NEIGHBOURS_NAME, SITUATIONS, situation
from recommender.listing.allowed import Allowed
from recommender.listing.bases import Bases
from recommender.listing.block import LearnerBlock
from recommender.listing.catalogue import Catalogue
from recommender.listing.course_needs import CourseNeeds, Lessons, course_needs
from recommender.listing.kernel import ALL_COURSES, ONLY_DESIRABLE, ONLY_GUIDED, Best, Work, best_plain
from recommender.listing.list_facts import Voices, reasons_plain
from recommender.listing.lists import Lists
from recommender.listing.standings import Standings, standings
from recommender.state.evidence_table import DEFAULT_EVIDENCE, EvidenceTable
from recommender.state.many import KindArrays

AT_ONCE = 2048
"""Learners who are worked on at once; memory grows with it, and with no other number of learners."""
_S = len(SITUATIONS)
_TRACKS = {None: ALL_COURSES, "guided": ONLY_GUIDED, "desirable": ONLY_DESIRABLE}


class Lister:
    """Makes lists for one bundle; safe to share between threads.

    Everything the service applies is applied here: what a list may hold (live, category, language, entitlement, taken
    in any language, planned, down-rated), the blend, needs from the competency state at the moment, ties by the lower
    course number, reasons.
    """

    def __init__(self, bundle: Bundle, table: EvidenceTable = DEFAULT_EVIDENCE, *, compiled: bool = False) -> None:
        """Prepare lists; ``compiled`` needs numba (the extra ``scale``) and gives the same bits, sooner for many.

        Raises
        ------
        NotReadyError
            If ``compiled`` is asked for where numba is not installed.
        """
        if compiled and find_spec("numba") is None:
            raise NotReadyError("no numba here", "the extra 'scale'", "pip install 'karmapath[scale]'")
        self.bundle = bundle
        self.table = table
        self.catalogue = Catalogue(bundle.reference, bundle.course_ids)
        self.compiled = compiled
        self._kinds = KindArrays.of(table)
        self._allowed = Allowed(self.catalogue)
        self._bases = Bases(bundle, compiled=compiled)

    def best(
        self,
        block: LearnerBlock,
        at: datetime,
        k: int,
        *,
        track: str | None = None,
        language: str | None = None,
        categories: frozenset[str] | None = None,
        threads: int = 1,
    ) -> Lists:
        """Return the k best courses of each learner, best first.

        Parameters
        ----------
        block
            Learners, made with this lister's ``catalogue`` and ``table``.
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
        threads
            How many to use; worth it only where the lister is ``compiled``.
        """
        sorted_, order = block.by_profile()
        starts = range(0, max(len(block), 1), AT_ONCE)

        def part(start: int) -> Lists:
            some = sorted_.rows(slice(start, start + AT_ONCE))
            return self.explained(some, at, k, track=track, language=language, categories=categories)[0]

        if threads == 1 or len(starts) == 1:
            return Lists.joined([part(start) for start in starts]).placed(order)
        with ThreadPoolExecutor(threads) as pool:
            return Lists.joined(list(pool.map(part, starts))).placed(order)

    def explained(
        self,
        block: LearnerBlock,
        at: datetime,
        k: int,
        *,
        track: str | None = None,
        language: str | None = None,
        categories: frozenset[str] | None = None,
    ) -> tuple[Lists, Standings]:
        """Return the lists of a few learners, all at once, and where they stand: what reasons are about."""
        catalogue = self.catalogue
        post = block.post[block.profile]
        standing = standings(block, catalogue.posts, at, self._kinds, compiled=self.compiled)
        needs = course_needs(post, standing, catalogue.posts, self._lessons, compiled=self.compiled)
        work, codes = self._work(block, needs, at, language, categories)
        best = self._kernel(work, k, _TRACKS[track])
        reasons, subjects = self._reasons(best, work, codes, post, standing)
        return Lists(best.courses, best.scores, best.guided, reasons, subjects), standing

    def _reasons(
        self, best: Best, work: Work, codes: NDArray[np.uint8], post: NDArray[np.int64], standing: Standings
    ) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        posts, taught, rows = self.catalogue.posts, self.catalogue.taught, situation(np.diff(work.history_from))
        if self.compiled:
            from recommender.listing.facts_numba import reasons_compiled  # noqa: PLC0415 - serving does without it

            return reasons_compiled(best, codes, work.own, post, standing, posts, taught, self._voices, rows)
        return reasons_plain(best, codes, work.own, post, standing, self.catalogue, self._voices, rows)

    def _kernel(self, work: Work, k: int, track: int) -> Best:
        k = min(k, len(self.catalogue))
        if self.compiled:
            from recommender.listing.kernel_numba import best_compiled  # noqa: PLC0415 - serving does without it

            return best_compiled(work, k, track)
        return best_plain(work, k, track)

    def _work(
        self,
        block: LearnerBlock,
        needs: CourseNeeds,
        at: datetime,
        language: str | None,
        categories: frozenset[str] | None,
    ) -> tuple[Work, NDArray[np.uint8]]:
        """Return what the kernel reads, and the reason codes of the base rows."""
        rows = situation(block.histories.lengths)
        met, own = np.unique(block.profile * _S + rows, return_inverse=True)
        base, codes = self._base_rows(block, met, at, language, categories)
        fold = self.bundle.hybrid.folded()
        return Work(
            base=base,
            own=own,
            others=self._others(block, rows),
            rows=self._rows,
            unit=fold.unit,
            few_from=self._few[0],
            few=self._few[1],
            recency=self._recency,
            history_from=block.histories.indptr,
            history=block.histories.courses,
            need_from=needs.start,
            need_course=needs.course,
            need=self._lifts(needs, rows),
            barred_from=block.barred_from,
            barred=block.barred,
            little=LITTLE,
        ), codes

    def _base_rows(
        self,
        block: LearnerBlock,
        met: NDArray[np.int64],
        at: datetime,
        language: str | None,
        categories: frozenset[str] | None,
    ) -> tuple[Scores, NDArray[np.uint8]]:
        """Return a row for each profile and situation that is met, with ``-inf`` for what may not be shown."""
        rows = np.empty((len(met), len(self.catalogue)), dtype=np.float32)
        codes = np.empty(rows.shape, dtype=np.uint8)
        live = self._allowed.live(at, categories)
        bars: dict[int, Scores] = {}
        before, bar, base = -1, rows[:0], None
        for number, (profile, row) in enumerate(zip(*(part.tolist() for part in np.divmod(met, _S)), strict=True)):
            if base is None or profile != before:
                learner = block.profiles[profile]
                base, shown = self._bases.of(learner), self._allowed.open_to(learner, language)
                if id(shown) not in bars:
                    bars[id(shown)] = np.where(live & shown, 0.0, -np.inf).astype(np.float32)
                before, bar = profile, bars[id(shown)]
            np.add(base.scores[row], bar, out=rows[number])
            codes[number] = base.loudest[row]
        return rows, codes

    def _others(self, block: LearnerBlock, rows: NDArray[np.int64]) -> Scores:
        hybrid = self.bundle.hybrid
        if not self._has_others:
            return np.zeros((0, 0), dtype=np.float32)
        features = self.bundle.learner_vocabulary.matrix(block.profiles, self.bundle.reference)
        return hybrid.other_scores(LearnerBatch(block.histories, features[block.profile]), rows)

    def _lifts(self, needs: CourseNeeds, rows: NDArray[np.int64]) -> Scores:
        """Return what each need adds: the learner's greatest adds the height of the situation."""
        plan = self.bundle.hybrid.plan
        if plan is None or "need" not in self.bundle.hybrid.models:
            return np.zeros(len(needs.need), dtype=np.float32)
        sizes = np.diff(needs.start)
        greatest = np.zeros(len(rows), dtype=np.float32)
        some = np.flatnonzero(sizes)
        if len(some):
            greatest[some] = np.maximum.reduceat(needs.need, needs.start[some])
        height = need_height(plan, rows)
        return np.asarray(np.repeat(height, sizes) * (needs.need / np.repeat(greatest, sizes)), dtype=np.float32)

    @cached_property
    def _has_others(self) -> bool:
        return bool(self.bundle.hybrid.others)

    @cached_property
    def _rows(self) -> NDArray[np.int16]:
        # A plain view: every slice of a memory map costs Python a call.
        return np.asarray(self.bundle.hybrid.folded().rows)

    @cached_property
    def _few(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return which courses the groups speak of that speak of new ones alone, as starts and numbers."""
        fold, new = self.bundle.hybrid.folded(), self.bundle.hybrid.new
        columns = np.empty(0, dtype=np.int64) if new is None else new.columns
        narrow = (fold.loudest[:, :, 0] == ALL.index(NEIGHBOURS_NAME)).all(axis=0)
        starts = np.cumsum([0, *np.where(narrow, len(columns), 0)], dtype=np.int64)
        return starts, np.tile(columns, int(narrow.sum()))

    @cached_property
    def _recency(self) -> Scores:
        ages = np.arange(REACH + 1)
        decays = self.bundle.hybrid.folded().decays
        return np.stack([recency(ages, float(decay)) for decay in decays]).reshape(len(decays), len(ages))

    @cached_property
    def _lessons(self) -> Lessons:
        return Lessons.of(self.catalogue.posts, self.catalogue.taught)

    @cached_property
    def _voices(self) -> Voices:
        return Voices.of(self.bundle.hybrid, len(self.catalogue))
