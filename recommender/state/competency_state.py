"""A learner's competency state: for each competency a probability for each level, from all that is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from features.records import Evidence, LearnerRecord
from features.reference import Reference
from features.schema import EVIDENCE_KINDS, MAX_LEVEL
from recommender.state.belief import Belief, WeighedEvidence
from recommender.state.evidence_table import DEFAULT_EVIDENCE, EvidenceTable
from recommender.state.filter import DAYS_A_MONTH, posterior, remaining, step_odds
from recommender.state.reading import about, shown, told, used_by_post


@dataclass(frozen=True, slots=True)
class _Item:
    """One item of evidence about one competency, with the log-odds that it gives each step today."""

    id: str
    kind: str
    course: str | None
    level: int
    passed: bool
    observed_on: datetime
    steps: NDArray[np.float64]


class CompetencyState:
    """The beliefs of one learner, made when asked for."""

    def __init__(self, items: Mapping[str, tuple[_Item, ...]], at: datetime, table: EvidenceTable) -> None:
        self.at = at
        self.table = table
        self._items = items
        self._log_prior = np.log(np.asarray(table.prior))
        self._beliefs: dict[str, Belief] = {}

    def competencies(self) -> tuple[str, ...]:
        """Return the competencies of which anything is known, sorted."""
        return tuple(sorted(c for c in self._items if self.belief(c).known))

    def belief(self, competency: str) -> Belief:
        """Return what is believed of the level in a competency; unknown is the prior."""
        if competency not in self._beliefs:
            self._beliefs[competency] = self._believe(competency)
        return self._beliefs[competency]

    def _believe(self, competency: str) -> Belief:
        items = self._items.get(competency, ())
        steps = _combined(items, self.table)
        probabilities = self._posterior(steps[None, :])[0]
        known = bool(np.abs(steps).max() > 1e-3)
        return Belief(competency, probabilities, known, lambda: self._weighed(items, probabilities))

    def _weighed(self, items: tuple[_Item, ...], full: NDArray[np.float64]) -> tuple[WeighedEvidence, ...]:
        if not items:
            return ()
        rest = [_combined(items[:i] + items[i + 1 :], self.table) for i in range(len(items))]
        without = self._posterior(np.stack(rest))
        return tuple(_weighed(item, full, other) for item, other in zip(items, without, strict=True))

    def _posterior(self, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(posterior(self._log_prior, steps), dtype=np.float64)


def competency_state(
    record: LearnerRecord, reference: Reference, at: datetime, table: EvidenceTable = DEFAULT_EVIDENCE
) -> CompetencyState:
    """Return the learner's state at a moment, from evidence and completions observed until then."""
    used = used_by_post(record, reference)
    odds = step_odds(table)
    items: dict[str, list[_Item]] = defaultdict(list)
    for evidence, weight in told(record, table):
        if evidence.observed_on > at:
            continue
        for competency, level in about(evidence, reference):
            passed = shown(evidence, table)
            if passed is None or weight == 0:
                continue
            left = weight * _left(evidence, at, table, in_use=competency in used)
            steps = odds[EVIDENCE_KINDS.index(evidence.kind), int(passed), level - 1] * left
            items[competency].append(
                _Item(evidence.id, evidence.kind, evidence.course, level, passed, evidence.observed_on, steps)
            )
    return CompetencyState({c: tuple(found) for c, found in items.items()}, at, table)


def _combined(items: Iterable[_Item], table: EvidenceTable) -> NDArray[np.float64]:
    """Add up log-odds; what one course gave counts once: per step its strongest pass and its strongest failure."""
    groups: dict[tuple[str, str], list[NDArray[np.float64]]] = defaultdict(list)
    for item in items:
        groups["course" if item.course else item.kind, item.course or ""].append(item.steps)
    total = np.zeros(MAX_LEVEL)
    for (kind, _), steps in groups.items():
        total += _strongest(np.stack(steps), 1 if kind == "course" else table.kinds[kind].most)
    return total


def _strongest(steps: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Return per step the sum of the ``most`` strongest passes and the ``most`` strongest failures."""
    ordered = np.sort(steps, axis=0)
    total: NDArray[np.float64] = np.maximum(ordered[-most:], 0).sum(axis=0) + np.minimum(ordered[:most], 0).sum(axis=0)
    return total


def _weighed(item: _Item, full: NDArray[np.float64], without: NDArray[np.float64]) -> WeighedEvidence:
    bits = _log2_odds(full, item.level) - _log2_odds(without, item.level)
    return WeighedEvidence(item.id, item.kind, item.course, item.level, item.passed, item.observed_on, bits)


def _log2_odds(probabilities: NDArray[np.float64], level: int) -> float:
    above, below = probabilities[level:].sum(), probabilities[:level].sum()
    return float(np.log2(max(above, 1e-12)) - np.log2(max(below, 1e-12)))


def _left(evidence: Evidence, at: datetime, table: EvidenceTable, *, in_use: bool) -> float:
    days = (at - evidence.observed_on).total_seconds() / 86_400
    half_life = table.kinds[evidence.kind].months * DAYS_A_MONTH * (table.use_slows if in_use else 1.0)
    return float(remaining(np.array([days]), np.array([half_life]))[0])
