"""Beliefs of many learners in many competencies at once: the same filter as the per-learner state, in arrays.

A *case* is one learner and one competency. Rows of evidence point to their case; rows of one group are correlated
(they come from one course, or are of one kind) and count together as often as the group allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.records import LearnerRecord
from features.reference import Reference
from features.schema import EVIDENCE_KINDS, MAX_LEVEL
from recommender.state.evidence_table import EvidenceTable
from recommender.state.filter import DAYS_A_MONTH, posterior, remaining, step_odds
from recommender.state.reading import about, dwell_weight, shown, told, used_by_post

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class EvidenceRows:
    """Evidence in arrays, each of shape (n_rows,), sorted by group."""

    case: Ints
    group: Ints
    """Rows of one group are of one case."""
    from_course: NDArray[np.bool_]
    kind: Ints
    """Number in ``EVIDENCE_KINDS``."""
    passed: NDArray[np.bool_]
    level: Ints
    age_days: Floats
    in_use: NDArray[np.bool_]
    attempt: Ints
    """From 1."""
    dwell: Floats
    """Weight by the time spent; 1 for what is no completion."""


def evidence_rows(
    records: Iterable[LearnerRecord],
    reference: Reference,
    at: Callable[[LearnerRecord], datetime] | datetime,
    cases: dict[tuple[str, str], int],
    table: EvidenceTable,
) -> EvidenceRows:
    """Return the evidence observed before a moment on the given cases: (learner, competency) to number."""
    rows: list[tuple[int, int, bool, int, bool, int, float, bool, int, float]] = []
    groups: dict[tuple[int, str, str], int] = {}
    for record in records:
        moment = at if isinstance(at, datetime) else at(record)
        used = used_by_post(record, reference)
        enrolments = {enrolment.course: enrolment for enrolment in record.enrolments}
        for evidence, weight in told(record, table):
            passed = shown(evidence, table)
            if passed is None or weight == 0 or evidence.observed_on > moment:
                continue
            completion = evidence.kind == "completion"
            dwell = dwell_weight(enrolments.get(evidence.course or ""), table) if completion else 1.0
            age = (moment - evidence.observed_on).total_seconds() / 86_400
            for competency, level in about(evidence, reference):
                case = cases.get((record.learner.id, competency))
                if case is None:
                    continue
                name = (case, "course", evidence.course) if evidence.course else (case, "kind", evidence.kind)
                group = groups.setdefault(name, len(groups))
                attempt = 1 if completion else max(evidence.attempt or 1, 1)
                kind = EVIDENCE_KINDS.index(evidence.kind)
                course = evidence.course is not None
                rows.append((case, group, course, kind, passed, level, age, competency in used, attempt, dwell))
    return _arrays(rows)


@dataclass(frozen=True)
class KindArrays:
    """An evidence table in arrays, by number of the kind in ``EVIDENCE_KINDS``."""

    days: Floats
    """Shape (kinds,), half-life in days."""
    most: Ints
    """Shape (kinds,), how many items count together where they come from no course."""
    odds: Floats
    """Shape (kinds, 2, 5, 5): ``step_odds``."""
    log_prior: Floats
    """Shape (6,)."""
    attempt: float
    use_slows: float

    @classmethod
    def of(cls, table: EvidenceTable) -> KindArrays:
        """Read the table."""
        kinds = [table.kinds[name] for name in EVIDENCE_KINDS]
        return cls(
            days=np.array([kind.months for kind in kinds]) * DAYS_A_MONTH,
            most=np.array([kind.most for kind in kinds], dtype=np.int64),
            odds=step_odds(table),
            log_prior=np.log(np.asarray(table.prior)),
            attempt=table.attempt,
            use_slows=table.use_slows,
        )


def beliefs(rows: EvidenceRows, n_cases: int, table: EvidenceTable) -> Floats:
    """Return the probabilities of levels 0 to 5 of each case, shape (n_cases, 6); without evidence the prior."""
    kinds = KindArrays.of(table)
    return np.asarray(posterior(kinds.log_prior, step_totals(rows, n_cases, kinds)), dtype=np.float64)


def step_totals(rows: EvidenceRows, n_cases: int, kinds: KindArrays) -> Floats:
    """Return the log-odds of each step that the evidence gives each case, shape (n_cases, 5)."""
    weight = rows.dwell * kinds.attempt ** (rows.attempt - 1) * remaining(rows.age_days, half_lives(rows, kinds))
    return weighed_totals(rows, weight, n_cases, kinds)


def half_lives(rows: EvidenceRows, kinds: KindArrays) -> Floats:
    """Return the days after which each row weighs half, shape (n_rows,)."""
    return np.asarray(kinds.days[rows.kind] * np.where(rows.in_use, kinds.use_slows, 1.0), dtype=np.float64)


def weighed_totals(rows: EvidenceRows, weight: Floats, n_cases: int, kinds: KindArrays) -> Floats:
    """Return the log-odds of each step, shape (n_cases, 5), where the rows weigh ``weight``."""
    steps = kinds.odds[rows.kind, rows.passed.astype(np.int64), rows.level - 1] * weight[:, None]
    most = np.where(rows.from_course, 1, kinds.most[rows.kind])
    total = np.zeros((n_cases, MAX_LEVEL))
    _add_strongest(total, rows, steps, np.flatnonzero(most == 1))
    several = np.flatnonzero(most > 1)
    if len(several):
        all_count = np.bincount(rows.group[several])[rows.group[several]] <= most[several]
        np.add.at(total, rows.case[several[all_count]], steps[several[all_count]])
        _add_some(total, rows, steps, most, several[~all_count])
    return total


def _add_some(total: Floats, rows: EvidenceRows, steps: Floats, most: Ints, crowded: Ints) -> None:
    """Add to the totals the strongest rows of groups that have more than count together."""
    for step in range(MAX_LEVEL if len(crowded) else 0):
        for sign in (1.0, -1.0):
            strength = np.maximum(sign * steps[crowded, step], 0.0)
            counted = _strongest(rows.group[crowded], strength, most[crowded])
            np.add.at(total[:, step], rows.case[crowded][counted], sign * strength[counted])


def _add_strongest(total: Floats, rows: EvidenceRows, steps: Floats, some: Ints) -> None:
    """Add to the totals each group's strongest pass and strongest failure a step; rows are sorted by group."""
    if not len(some):
        return
    group, own = rows.group[some], steps[some]
    starts = np.concatenate([[0], np.flatnonzero(group[1:] != group[:-1]) + 1])
    passes = np.maximum.reduceat(np.maximum(own, 0.0), starts, axis=0)
    failures = np.minimum.reduceat(np.minimum(own, 0.0), starts, axis=0)
    np.add.at(total, rows.case[some[starts]], passes + failures)


def _strongest(group: Ints, strength: Floats, most: Ints) -> Ints:
    """Return the rows that are among the ``most`` strongest of their group and say anything."""
    speaks = np.flatnonzero(strength > 0)
    order = speaks[np.lexsort((-strength[speaks], group[speaks]))]
    if not len(order):
        return order
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    place = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    return order[place < most[order]]


def _arrays(rows: Sequence[tuple[int, int, bool, int, bool, int, float, bool, int, float]]) -> EvidenceRows:
    columns = list(zip(*sorted(rows, key=lambda row: row[1]), strict=True)) if rows else [()] * 10
    types = (np.int64, np.int64, np.bool_, np.int64, np.bool_, np.int64, np.float64, np.bool_, np.int64, np.float64)
    arrays: list[Any] = [np.array(column, dtype=kind) for column, kind in zip(columns, types, strict=True)]
    return EvidenceRows(*arrays)
