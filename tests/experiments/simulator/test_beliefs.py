from __future__ import annotations

import numpy as np
import pytest

from experiments.simulator.beliefs import area_under_curve, calibration_error, fitted_table, judge_beliefs
from experiments.simulator.life import simulate
from recommender.state import DEFAULT_EVIDENCE


@pytest.mark.slow
def test_beliefs_fitted_to_one_world_are_calibrated_in_another() -> None:
    table = fitted_table(simulate(1500, 1))
    figures = judge_beliefs(simulate(800, 2), table)
    assert figures.ece <= 0.05
    assert figures.brier_gain >= 0.25
    assert figures.false_exemptions <= 0.05
    assert figures.skimmer_auc >= 0.95
    assert abs(figures.inflation) < figures.inflation_completed


def test_unfitted_beliefs_already_beat_certificates() -> None:
    assert judge_beliefs(simulate(300, 5), DEFAULT_EVIDENCE).brier_gain > 0.25


def test_calibration_of_certain_and_right_is_perfect() -> None:
    assert calibration_error(np.array([0.0, 1.0]), np.array([False, True])) == 0


@pytest.mark.parametrize(
    ("score", "area"), [([1.0, 2.0, 3.0, 4.0], 1.0), ([4.0, 3.0, 2.0, 1.0], 0.0), ([1.0, 1.0, 1.0, 1.0], 0.5)]
)
def test_the_area_counts_pairs_in_order(score: list[float], area: float) -> None:
    assert area_under_curve(np.array(score), np.array([False, False, True, True])) == area
