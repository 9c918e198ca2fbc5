"""Refit the evidence table from a population's own records: later proctored results against what came before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from experiments.evidence.fit import GUESSING, SLOPE, Fit, Results, fit_evidence, item_response, log_loss
from features.errors import NotReadyError
from features.records import LearnerRecord
from features.reference import Reference
from recommender.state import DEFAULT_EVIDENCE, EvidenceTable
from recommender.state.many import EvidenceRows, evidence_rows
from recommender.state.reading import about, shown

FEWEST = 50
"""With fewer results nothing is fitted."""
HELD_OUT = 5
"""Every fifth learner's results judge the fit and are not fitted."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """A refitted table, judged on learners that it was not fitted to."""

    fit: Fit
    held_out: int
    loss_before: float
    """Mean log loss of held-out results in nats, with the table before and its own item response."""
    loss_after: float


def tune_evidence(
    records: Iterable[LearnerRecord], reference: Reference, start: EvidenceTable = DEFAULT_EVIDENCE
) -> Tuned:
    """Return a table fitted to the last proctored result of each learner, from what was known the day before.

    Raises
    ------
    NotReadyError
        If there are too few proctored results.
    """
    cases = [case for record in records if (case := _case(record, reference, start)) is not None]
    if len(cases) < FEWEST:
        raise NotReadyError(
            f"found {len(cases)} proctored results with evidence before them", f"at least {FEWEST}",
            "import assessment results first",
        )  # fmt: skip
    fitted = [case for number, case in enumerate(cases) if number % HELD_OUT]
    judged = cases[::HELD_OUT]
    fit = fit_evidence(*_arrays(fitted, reference, start), start)
    rows, results = _arrays(judged, reference, start)
    before = log_loss(rows, results, start, item_response(GUESSING, SLOPE))
    after = log_loss(rows, results, fit.table, fit.response)
    return Tuned(fit, len(judged), before, after)


@dataclass(frozen=True, slots=True)
class _Case:
    """A learner as known the day before a proctored result, and that result."""

    record: LearnerRecord
    at: datetime
    competency: str
    level: int
    passed: bool


def _case(record: LearnerRecord, reference: Reference, table: EvidenceTable) -> _Case | None:
    """Return the case of the learner's last proctored result, of its first competency; ``None`` without one."""
    results = [
        (item.observed_on, item.id, competency, level, passed)
        for item in record.evidence
        if item.kind == "proctored" and (passed := shown(item, table)) is not None
        for competency, level in about(item, reference)
    ]
    if not results:
        return None
    at, last, competency, level, passed = max(results, key=lambda result: result[:2])
    day = at - timedelta(days=1)
    before = replace(
        record,
        evidence=tuple(item for item in record.evidence if item.observed_on <= day and item.id != last),
        enrolments=tuple(e for e in record.enrolments if e.completed_on is not None and e.completed_on <= day),
    )
    return _Case(before, at, competency, level, passed)


def _arrays(cases: list[_Case], reference: Reference, table: EvidenceTable) -> tuple[EvidenceRows, Results]:
    numbers = {(case.record.learner.id, case.competency): n for n, case in enumerate(cases)}
    moments = {case.record.learner.id: case.at for case in cases}
    records = (case.record for case in cases)
    rows = evidence_rows(records, reference, lambda record: moments[record.learner.id], numbers, table)
    return rows, Results(np.array([case.level for case in cases]), np.array([case.passed for case in cases]))
