"""A block of learners from their records: what the service knows of one learner, or of a few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from features.histories import Histories
from features.records import Evidence, Learner, LearnerRecord
from features.schema import EVIDENCE_KINDS
from recommender.listing.block import EvidenceColumns, LearnerBlock
from recommender.listing.catalogue import Catalogue, milliseconds
from recommender.listing.posts import NO_POST
from recommender.state.evidence_table import EvidenceTable
from recommender.state.reading import about, dwell_weight, shown, told

_KINDS = {kind: number for number, kind in enumerate(EVIDENCE_KINDS)}

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
    if post == NO_POST:
        return
    slots = catalogue.posts.slot[post]
    enrolments = {enrolment.course: enrolment for enrolment in record.enrolments}
    index = catalogue.competency_index
    unknown = sorted({e.course for e in record.evidence if e.course and e.course not in catalogue.index})
    for evidence, weight in told(record, table):
        passed = shown(evidence, table)
        if passed is None or weight == 0:
            continue
        completion = evidence.kind == "completion"
        for competency, level in about(evidence, catalogue.reference):
            slot = int(slots[index[competency]]) if competency in index else -1
            if slot < 0:
                continue
            group = group_number(evidence, unknown, catalogue)
            yield (
                number, slot, group, bool(evidence.course), _KINDS[evidence.kind], passed, level,
                milliseconds(evidence.observed_on), 1 if completion else max(evidence.attempt or 1, 1),
                dwell_weight(enrolments.get(evidence.course or ""), table) if completion else 1.0,
            )  # fmt: skip


def group_number(evidence: Evidence, unknown: Sequence[str], catalogue: Catalogue) -> int:
    """Return what counts once, as a number: a kind, a course of the catalogue, or another course (``unknown``)."""
    if not evidence.course:
        return _KINDS[evidence.kind]
    if evidence.course in catalogue.index:
        return len(EVIDENCE_KINDS) + catalogue.index[evidence.course]
    return len(EVIDENCE_KINDS) + len(catalogue) + unknown.index(evidence.course)


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
