"""Signs that courses were clicked through: a flag for a conversation, never a penalty."""

from __future__ import annotations

from features.records import LearnerRecord
from recommender.state.evidence_table import DEFAULT_EVIDENCE, EvidenceTable


def skimmed_share(record: LearnerRecord, table: EvidenceTable = DEFAULT_EVIDENCE) -> float | None:
    """Return the share of completions of known length that were skimmed; ``None`` where no length is known."""
    lengths = [
        0.0 if enrolment.skimmed or enrolment.dwell_ratio is None else enrolment.dwell_ratio
        for enrolment in record.enrolments
        if enrolment.status == "completed" and (enrolment.skimmed or enrolment.dwell_ratio is not None)
    ]
    return sum(length < table.skim for length in lengths) / len(lengths) if lengths else None
