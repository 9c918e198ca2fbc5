"""The lister: from learners in columns to lists in columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.errors import NotReadyError
from features.times import milliseconds
from models.base import LearnerBatch, Scores
from models.blended import need_height
from models.bundle import Bundle
from models.fold import ALL
from models.history_rows import REACH, recency
from models.plan import LITTLE, NEIGHBOURS_NAME, SITUATIONS, situation
from recommender.listing.allowed import Allowed
from recommender.listing.bases import KEPT_BYTES_OF_MANY, Bases
from recommender.listing.block import LearnerBlock
from recommender.listing.catalogue import Catalogue
from recommender.listing.course_needs import Lessons, Lifts, course_needs, lifts
from recommender.listing.kernel import ALL_COURSES, ONLY_DESIRABLE, ONLY_GUIDED, Best, Work, best_plain
from recommender.listing.list_facts import Voices, reasons_plain
from recommender.listing.lists import FewLists, Lists
from recommender.listing.rough import RoughRows
from recommender.listing.said import Said, Sayings
from recommender.listing.standings import Standings, standings
from recommender.listing.untold import Untold
from recommender.state.evidence_table import DEFAULT_EVIDENCE, EvidenceTable
from recommender.state.many import KindArrays

AT_ONCE = 1024
"""Learners who are worked on at once: what is noted of them on the way stays in a processor's own memory."""
MANY = 256
"""Learners from whom on it is worth it to lay out the rows of their histories first."""
_S = len(SITUATIONS)
_TRACKS = {None: ALL_COURSES, "guided": ONLY_GUIDED, "desirable": ONLY_DESIRABLE}


@dataclass(slots=True)
class _Asked:
    """What is asked for."""

    at: datetime
    k: int
    track: int
    language: str | None
    categories: frozenset[str] | None


class _Passes(NamedTuple):
    """What is done by compiled code, where there is any; asking for it in each function costs as much as a step."""

    stand: Callable[..., tuple[Standings, Lifts]]
    best: Callable[..., Best]
    few: Callable[..., FewLists]
    reasons: Callable[..., tuple[NDArray[np.uint8], NDArray[np.int32]]]


@dataclass(slots=True)
class _Found:
    """The courses of some learners, and what reasons are made of."""

    best: Best
    work: Work
    post: NDArray[np.int64]
    """Shape (n,), row of each learner's post."""
    standing: Standings
    rows: NDArray[np.int64]
    """Shape (n,), number in ``SITUATIONS``."""


