from __future__ import annotations

import numpy as np
import pytest

from experiments.evidence.fit import Results, fit_evidence, item_response, p_at_least
from features.schema import EVIDENCE_KINDS
from recommender.state import DEFAULT_EVIDENCE
from recommender.state.many import EvidenceRows


def _world(informative: bool, n: int = 3000) -> tuple[EvidenceRows, Results]:
    """One quiz each, at level 3; later results agree with it, or have nothing to do with it."""
    rng = np.random.default_rng(0)
    held = rng.random(n) < 0.5
    seen = held if informative else rng.random(n) < 0.5
    rows = EvidenceRows(
        case=np.arange(n), group=np.arange(n), from_course=np.ones(n, dtype=bool),
        kind=np.full(n, EVIDENCE_KINDS.index("assessment")), passed=np.where(rng.random(n) < 0.9, seen, ~seen),
        level=np.full(n, 3), age_days=np.full(n, 30.0), in_use=np.zeros(n, dtype=bool),
        attempt=np.ones(n, dtype=np.int64), dwell=np.ones(n),
    )  # fmt: skip
    return rows, Results(np.full(n, 3), np.where(rng.random(n) < 0.9, held, ~held))


def test_what_foretells_results_is_given_weight_and_what_does_not_loses_it() -> None:
    strong = fit_evidence(*_world(informative=True), DEFAULT_EVIDENCE).table.kinds["assessment"]
    weak = fit_evidence(*_world(informative=False), DEFAULT_EVIDENCE).table.kinds["assessment"]
    default = DEFAULT_EVIDENCE.kinds["assessment"]
    assert strong.passed > default.passed > weak.passed
    assert strong.failed < default.failed < weak.failed


def test_fitting_never_makes_the_results_less_likely() -> None:
    fit = fit_evidence(*_world(informative=True), DEFAULT_EVIDENCE)
    assert fit.loss_after <= fit.loss_before


def test_p_at_least_sums_from_the_level_up() -> None:
    assert p_at_least(np.array([[0.1, 0.2, 0.3, 0.2, 0.1, 0.1]]), np.array([3])) == pytest.approx([0.4])


def test_an_item_is_passed_more_often_by_those_above_its_level() -> None:
    response = item_response(0.1, 2.5)
    assert (np.diff(response[:, 3]) > 0).all()
    assert response[3, 3] > 0.7
    assert response[2, 3] < 0.35
