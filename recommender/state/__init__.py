"""Competency state: a probability for each level, from evidence that ages."""

from __future__ import annotations

from recommender.state.belief import Belief, WeighedEvidence
from recommender.state.competency_state import CompetencyState, competency_state
from recommender.state.evidence_table import DEFAULT_EVIDENCE, EvidenceKind, EvidenceTable

__all__ = [
    "DEFAULT_EVIDENCE", "Belief", "CompetencyState", "EvidenceKind", "EvidenceTable", "WeighedEvidence",
    "competency_state",
]  # fmt: skip
