"""A block of learners from their records: what the service knows of one learner, or of a few."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features import packed
from features.histories import Histories
from features.records import Learner, LearnerRecord, PlannedCourse
from recommender.listing.block import LearnerBlock
from recommender.listing.catalogue import Catalogue
from recommender.listing.told_rows import Asked, Row, asked_of, columns_of, told_rows
from recommender.state.evidence_table import EvidenceTable

_JOB = ("organisation", "position", "designation", "group", "cadre", "languages", "verified")
"""What lists depend on of a learner's own facts; of the id and the day of joining they do not."""
_KEPT_JOBS, _KEPT_POSTS = 16_384, 1_024
"""Jobs whose profile and post are remembered; posts of which it is known which course teaches what they require, and
what is planned."""

_Known = tuple[int | None, tuple[int, ...]]
"""Number of a course, and the numbers of its language versions, itself among them."""
Job = tuple[Any, ...]
job_of = attrgetter(*_JOB)


@dataclass(frozen=True, slots=True, eq=False)
class _Seat:
    """What lists depend on of a job: learners of one block with the same job have one seat."""

    profile: Learner
    post: int
    asked: Asked


class _Lists:
    """Lists of numbers, one a learner, as one list and where each begins."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self._starts = [0]

    def end(self) -> None:
        """End the list of one learner."""
        self._starts.append(len(self.numbers))

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return where each list begins and the last ends, and the numbers."""
        numbers = np.fromiter(self.numbers, dtype=np.int32, count=len(self.numbers))  # half the time of np.array
        return np.array(self._starts, dtype=np.int64), numbers


class Blocks:
    """Makes blocks for one catalogue and one evidence table; safe to share between threads.

    What many requests ask in vain anew is remembered: the post of a job, the courses of its plans, the language
    versions of a course. Of records that come from packs only the rows are read (``features.packed``).
    """

    def __init__(self, catalogue: Catalogue, table: EvidenceTable) -> None:
        self.catalogue = catalogue
        self.table = table
        self._seats: dict[Job, _Seat] = {}
        self._asked: dict[int, Asked] = {}
        self._plans: dict[int, tuple[tuple[PlannedCourse, ...], Sequence[int]]] = {}
        self._known = _known(catalogue)
        self._teachers = _teachers(catalogue)

    def of(self, records: Sequence[LearnerRecord]) -> LearnerBlock:
        """Return the records as a block, in their order."""
        seats: dict[_Seat, int] = {}
        rows, chosen, barred = [], _Lists(), _Lists()
        told: list[Row] = []
        for number, record in enumerate(records):
            seat = self._seat(job_of(record.learner))
            rows.append(seats.setdefault(seat, len(seats)))
            enrolments, evidence = packed.enrolment_rows(record.enrolments), packed.evidence_rows(record.evidence)
            if enrolments:
                self._take(enrolments, chosen, barred)
            if record.plans:
                barred.numbers += self._planned(record.plans)
            if record.down_rated:
                barred.numbers += self._numbers_of(sorted(record.down_rated))
            if enrolments or evidence:
                told += told_rows(number, enrolments, evidence, seat.asked, self.catalogue, self.table)
            chosen.end()
            barred.end()
        barred_from, barred_numbers = barred.arrays()
        return LearnerBlock(
            histories=Histories.known(*chosen.arrays(), len(self.catalogue)),
            profile=np.array(rows, dtype=np.int32),
            profiles=tuple(seat.profile for seat in seats),
            post=np.array([seat.post for seat in seats], dtype=np.int64),
            barred_from=barred_from,
            barred=barred_numbers,
            evidence=columns_of(told),
        )

    def _take(self, enrolments: Sequence[packed.Row], chosen: _Lists, barred: _Lists) -> None:
        """Add the courses that were chosen, each once, and those in all languages that the learner has."""
        known, own = self._known, dict[int, None]()
        for course, _, _, _, _, _, _, _, marks in enrolments:
            number, versions = known.get(course, _UNKNOWN)
            barred.numbers += versions
            if number is not None and not marks:
                own[number] = None
        chosen.numbers += own

    def _planned(self, plans: tuple[PlannedCourse, ...]) -> Sequence[int]:
        """Return the courses that are assigned; everybody with the same post has the same plans, as one object."""
        known = self._plans.get(id(plans))
        if known is None or known[0] is not plans:
            if len(self._plans) >= _KEPT_POSTS:
                self._plans.clear()
            known = self._plans[id(plans)] = plans, self._numbers_of(item.course for item in plans)
        return known[1]

    def _numbers_of(self, courses: Iterable[str]) -> list[int]:
        index = self.catalogue.index
        return [index[course] for course in courses if course in index]

    def _seat(self, job: Job) -> _Seat:
        """Return what lists depend on of a job."""
        found = self._seats.get(job)
        if found is None:
            profile = Learner("", **dict(zip(_JOB, job, strict=True)))
            post = int(self.catalogue.posts_of([profile])[0])
            if len(self._seats) >= _KEPT_JOBS:
                self._seats.clear()
            found = self._seats[job] = _Seat(profile, post, self._asked_of(post))
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


_UNKNOWN: _Known = (None, ())


def _known(catalogue: Catalogue) -> dict[str, _Known]:
    """Return what is known of every course, by its id."""
    index = catalogue.index
    lost: dict[str, _Known] = {course: (number, (number,)) for course, number in index.items()}
    courses = catalogue.reference.courses.values()
    return lost | {c.id: (index.get(c.id), catalogue.families.get(c.base or c.id, ())) for c in courses}


def _teachers(catalogue: Catalogue) -> dict[int, list[tuple[str, int]]]:
    """Return the courses that teach each competency, and the level each leads to."""
    found: dict[int, list[tuple[str, int]]] = {}
    for course, taught in catalogue.lessons.items():
        for competency, level in taught:
            found.setdefault(competency, []).append((course, level))
    return found
