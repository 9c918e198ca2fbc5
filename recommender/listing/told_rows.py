"""What records tell about what posts require, in rows; as ``state.reading.told`` tells it, but quickly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from features.records import Enrolment, Evidence, LearnerRecord
from features.schema import EVIDENCE_KINDS
from features.times import milliseconds
from recommender.listing.block import EvidenceColumns
from recommender.listing.catalogue import Catalogue
from recommender.state.evidence_table import EvidenceTable
from recommender.state.reading import dwell_weight, shown

KIND = {kind: number for number, kind in enumerate(EVIDENCE_KINDS)}
"""Number of each kind of evidence."""
_COMPLETION = KIND["completion"]

Row = tuple[int, int, int, int, int, bool, int, int, bool, float]
"""Learner, slot, group, moment, kind, passed, level, attempt, from a course, dwell: rows sort as columns stand."""


class Asked(NamedTuple):
    """What a post requires, as evidence speaks of it."""

    slots: Mapping[int, int]
    """Slot of each competency that is required, by number."""
    taught: Mapping[str, Sequence[tuple[int, int]]]
    """For each course that teaches something of it: the slots, and the levels it leads to, 1 at least."""


def asked_of(post: int, catalogue: Catalogue, teachers: Mapping[int, Sequence[tuple[str, int]]]) -> Asked:
    """Return what a post requires; ``teachers`` are the courses and levels of each competency."""
    slots = catalogue.slots_of(post)
    taught: dict[str, list[tuple[int, int]]] = {}
    for competency, slot in slots.items():
        for course, level in teachers.get(competency, ()):
            taught.setdefault(course, []).append((slot, level))
    return Asked(slots, taught)


def told_rows(
    number: int, record: LearnerRecord, asked: Asked, catalogue: Catalogue, table: EvidenceTable
) -> Iterator[Row]:
    """Yield what the record, of row ``number`` of the block, shows of what the post asks for."""
    if not asked.slots or not (record.evidence or record.enrolments):
        return
    enrolments = {enrolment.course: enrolment for enrolment in record.enrolments}
    told: set[str | None] = set()
    for evidence in record.evidence:
        completion = evidence.kind == "completion"
        if completion:
            told.add(evidence.course)
        about = _about(evidence, asked, catalogue)
        passed = shown(evidence, table) if about else None
        if passed is None:
            continue
        dwell = dwell_weight(enrolments.get(evidence.course or ""), table) if completion else 1.0
        if dwell == 0:
            continue
        group, when = _group(evidence, record, catalogue), milliseconds(evidence.observed_on)
        attempt = 1 if completion else max(evidence.attempt or 1, 1)
        kind, from_course = KIND[evidence.kind], bool(evidence.course)
        for slot, level in about:
            yield number, slot, group, when, kind, passed, evidence.level or level, attempt, from_course, dwell
    for course, enrolment in enrolments.items():
        if course in asked.taught and enrolment.status == "completed" and course not in told:
            yield from _completion(number, enrolment, asked.taught[course], catalogue, table)


def _about(evidence: Evidence, asked: Asked, catalogue: Catalogue) -> Sequence[tuple[int, int]]:
    """Return slot and level of the requirements that the evidence speaks of; the level where it names none itself."""
    taught = asked.taught.get(evidence.course or "", ())
    if evidence.competency is None:
        return taught
    slot = asked.slots.get(catalogue.competency_index.get(evidence.competency, -1))
    return () if slot is None else ((slot, dict(taught).get(slot, 1)),)


def _completion(
    number: int, enrolment: Enrolment, about: Sequence[tuple[int, int]], catalogue: Catalogue, table: EvidenceTable
) -> Iterator[Row]:
    """Yield what a completion shows that no evidence tells of."""
    when, dwell = enrolment.completed_on or enrolment.enrolled_on, dwell_weight(enrolment, table)
    if when is None or dwell == 0:
        return
    group = len(EVIDENCE_KINDS) + catalogue.index.get(enrolment.course, len(catalogue))
    for slot, level in about:
        yield number, slot, group, milliseconds(when), _COMPLETION, True, level, 1, True, dwell


def _group(evidence: Evidence, record: LearnerRecord, catalogue: Catalogue) -> int:
    """Return what counts once, as a number: a kind, a course of the catalogue, or a course that it does not have."""
    course = evidence.course
    if not course:
        return KIND[evidence.kind]
    known = catalogue.index.get(course)
    if known is not None:
        return len(EVIDENCE_KINDS) + known
    unknown = sorted({e.course for e in record.evidence if e.course and e.course not in catalogue.index})
    return len(EVIDENCE_KINDS) + len(catalogue) + unknown.index(course)


def columns_of(rows: Sequence[Row]) -> EvidenceColumns:
    """Return the rows as columns, sorted as those must be."""
    if not rows:
        return _NOTHING_TOLD
    ordered = rows if len(rows) == 1 else sorted(rows)
    *numbers, from_course, dwell = zip(*ordered, strict=True)
    learner, slot, group, observed, kind, passed, level, attempt = np.array(numbers, dtype=np.int64)
    return EvidenceColumns(
        learner=learner,
        slot=slot,
        group=group,
        from_course=np.array(from_course, dtype=np.bool_),
        kind=kind,
        passed=passed.astype(np.bool_),
        level=level,
        observed=observed,
        attempt=attempt,
        dwell=np.array(dwell, dtype=np.float64),
    )


_NO_NUMBERS, _NO_TRUTHS = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)
_NOTHING_TOLD = EvidenceColumns(
    learner=_NO_NUMBERS, slot=_NO_NUMBERS, group=_NO_NUMBERS, from_course=_NO_TRUTHS, kind=_NO_NUMBERS,
    passed=_NO_TRUTHS, level=_NO_NUMBERS, observed=_NO_NUMBERS, attempt=_NO_NUMBERS, dwell=np.empty(0),
)  # fmt: skip
"""Made once: nobody changes columns."""