class Lister:
    """Makes lists for one bundle; safe to share between threads.

    Everything the service applies is applied here: what a list may hold (live, category, language, entitlement, taken
    in any language, planned, down-rated), the blend, needs from the competency state at the moment, ties by the lower
    course number, reasons.
    """

    def __init__(
        self,
        bundle: Bundle,
        table: EvidenceTable = DEFAULT_EVIDENCE,
        *,
        compiled: bool = False,
        kept: int = KEPT_BYTES_OF_MANY,
        few: bool = False,
    ) -> None:
        """Prepare lists; ``compiled`` needs numba (the extra ``scale``) and gives the same bits, sooner for many.

        ``kept`` bytes are used for base rows of profiles, at most. Where it is for a ``few`` learners at a time, other
        threads wait while compiled code works.

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
        self._is_for_few = few
        self._kinds = KindArrays.of(table)
        self._allowed = Allowed(self.catalogue)
        self._bases = Bases(bundle, kept, compiled=compiled)
        self._rough: RoughRows | None = None
        self._sayings = Sayings(self._bases, self._allowed)

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
        found = Lists.empty(len(block), min(k, len(self.catalogue)))
        asked = _Asked(at, k, _TRACKS[track], language, categories)
        for group in self._groups(block):
            said = self._said(block, block.profile[group], asked)
            if self.compiled and len(block) >= MANY:
                self._keep_rows(block, said)

            def put(start: int, group: NDArray[np.int64] = group, said: Said = said) -> None:
                some = group[start : start + AT_ONCE]
                found.put(some, self._listed(block, some, said, asked))

            starts = range(0, len(group), AT_ONCE)
            if threads == 1 or len(starts) == 1:
                for start in starts:
                    put(start)
            else:
                with ThreadPoolExecutor(threads) as pool:
                    list(pool.map(put, starts))
        return found

    def _keep_rows(self, block: LearnerBlock, said: Said) -> None:
        """Lay out what the histories of many learners are made of."""
        if self._rough is None:
            met = said.place[said.place >= 0]
            most = np.abs(said.scores[met * _S]).max() + self._heights.max()
            unit = self.bundle.hybrid.folded().unit
            self._rough = RoughRows(self._rows, unit, self._recency, self._few, LITTLE, float(most))
        self._rough.keep(block.histories)

    def _groups(self, block: LearnerBlock) -> list[NDArray[np.int64]]:
        """Return the learners in order of their base rows, in groups whose profiles have room on a shelf together."""
        order = np.argsort(block.profile * _S + situation(block.histories.lengths), kind="stable")
        shelf = block.profile[order] // self._bases.room
        return np.split(order, np.flatnonzero(np.diff(shelf)) + 1) if len(order) else []

    def explained(
        self,
        block: LearnerBlock,
        at: datetime,
        k: int,
        *,
        track: str | None = None,
        language: str | None = None,
        categories: frozenset[str] | None = None,
    ) -> FewLists:
        """Return the lists of a few learners, all at once."""
        asked = _Asked(at, k, _TRACKS[track], language, categories)
        said = self._sayings.of(block.profiles, at, language, categories)
        found = self._found(block, np.arange(len(block)), said, asked)
        best, facts = found.best, self._facts(found, said)
        if self._passes:
            return self._passes.few(*facts)
        reasons, subjects, held = reasons_plain(*facts)
        return FewLists.of(Lists(best.courses, best.scores, best.guided, reasons, subjects), held)

    def _listed(self, block: LearnerBlock, learners: NDArray[np.int64], said: Said, asked: _Asked) -> Lists:
        """Return lists of some learners of the block, in their order."""
        found = self._found(block, learners, said, asked)
        best, facts = found.best, self._facts(found, said)
        if self._passes:
            return Lists(best.courses, best.scores, best.guided, *self._passes.reasons(*facts))
        return Lists(best.courses, best.scores, best.guided, *reasons_plain(*facts)[:2])

    def _found(self, block: LearnerBlock, learners: NDArray[np.int64], said: Said, asked: _Asked) -> _Found:
        profile = block.profile[learners]
        post, rows = block.post[profile], situation(block.histories.lengths[learners])
        standing, needs = self._needs(block, learners, post, rows, asked.at)
        work = self._work(block, learners, rows, needs, said)
        return _Found(self._kernel(work, asked.k, asked.track), work, post, standing, rows)

    def _needs(
        self,
        block: LearnerBlock,
        learners: NDArray[np.int64],
        post: NDArray[np.int64],
        rows: NDArray[np.int64],
        at: datetime,
    ) -> tuple[Standings, Lifts]:
        posts, lessons = self.catalogue.posts, self._lessons
        if self._passes:
            moment = milliseconds(at)
            return self._passes.stand(block, learners, post, rows, moment, posts, lessons, self._untold, self._kinds)
        own = block if len(learners) == len(block) and (learners[1:] > learners[:-1]).all() else block.rows(learners)
        standing = standings(own, posts, at, self._kinds)
        needs = course_needs(post, standing, posts, lessons)
        return standing, lifts(needs, self._heights[rows])

    def _facts(self, found: _Found, said: Said) -> tuple[Any, ...]:
        """Return what reasons are made of, in the order that ``list_facts`` takes it."""
        posts, taught, own = self.catalogue.posts, self.catalogue.taught, found.work.own
        return found.best, said.codes, own, found.post, found.standing, posts, taught, self._voices, found.rows

    def _kernel(self, work: Work, k: int, track: int) -> Best:
        k = min(k, len(self.catalogue))
        if self._passes:
            return self._passes.best(work, k, track)
        return best_plain(work, k, track)

    def _work(
        self,
        block: LearnerBlock,
        learners: NDArray[np.int64],
        rows: NDArray[np.int64],
        needs: Lifts,
        said: Said,
    ) -> Work:
        """Return what the kernel reads."""
        profile = block.profile[learners]
        return Work(
            base=said.scores,
            own=said.place[profile] * _S + rows,
            bars=said.bars,
            bar=said.bar[profile],
            others=self._others(block, learners, rows),
            rows=self._rows,
            unit=self.bundle.hybrid.folded().unit,
            few_from=self._few[0],
            few=self._few[1],
            recency=self._recency,
            learner=learners,
            history_from=block.histories.indptr,
            history=block.histories.courses,
            need_from=needs.start,
            need_course=needs.course,
            need=needs.lift,
            barred_from=block.barred_from,
            barred=block.barred,
            little=LITTLE,
            rough=self._rough,
        )

    def _said(self, block: LearnerBlock, profile: NDArray[np.int32], asked: _Asked) -> Said:
        """Return what some of the block's profiles say, and what they may be shown."""
        n = len(block.profiles)
        met = np.flatnonzero(np.bincount(profile, minlength=n))
        profiles = [block.profiles[one] for one in met.tolist()]
        shelf, places = self._bases.of(profiles)
        bars, own = self._allowed.bars(profiles, asked.at, asked.language, asked.categories)
        place, bar = (_spread(values, met, n) for values in (places, own))
        return Said(*shelf.rows, place, bars.rows, bar)

    def _others(self, block: LearnerBlock, learners: NDArray[np.int64], rows: NDArray[np.int64]) -> Scores:
        hybrid = self.bundle.hybrid
        if not self._has_others:
            return np.zeros((0, 0), dtype=np.float32)
        features = self.bundle.learner_vocabulary.matrix(block.profiles, self.bundle.reference)
        batch = LearnerBatch(block.histories.rows(learners), features[block.profile[learners]])
        return hybrid.other_scores(batch, rows)

    @cached_property
    def _passes(self) -> _Passes | None:
        if not self.compiled:
            return None
        from recommender.listing import facts_numba, kernel_numba, standings_numba  # noqa: PLC0415 - not all have numba

        return _Passes(
            partial(standings_numba.standings_compiled, few=self._is_for_few),
            partial(kernel_numba.best_compiled, few=self._is_for_few),
            facts_numba.few_compiled,
            facts_numba.reasons_compiled,
        )  # fmt: skip

    @cached_property
    def _heights(self) -> Scores:
        """What a learner's greatest need adds in each situation."""
        plan, rows = self.bundle.hybrid.plan, np.arange(_S)
        if plan is None or "need" not in self.bundle.hybrid.models:
            return np.zeros(_S, dtype=np.float32)
        return need_height(plan, rows)

    @cached_property
    def _untold(self) -> Untold:
        return Untold.of(self.catalogue.posts, self._lessons, self._kinds, self._heights)

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


def _spread(values: Sequence[int], places: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Return shape (n,) with the values in their places, -1 elsewhere."""
    out = np.full(n, -1, dtype=np.int64)
    out[places] = values
    return out
