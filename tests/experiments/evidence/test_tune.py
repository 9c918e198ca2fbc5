from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from experiments.evidence.tune import tune_evidence
from experiments.simulator.life import END, simulate
from features.errors import NotReadyError
from features.records import Evidence, LearnerRecord


def _tested(people: int) -> tuple[list[LearnerRecord], object]:
    world = simulate(people, 7)
    records = []
    for person in world.people:
        competency, level, passed = person.result
        last = Evidence("last", "proctored", END + timedelta(days=1), competency, None, level, passed)
        records.append(replace(person.record, evidence=(*person.record.evidence, last)))
    return records, world.reference


def test_the_fitted_table_foretells_results_of_learners_it_has_not_seen_better() -> None:
    records, reference = _tested(1500)
    tuned = tune_evidence(records, reference)  # type: ignore[arg-type]
    assert tuned.held_out == 300
    assert tuned.loss_after < tuned.loss_before


def test_too_few_results_are_said() -> None:
    records, reference = _tested(20)
    with pytest.raises(NotReadyError, match="20 proctored results"):
        tune_evidence(records, reference)  # type: ignore[arg-type]
