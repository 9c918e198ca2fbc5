"""The engine: one learner's record in, lists, gaps and paths out.

It holds a bundle and nothing else; what is known of the learner comes with each request. So a completion posted a
second ago, a transfer, or a profile sent along with the request are answered alike, without retraining.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from features.errors import NotFoundError
from features.histories import Histories
from features.records import LearnerRecord
from features.reference import Requirement
from models.base import LearnerBatch
from models.bundle import Bundle
from recommender.eligibility import eligibility
from recommender.gaps import Gap, gaps, requirements_for
from recommender.listing import Blocks, Lister
from recommender.listing.bases import KEPT_BYTES
from recommender.needs import TeachingTable
from recommender.paths import Aspiration, Path, PathSettings, Reason, desirable_path, guided_path
from recommender.ranked import Ranked, Recommendation, each_ranked
from recommender.state import DEFAULT_EVIDENCE, CompetencyState, EvidenceTable, competency_state


@dataclass(frozen=True)
class Situation:
    """All that is computed about a learner before a path is decided."""

    record: LearnerRecord
    at: datetime
    state: CompetencyState
    gaps: tuple[Gap, ...]
    batch: LearnerBatch
    """A batch of one, with needs."""


class Engine:
    """Answers for one bundle; safe to share between threads."""

    def __init__(self, bundle: Bundle, *, compiled: bool = False) -> None:
        """Prepare answers; ``compiled`` needs numba (the extra ``scale``): the same lists in a fraction of the time."""
        self.bundle = bundle
        self.compiled = compiled
        self.reference = bundle.reference
        self.teaching = TeachingTable.of(self.reference, bundle.course_ids)
        self.evidence = evidence_table(bundle)
        self.lister = Lister(bundle, self.evidence, compiled=compiled, kept=KEPT_BYTES, few=True)
        self.blocks = Blocks(self.lister.catalogue, self.evidence)

    @property
    def version(self) -> str:
        """The bundle's version, which every answer carries."""
        return self.bundle.version

    def state(self, record: LearnerRecord, at: datetime) -> CompetencyState:
        """Return the learner's competency state at that moment."""
        return competency_state(record, self.reference, at, self.evidence)

    def gaps(
        self, record: LearnerRecord, at: datetime, *, role: str | None = None, position: str | None = None
    ) -> tuple[Gap, ...]:
        """Return the gaps against the learner's position, or against a role or another position, worst first."""
        needed = requirements_for(record, self.reference, role=role, position=position)
        return gaps(self.state(record, at), needed, self.reference)

    def requirements(
        self, record: LearnerRecord, *, role: str | None = None, position: str | None = None
    ) -> tuple[Requirement, ...]:
        """Return what the learner's position, or a role or another position, requires."""
        return requirements_for(record, self.reference, role=role, position=position)

    def situation(self, record: LearnerRecord, at: datetime) -> Situation:
        """Compute state, gaps and needs of a learner."""
        state = self.state(record, at)
        found = gaps(state, requirements_for(record, self.reference), self.reference)
        needs = self.teaching.needs(found, state)
        index = self.bundle.course_index
        chosen = [index[e.course] for e in record.enrolments if e.is_preference and e.course in index]
        batch = LearnerBatch(
            Histories.of([list(dict.fromkeys(chosen))], len(index)),
            self.bundle.learner_vocabulary.matrix([record.learner], self.reference),
            needs[None, :],
        )
        return Situation(record, at, state, found, batch)

    def scores(self, situation: Situation) -> NDArray[np.float32]:
        """Return the hybrid's scores, shape (n_courses,), courses already taken included."""
        scores: NDArray[np.float32] = self.bundle.hybrid.score(situation.batch)[0]
        return scores

    def recommend(
        self,
        record: LearnerRecord,
        at: datetime,
        limit: int = 10,
        *,
        track: str | None = None,
        language: str | None = None,
        categories: frozenset[str] | None = None,
    ) -> tuple[Recommendation, ...]:
        """Return the best courses for the learner, best first.

        Parameters
        ----------
        record
            What is known of the learner.
        at
            The moment of the request.
        limit
            How many at most.
        track
            ``guided``: only courses that close a gap of the learner's position; ``desirable``: only others.
        language
            Only courses in this language (ISO 639 code).
        categories
            Lower-case course categories that may be shown; ``None`` for all.
        """
        return self.ranked([record], at, limit, track=track, language=language, categories=categories)[0].items()

    def ranked(
        self,
        records: Sequence[LearnerRecord],
        at: datetime,
        limit: int = 10,
        *,
        track: str | None = None,
        language: str | None = None,
        categories: frozenset[str] | None = None,
    ) -> list[Ranked]:
        """Return the list of each learner in numbers: those of ``recommend``, to the last bit, made in one pass.

        Most of what one list costs is the overhead of many small operations; learners who are asked for together
        share it.
        """
        if not records:
            return []
        block = self.blocks.of(records)
        lists = self.lister.explained(block, at, limit, track=track, language=language, categories=categories)
        return each_ranked(lists, block.post[block.profile].tolist(), self.lister.catalogue)

    def why_not(
        self, record: LearnerRecord, course: str, at: datetime, limit: int = 10, language: str | None = None
    ) -> Reason | None:
        """Return why a course is not in the learner's list of ``limit``; ``None`` if it is.

        Raises
        ------
        NotFoundError
            If the catalogue has no such course.
        """
        self._known(course)
        allowed = eligibility(record, self.reference, at, courses=[course], language=language)
        if course in allowed.refused:
            return Reason(f"not_{allowed.refused[course]}", {"course": course})
        [ranked] = self.ranked([record], at, len(self.bundle.course_ids), language=language)
        rank = ranked.courses.index(self.bundle.course_index[course]) + 1
        if rank <= limit:
            return None
        return Reason("not_ranked", {"course": course, "rank": rank, "limit": limit})

    def interest(self, situation: Situation) -> Mapping[str, float]:
        """Return the learner's interest in each course, scaled to 0..1: what lasts, not what is chosen next."""
        scores = self.bundle.hybrid.interest(situation.batch)[0]
        spread = float(scores.max() - scores.min()) or 1.0
        return dict(zip(self.bundle.course_ids, ((scores - scores.min()) / spread).tolist(), strict=True))

    def guided(self, record: LearnerRecord, at: datetime, settings: PathSettings | None = None) -> Path:
        """Return the guided path of the learner's position, under the settings' hours."""
        situation = self.situation(record, at)
        return self._guided(situation, settings or PathSettings())

    def desirable(
        self,
        record: LearnerRecord,
        at: datetime,
        settings: PathSettings | None = None,
        aspiration: Aspiration | None = None,
    ) -> Path:
        """Return the desirable path: it starts where the guided path under the same settings ends.

        Without an aspiration, interest alone decides.
        """
        situation = self.situation(record, at)
        chosen = settings or PathSettings()
        guided = self._guided(situation, chosen)
        return desirable_path(
            situation.record,
            self.reference,
            situation.state,
            self.interest(situation),
            at,
            chosen,
            aspiration or Aspiration(),
            guided,
        )

    def _guided(self, situation: Situation, settings: PathSettings) -> Path:
        interest = self.interest(situation)
        return guided_path(situation.record, self.reference, situation.state, interest, situation.at, settings)

    def similar(self, course: str, at: datetime, limit: int = 10) -> tuple[str, ...]:
        """Return live courses that go best with a course, best first, without itself or its translations.

        Raises
        ------
        NotFoundError
            If the catalogue has no such course.
        """
        self._known(course)
        own = self.reference.courses[course]
        family = {own.id, own.base or own.id}
        found: list[str] = []
        for column in self.bundle.hybrid.similar(self.bundle.course_index[course], len(self.bundle.course_ids)):
            other = self.reference.courses[self.bundle.course_ids[column]]
            if other.is_live(at) and (other.base or other.id) not in family and other.id not in family:
                found.append(other.id)
            if len(found) == limit:
                break
        return tuple(found)

    def _known(self, course: str) -> None:
        if course not in self.bundle.course_index:
            raise NotFoundError(f"found no course {course!r}", "the id of a course in the catalogue", "search for it")


def evidence_table(bundle: Bundle) -> EvidenceTable:
    """Return the evidence table that a bundle was trained with, by default the one that ships with the project."""
    table = bundle.manifest.get("evidence")
    return DEFAULT_EVIDENCE if table is None else EvidenceTable.parse(table, f"bundle {bundle.version}")
