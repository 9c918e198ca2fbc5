"""Logistic regression on a few signals: what turns scores into a calibrated probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_STEPS = 30
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Logistic:
    """Weights of a logistic regression."""

    weights: NDArray[np.float64]
    """Shape (n_signals,)."""
    bias: float

    def __call__(self, signals: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probability for signals of shape (n_signals, ...), shape (...)."""
        return sigmoid(np.tensordot(self.weights, signals, axes=1) + self.bias)


def sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-x)), without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0, -values)))


def fit_logistic(signals: NDArray[np.float64], labels: NDArray[np.bool_], ridge: float = 1.0) -> Logistic:
    """Fit by Newton's method with an L2 penalty on standardised signals.

    Parameters
    ----------
    signals
        Shape (n_signals, n).
    labels
        Shape (n,); both kinds must occur.
    ridge
        Strength of the penalty, in pairs.
    """
    middle, spread = signals.mean(axis=1), np.maximum(signals.std(axis=1), 1e-9)
    design = np.vstack([(signals - middle[:, None]) / spread[:, None], np.ones(signals.shape[1])])
    penalty = np.full(len(design), ridge)
    penalty[-1] = 1e-9
    weights = np.zeros(len(design))
    for _ in range(_STEPS):
        chance = sigmoid(weights @ design)
        slope = design @ (labels - chance) - penalty * weights
        curve = (design * np.maximum(chance * (1 - chance), 1e-9)) @ design.T + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < _CLOSE:
            break
    scaled = weights[:-1] / spread
    return Logistic(scaled, float(weights[-1] - scaled @ middle))
