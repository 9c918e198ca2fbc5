"""What records tell about what posts require, in rows; as ``state.reading.told`` tells it, but quickly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from features import packed
from features.schema import EVIDENCE_KINDS
from recommender.listing.block import EvidenceColumns
from recommender.listing.catalogue import Catalogue
from recommender.state.evidence_table import EvidenceTable
from recommender.state.reading import SHOWN_UNLESS_DENIED, weight_of_dwell

_KINDS = len(EVIDENCE_KINDS)
_COMPLETION, _COMPLETED = packed.KINDS["completion"], packed.STATUSES["completed"]
_SHOWN_UNLESS_DENIED = frozenset(packed.KINDS[kind] for kind in SHOWN_UNLESS_DENIED)

Row = tuple[int, int, int, int, int, int, int, int, float]
"""Learner, slot, group, moment, kind, passed, level, attempt, dwell: rows sort as columns stand."""


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
) -> list[Row]:
    """Return what a record, of row ``number`` of the block, shows of what the post asks for.

    ``enrolments`` and ``evidence`` are as ``features.packed`` has them: of most nothing is asked, and they are passed
    over as they stand.
    """
    rows: list[Row] = []
    if not asked.slots:
        return rows
    taught = asked.taught
    taken = {row[0]: row for row in enrolments}
    told: set[str | None] = set()
    for _, kind, observed, competency, course, said, passed, score, attempt in evidence:
        if kind == _COMPLETION:
            told.add(course)
        about = taught.get(course) if competency is None else _named(competency, course, asked, catalogue)
        shown = _shown(kind, score, table) if passed is None else passed
        if not about or shown is None:
            continue
        dwell, counted = 1.0, max(attempt or 1, 1)
        if kind == _COMPLETION:
            dwell, counted = _dwell(taken.get(course), table), 1
        if dwell > 0:
            group = _group(kind, course, evidence, catalogue)
            for slot, level in about:
                rows.append((number, slot, group, observed, kind, shown, said or level, counted, dwell))
    for course, row in taken.items():
        if course in taught and row[packed.STATUS] == _COMPLETED and course not in told:
            rows += _completion(number, row, taught[course], catalogue, table)
    return rows


def _named(competency: str, course: str | None, asked: Asked, catalogue: Catalogue) -> Sequence[tuple[int, int]]:
    """Return slot and level of the requirement that evidence of one competency speaks of."""
    slot = asked.slots.get(catalogue.competency_index.get(competency, -1))
    return () if slot is None else ((slot, dict(asked.taught.get(course or "", ())).get(slot, 1)),)


def _shown(kind: int, score: float | None, table: EvidenceTable) -> bool | None:
    """Return whether the level was shown where the evidence does not say it, as ``state.reading.shown``."""
    if kind in _SHOWN_UNLESS_DENIED:
        return True
    return None if score is None else score >= table.pass_mark


def _dwell(enrolment: packed.Row | None, table: EvidenceTable) -> float:
    """Return the weight by the time spent, as ``state.reading.dwell_weight`` does."""
    if enrolment is None:
        return table.unknown_dwell
    is_skimmed = bool(enrolment[packed.MARKS] & packed.SKIMMED)
    return weight_of_dwell(enrolment[packed.DWELL], table, is_skimmed=is_skimmed)


def _completion(
    number: int, enrolment: packed.Row, about: Sequence[tuple[int, int]], catalogue: Catalogue, table: EvidenceTable
) -> Sequence[Row]:
    """Return what a completion shows that no evidence tells of."""
    done, dwell = enrolment[packed.COMPLETED], _dwell(enrolment, table)
    when = enrolment[packed.ENROLLED] if done is None else done
    if when is None or dwell == 0:
        return ()
    group = _KINDS + catalogue.index.get(enrolment[packed.COURSE], len(catalogue))
    return [(number, slot, group, when, _COMPLETION, True, level, 1, dwell) for slot, level in about]


def _group(kind: int, course: str | None, evidence: Sequence[packed.Row], catalogue: Catalogue) -> int:
    """Return what counts once, as a number: a kind, a course of the catalogue, or a course that it does not have."""
    if not course:
        return kind
    known = catalogue.index.get(course)
    if known is not None:
        return _KINDS + known
    courses = {other[packed.ABOUT] for other in evidence}
    unknown = sorted(one for one in courses if one and one not in catalogue.index)
    return _KINDS + len(catalogue) + unknown.index(course)


def columns_of(rows: Sequence[Row]) -> EvidenceColumns:
    """Return the rows as columns, sorted as those must be."""
    if not rows:
        return _NOTHING_TOLD
    ordered = rows if len(rows) == 1 else sorted(rows)
    *numbers, dwell = zip(*ordered, strict=True)
    flat = np.fromiter(chain.from_iterable(numbers), dtype=np.int64, count=len(numbers) * len(rows))
    learner, slot, group, observed, kind, passed, level, attempt = flat.reshape(len(numbers), len(rows))
    return EvidenceColumns(
        learner=learner,
        slot=slot,
        group=group,
        from_course=group >= _KINDS,
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
