"""What a learner's record tells about levels: evidence and completions, what they are about, how much they weigh."""

from __future__ import annotations

from collections.abc import Iterator

from features.records import Enrolment, Evidence, LearnerRecord
from features.reference import Course, Reference
from recommender.state.evidence_table import EvidenceTable

SHOWN_UNLESS_DENIED = frozenset({"completion", "peer", "self_attestation", "tenure"})
"""Kinds of evidence that stand for a level shown where they do not say otherwise."""


def told(record: LearnerRecord, table: EvidenceTable) -> Iterator[tuple[Evidence, float]]:
    """Yield each item of evidence and its weight before age: completions come from enrolments."""
    enrolments = {enrolment.course: enrolment for enrolment in record.enrolments}
    for evidence in record.evidence:
        if evidence.kind == "completion":
            enrolment = enrolments.get(evidence.course or "")
            yield evidence, dwell_weight(enrolment, table)
        else:
            yield evidence, table.attempt ** (max(evidence.attempt or 1, 1) - 1)
    told = {evidence.course for evidence in record.evidence if evidence.kind == "completion"}
    for enrolment in record.enrolments:
        if enrolment.status == "completed" and enrolment.course not in told:
            when = enrolment.completed_on or enrolment.enrolled_on
            if when is not None:
                evidence = Evidence(f"enrolment:{enrolment.course}", "completion", when, course=enrolment.course)
                yield evidence, dwell_weight(enrolment, table)


def dwell_weight(enrolment: Enrolment | None, table: EvidenceTable) -> float:
    """Return 0 for a skimmed completion, 1 for one that took its time."""
    if enrolment is None:
        return table.unknown_dwell
    return weight_of_dwell(enrolment.dwell_ratio, table, is_skimmed=enrolment.skimmed)


def weight_of_dwell(ratio: float | None, table: EvidenceTable, *, is_skimmed: bool) -> float:
    """Return the same from the share of the course's hours that was spent on it."""
    if ratio is None and not is_skimmed:
        return table.unknown_dwell
    if is_skimmed or ratio is None or ratio < table.skim:
        return 0.0
    return min(1.0, (ratio - table.skim) / max(table.full - table.skim, 1e-9))


def shown(evidence: Evidence, table: EvidenceTable) -> bool | None:
    """Return whether the level was shown; ``None`` where the evidence does not say."""
    if evidence.passed is not None:
        return evidence.passed
    if evidence.kind in SHOWN_UNLESS_DENIED:
        return True
    return None if evidence.score is None else evidence.score >= table.pass_mark


def about(evidence: Evidence, reference: Reference) -> Iterator[tuple[str, int]]:
    """Yield the competencies and item levels that the evidence speaks of."""
    course: Course | None = reference.courses.get(evidence.course or "")
    taught = {teaches.competency: teaches.to_level for teaches in course.teaches} if course else {}
    if evidence.competency is None:
        for competency, level in taught.items():
            yield competency, evidence.level or max(level, 1)
    else:
        yield evidence.competency, evidence.level or max(taught.get(evidence.competency, 1), 1)


def used_by_post(record: LearnerRecord, reference: Reference) -> frozenset[str]:
    """Return the competencies that the learner's present position uses."""
    learner = record.learner
    position = reference.position_of(learner.position, learner.designation, learner.organisation)
    needs = reference.requirements_of_position(position.id) if position else ()
    return frozenset(need.competency for need in needs)
