"""The pictures that a training run leaves in MLflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from experiments.calibration import reliability
from experiments.cases import Case
from experiments.figures import calibration_figure, coverage_figure, learning_figure, slices_figure
from experiments.learning_curve import learning_curve
from models.hybrid import Hybrid

MOST_LEARNERS = 1_000_000
"""Learners up to which it is asked how much more data would help: beyond, it would not."""


def pictures(comparison: Mapping[str, Any], case: Case, hybrid: Hybrid, k: int) -> dict[str, Figure]:
    """Return each picture under its file name: slices, coverage, learning curve and, where it can be told, calibration.

    ``hybrid`` is the one that was fitted on the case.
    """
    found = {"slices.png": slices_figure(comparison, f"ndcg@{k}"), "coverage.png": coverage_figure(comparison, k)}
    if hybrid.plan is not None and len(case.train.histories) <= MOST_LEARNERS:
        curve = learning_curve(case, hybrid.plan, k, hybrid.seed)
        curve[len(case.train.histories)] = comparison["results"]["karmapath"][f"ndcg@{k}"]["mean"]
        found["learning_curve.png"] = learning_figure(curve, f"ndcg@{k}")
    calibrated = reliability(hybrid, case, k)
    if calibrated is not None:
        found["calibration.png"] = calibration_figure(calibrated)
    return found
