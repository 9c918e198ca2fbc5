"""What records tell about what posts require, in rows; as ``state.reading.told`` tells it, but quickly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from features import packed
from features.schema import EVIDENCE_KINDS
from recommender.listing.block import EvidenceColumns
from recommender.listing.catalogue import Catalogue
from recommender.state.evidence_table import EvidenceTable
from recommender.state.reading import SHOWN_UNLESS_DENIED, weight_of_dwell

_COMPLETION, _COMPLETED = packed.KINDS["completion"], packed.STATUSES["completed"]
_SHOWN_UNLESS_DENIED = frozenset(packed.KINDS[kind] for kind in SHOWN_UNLESS_DENIED)

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
    number: int,
    enrolments: Sequence[packed.Row],
    evidence: Sequence[packed.Row],
    asked: Asked,
    catalogue: Catalogue,
    table: EvidenceTable,
) -> Iterator[Row]:
    """Yield what a record, of row ``number`` of the block, shows of what the post asks for.

    ``enrolments`` and ``evidence`` are as ``features.packed`` has them: of most nothing is asked, and they are passed
    over as they stand.
    """
    taught, slots = asked.taught, asked.slots
    if not slots:
        return
    taken = {row[packed.COURSE]: row for row in enrolments}
    told: set[str | None] = set()
    for row in evidence:
        course, competency, kind = row[packed.ABOUT], row[packed.COMPETENCY], row[packed.KIND]
        if kind == _COMPLETION:
            told.add(course)
        about = taught.get(course, ()) if competency is None else _named(competency, course, asked, catalogue)
        if about and (passed := _shown(row, table)) is not None:
            dwell = _dwell(taken.get(course), table) if kind == _COMPLETION else 1.0
            if dwell > 0:
                group, observed, said = _group(row, evidence, catalogue), row[packed.OBSERVED], row[packed.LEVEL]
                attempt = 1 if kind == _COMPLETION else max(row[packed.ATTEMPT] or 1, 1)
                for slot, level in about:
                    yield number, slot, group, observed, kind, passed, said or level, attempt, bool(course), dwell
    for course, row in taken.items():
        if course in taught and row[packed.STATUS] == _COMPLETED and course not in told:
            yield from _completion(number, row, taught[course], catalogue, table)


def _named(competency: str, course: str | None, asked: Asked, catalogue: Catalogue) -> Sequence[tuple[int, int]]:
    """Return slot and level of the requirement that evidence of one competency speaks of."""
    slot = asked.slots.get(catalogue.competency_index.get(competency, -1))
    return () if slot is None else ((slot, dict(asked.taught.get(course or "", ())).get(slot, 1)),)


def _shown(evidence: packed.Row, table: EvidenceTable) -> bool | None:
    """Return whether the level was shown, as ``state.reading.shown`` says it."""
    passed, score = evidence[packed.PASSED], evidence[packed.SCORE]
    if passed is not None:
        return bool(passed)
    if evidence[packed.KIND] in _SHOWN_UNLESS_DENIED:
        return True
    return None if score is None else bool(score >= table.pass_mark)


def _dwell(enrolment: packed.Row | None, table: EvidenceTable) -> float:
    """Return the weight by the time spent, as ``state.reading.dwell_weight`` does."""
    if enrolment is None:
        return table.unknown_dwell
    is_skimmed = bool(enrolment[packed.MARKS] & packed.SKIMMED)
    return weight_of_dwell(enrolment[packed.DWELL], table, is_skimmed=is_skimmed)


def _completion(
    number: int, enrolment: packed.Row, about: Sequence[tuple[int, int]], catalogue: Catalogue, table: EvidenceTable
) -> Iterator[Row]:
    """Yield what a completion shows that no evidence tells of."""
    done, dwell = enrolment[packed.COMPLETED], _dwell(enrolment, table)
    when = enrolment[packed.ENROLLED] if done is None else done
    if when is None or dwell == 0:
        return
    group = len(EVIDENCE_KINDS) + catalogue.index.get(enrolment[packed.COURSE], len(catalogue))
    for slot, level in about:
        yield number, slot, group, when, _COMPLETION, True, level, 1, True, dwell


def _group(row: packed.Row, evidence: Sequence[packed.Row], catalogue: Catalogue) -> int:
    """Return what counts once, as a number: a kind, a course of the catalogue, or a course that it does not have."""
    course = row[packed.ABOUT]
    if not course:
        return int(row[packed.KIND])
    known = catalogue.index.get(course)
    if known is not None:
        return len(EVIDENCE_KINDS) + known
    courses = {other[packed.ABOUT] for other in evidence}
    unknown = sorted(one for one in courses if one and one not in catalogue.index)
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
