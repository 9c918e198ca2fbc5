"""A block of learners from their records: what the service knows of one learner, or of a few."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from operator import attrgetter
from typing import Any

import numpy as np

from features.histories import Histories
from features.records import Learner, LearnerRecord
from recommender.listing.block import LearnerBlock
from recommender.listing.catalogue import Catalogue
from recommender.listing.told_rows import Asked, asked_of, columns_of, told_rows
from recommender.state.evidence_table import EvidenceTable

_JOB = ("organisation", "position", "designation", "group", "cadre", "languages", "verified")
"""What lists depend on of a learner's own facts; of the id and the day of joining they do not."""
_KEPT_JOBS, _KEPT_POSTS = 16_384, 1_024
"""Jobs whose profile and post are remembered; posts of which it is known which course teaches what they require."""

Job = tuple[Any, ...]
job_of = attrgetter(*_JOB)


class Blocks:
    """Makes blocks for one catalogue and one evidence table; safe to share between threads.

    What many requests ask in vain anew is remembered: the post of a job, the language versions of a course.
    """

    def __init__(self, catalogue: Catalogue, table: EvidenceTable) -> None:
        self.catalogue = catalogue
        self.table = table
        self._seats: dict[Job, tuple[Learner, int]] = {}
        self._asked: dict[int, Asked] = {}
        self._versions = _versions(catalogue)
        self._teachers = _teachers(catalogue)

    def of(self, records: Sequence[LearnerRecord]) -> LearnerBlock:
        """Return the records as a block, in their order."""
        jobs: dict[Job, int] = {}
        rows = [jobs.setdefault(job_of(record.learner), len(jobs)) for record in records]
        seats = [self._seat(job) for job in jobs]
        barred = [self.barred(record) for record in records]
        asked = [self._asked_of(post) for _, post in seats]
        told = [
            row
            for number, record in enumerate(records)
            for row in told_rows(number, record, asked[rows[number]], self.catalogue, self.table)
        ]
        return LearnerBlock(
            histories=self._histories(records),
            profile=np.array(rows, dtype=np.int32),
            profiles=tuple(profile for profile, _ in seats),
            post=np.array([post for _, post in seats], dtype=np.int64),
            barred_from=_starts(barred),
            barred=np.array(list(chain.from_iterable(barred)), dtype=np.int32),
            evidence=columns_of(told),
        )

    def barred(self, record: LearnerRecord) -> list[int]:
        """Return the courses that the learner has, in any language, is assigned, or does not want; some twice."""
        versions, index = self._versions, self.catalogue.index
        found = [number for enrolment in record.enrolments for number in versions.get(enrolment.course, ())]
        if record.plans:
            found += [index[item.course] for item in record.plans if item.course in index]
        if record.down_rated:
            found += sorted(index[course] for course in record.down_rated if course in index)
        return found

    def _histories(self, records: Iterable[LearnerRecord]) -> Histories:
        index = self.catalogue.index
        chosen = [
            dict.fromkeys(index[e.course] for e in record.enrolments if e.is_preference and e.course in index)
            for record in records
        ]
        courses = np.array(list(chain.from_iterable(chosen)), dtype=np.int32)
        return Histories(_starts(chosen), courses, len(self.catalogue))

    def _seat(self, job: Job) -> tuple[Learner, int]:
        """Return the profile of a job, and the row of its post."""
        found = self._seats.get(job)
        if found is None:
            profile = Learner("", **dict(zip(_JOB, job, strict=True)))
            found = profile, int(self.catalogue.posts_of([profile])[0])
            if len(self._seats) >= _KEPT_JOBS:
                self._seats.clear()
            self._seats[job] = found
        return found

    def _asked_of(self, post: int) -> Asked:
        found = self._asked.get(post)
        if found is None:
            if len(self._asked) >= _KEPT_POSTS:
                self._asked.clear()
            found = self._asked[post] = asked_of(post, self.catalogue, self._teachers)
        return found


def block_of_records(records: Sequence[LearnerRecord], catalogue: Catalogue, table: EvidenceTable) -> LearnerBlock:
    """Return the records as a block, in their order; who makes many of one catalogue keeps ``Blocks``."""
    return Blocks(catalogue, table).of(records)


def _starts(rows: Iterable[Any]) -> Any:
    """Return where each row begins, and where the last ends."""
    return np.array(list(accumulate(map(len, rows), initial=0)), dtype=np.int64)


def _versions(catalogue: Catalogue) -> dict[str, tuple[int, ...]]:
    """Return the numbers of the language versions of every course, itself among them, by its id."""
    lost = {course: (number,) for course, number in catalogue.index.items()}
    courses = catalogue.reference.courses.values()
    return lost | {course.id: catalogue.families.get(course.base or course.id, ()) for course in courses}


def _teachers(catalogue: Catalogue) -> dict[int, list[tuple[str, int]]]:
    """Return the courses that teach each competency, and the level each leads to."""
    found: dict[int, list[tuple[str, int]]] = {}
    for course, taught in catalogue.lessons.items():
        for competency, level in taught:
            found.setdefault(competency, []).append((course, level))
    return found
