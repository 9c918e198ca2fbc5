"""A block of learners from their records: what the service knows of one learner, or of a few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from features.histories import Histories
from features.records import Enrolment, Evidence, Learner, LearnerRecord
from features.schema import EVIDENCE_KINDS
from recommender.listing.block import EvidenceColumns, LearnerBlock
from recommender.listing.catalogue import Catalogue, milliseconds
from recommender.state.evidence_table import EvidenceTable
from recommender.state.reading import dwell_weight, shown

KIND = {kind: number for number, kind in enumerate(EVIDENCE_KINDS)}
"""Number of each kind of evidence."""

Row = tuple[int, int, int, bool, int, bool, int, int, int, float]


def profile_of(learner: Learner) -> Learner:
    """Return the learner without what no list depends on."""
    return replace(learner, id="", joined_on=None)


def block_of_records(records: Sequence[LearnerRecord], catalogue: Catalogue, table: EvidenceTable) -> LearnerBlock:
    """Return the records as a block, in their order."""
    profiles: dict[Learner, int] = {}
    rows = [profiles.setdefault(profile_of(record.learner), len(profiles)) for record in records]
    post = catalogue.posts_of(tuple(profiles))
    barred = [sorted(barred_courses(record, catalogue)) for record in records]
    told_rows = [
        row
        for number, record in enumerate(records)
        for row in _evidence_rows(number, record, int(post[rows[number]]), catalogue, table)
    ]
    return LearnerBlock(
        histories=Histories.of([_chosen(record, catalogue) for record in records], len(catalogue)),
        profile=np.array(rows, dtype=np.int32),
        profiles=tuple(profiles),
        post=post,
        barred_from=np.cumsum([0, *map(len, barred)], dtype=np.int64),
        barred=np.array([course for row in barred for course in row], dtype=np.int32),
        evidence=_columns(told_rows),
    )


def barred_courses(record: LearnerRecord, catalogue: Catalogue) -> set[int]:
    """Return the courses that the learner has, in any language, is assigned, or does not want to see."""
    found = catalogue.family(enrolment.course for enrolment in record.enrolments)
    others = [*(item.course for item in record.plans), *record.down_rated]
    return found.union(catalogue.index[course] for course in others if course in catalogue.index)


def _chosen(record: LearnerRecord, catalogue: Catalogue) -> list[int]:
    index = catalogue.index
    chosen = [index[e.course] for e in record.enrolments if e.is_preference and e.course in index]
    return list(dict.fromkeys(chosen))


def _evidence_rows(
    number: int, record: LearnerRecord, post: int, catalogue: Catalogue, table: EvidenceTable
) -> Iterator[Row]:
    """Yield what the learner has shown of what the post requires; as ``state.reading.told`` tells it, but quickly."""
    slots = catalogue.slots_of(post)
    if not slots:
        return
    enrolments = {enrolment.course: enrolment for enrolment in record.enrolments}
    told: set[str | None] = set()
    for evidence in record.evidence:
        completion = evidence.kind == "completion"
        if completion:
            told.add(evidence.course)
        about = _about(evidence, slots, catalogue)
        passed = shown(evidence, table) if about else None
        if passed is None:
            continue
        dwell = dwell_weight(enrolments.get(evidence.course or ""), table) if completion else 1.0
        if dwell == 0:
            continue
        group, when = (
            group_number(evidence.kind, evidence.course, record, catalogue),
            milliseconds(evidence.observed_on),
        )
        attempt = 1 if completion else max(evidence.attempt or 1, 1)
        for slot, level in about:
            yield (
                number, slot, group, bool(evidence.course), KIND[evidence.kind], passed, evidence.level or level, when,
                attempt, dwell,
            )  # fmt: skip
    for course, enrolment in enrolments.items():
        if enrolment.status == "completed" and course not in told:
            yield from _completion(number, enrolment, slots, catalogue, table)


def _about(evidence: Evidence, slots: Mapping[int, int], catalogue: Catalogue) -> list[tuple[int, int]]:
    """Return slot and level of the requirements that the evidence speaks of; the level where it names none itself."""
    taught = catalogue.lessons.get(evidence.course or "", ())
    if evidence.competency is None:
        return [(slots[competency], level) for competency, level in taught if competency in slots]
    named = catalogue.competency_index.get(evidence.competency, -1)
    return [(slots[named], dict(taught).get(named, 1))] if named in slots else []


def _completion(
    number: int, enrolment: Enrolment, slots: Mapping[int, int], catalogue: Catalogue, table: EvidenceTable
) -> Iterator[Row]:
    """Yield what a completion shows that no evidence tells of."""
    when = enrolment.completed_on or enrolment.enrolled_on
    about = [one for one in catalogue.lessons.get(enrolment.course, ()) if one[0] in slots]
    dwell = dwell_weight(enrolment, table) if about and when is not None else 0.0
    if when is None or dwell == 0:
        return
    group = len(EVIDENCE_KINDS) + catalogue.index.get(enrolment.course, len(catalogue))
    for competency, level in about:
        yield (
            number, slots[competency], group, True, KIND["completion"], True, level, milliseconds(when), 1, dwell
        )  # fmt: skip


def group_number(kind: str, course: str | None, record: LearnerRecord, catalogue: Catalogue) -> int:
    """Return what counts once, as a number: a kind, a course of the catalogue, or a course that it does not have."""
    if not course:
        return KIND[kind]
    if course in catalogue.index:
        return len(EVIDENCE_KINDS) + catalogue.index[course]
    unknown = sorted({e.course for e in record.evidence if e.course and e.course not in catalogue.index})
    return len(EVIDENCE_KINDS) + len(catalogue) + unknown.index(course)


def _order(row: Row) -> tuple[int, ...]:
    learner, slot, group, _, kind, passed, level, observed, attempt, _ = row
    return learner, slot, group, observed, kind, passed, level, attempt


def _columns(rows: Sequence[Row]) -> EvidenceColumns:
    ordered = sorted(rows, key=_order)
    columns = list(zip(*ordered, strict=True)) if ordered else [()] * 10
    learner, slot, group, from_course, kind, passed, level, observed, attempt, dwell = columns
    return EvidenceColumns(
        learner=np.array(learner, dtype=np.int64),
        slot=np.array(slot, dtype=np.int64),
        group=np.array(group, dtype=np.int64),
        from_course=np.array(from_course, dtype=np.bool_),
        kind=np.array(kind, dtype=np.int64),
        passed=np.array(passed, dtype=np.bool_),
        level=np.array(level, dtype=np.int64),
        observed=np.array(observed, dtype=np.int64),
        attempt=np.array(attempt, dtype=np.int64),
        dwell=np.array(dwell, dtype=np.float64),
    )
