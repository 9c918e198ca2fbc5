"""Fit the evidence table to proctored results that came after the evidence.

Likelihood of a result: the sum over levels l of P(l) * P(pass at item level m | l), with the three-parameter logistic
item response of test theory (Birnbaum 1968). Fitted are the prior, the likelihood ratios of all kinds, the spread, one
factor on all half-lives and the item response, each drawn towards its present value (Gaussian in logs), so that kinds
with little data move little.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from features.schema import EVIDENCE_KINDS
from recommender.state import EvidenceTable
from recommender.state.many import EvidenceRows, beliefs

Floats = NDArray[np.float64]

LOOSE = 0.5
"""Standard deviation of a logarithm around its present value."""
GUESSING, SLOPE = 0.1, 2.5
"""Item response of a proctored assessment before anything is known: P(pass) far below, and slope in the level."""
FITTED = tuple(kind for kind in EVIDENCE_KINDS if kind != "proctored")


@dataclass(frozen=True)
class Results:
    """Later proctored results, a case each."""

    level: NDArray[np.int64]
    """Item level 1 to 5, shape (n_cases,)."""
    passed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted table and what it gained."""

    table: EvidenceTable
    response: Floats
    """P(pass) by level (rows) and item level (columns), shape (6, 6)."""
    loss_before: float
    """Mean log loss of the results under the table before, in nats."""
    loss_after: float
    cases: int


def fit_evidence(rows: EvidenceRows, results: Results, start: EvidenceTable, iterations: int = 60) -> Fit:
    """Return the table under which the later results are most likely."""
    centre = _parameters(start)

    def objective(parameters: Floats) -> float:
        pull = float(((parameters - centre) ** 2).sum()) / (2 * LOOSE**2)
        return log_loss(rows, results, _table(parameters, start), _response(parameters)) + pull / len(results.level)

    answer = minimize(objective, centre, method="L-BFGS-B", options={"maxiter": iterations, "maxfun": 6000})
    best = np.asarray(answer.x)
    table = replace(
        _table(best, start),
        source=f"fitted to {len(results.level)} later proctored results",
        version=f"{start.version}-fit",
    )
    before = log_loss(rows, results, start, _response(centre))
    return Fit(table, _response(best), before, log_loss(rows, results, table, _response(best)), len(results.level))


def log_loss(rows: EvidenceRows, results: Results, table: EvidenceTable, response: Floats) -> float:
    """Return the mean log loss of the results in nats; ``response`` is P(pass) by level and item level, (6, 6)."""
    probabilities = beliefs(rows, len(results.level), table)
    shown = np.clip((probabilities * response[:, results.level].T).sum(axis=1), 1e-9, 1 - 1e-9)
    return float(-np.where(results.passed, np.log(shown), np.log(1 - shown)).mean())


def item_response(guessing: float, slope: float) -> Floats:
    """Return P(pass) for levels 0 to 5 (rows) at item levels 0 to 5 (columns)."""
    levels = np.arange(6)
    return np.asarray(guessing + (1 - guessing) / (1 + np.exp(-slope * (levels[:, None] - levels[None, :] + 0.5))))


def p_at_least(probabilities: Floats, level: NDArray[np.int64]) -> Floats:
    """Return P(level at or above the given one) of each case."""
    above = np.cumsum(probabilities[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(above[np.arange(len(level)), level])


def _response(parameters: Floats) -> Floats:
    return item_response(float(1 / (1 + np.exp(-parameters[-2]))), float(np.exp(parameters[-1])))


def _parameters(table: EvidenceTable) -> Floats:
    prior = np.log(np.asarray(table.prior))
    strengths = [np.log(max(np.log(table.kinds[kind].passed), 1e-2)) for kind in FITTED]
    failures = [np.log(max(-np.log(table.kinds[kind].failed), 1e-2)) for kind in FITTED]
    spread = np.log(table.spread / (1 - table.spread))
    return np.array(
        [*(prior[1:] - prior[0]), *strengths, *failures, spread, 0.0, np.log(GUESSING / (1 - GUESSING)), np.log(SLOPE)]
    )


def _table(parameters: Floats, start: EvidenceTable) -> EvidenceTable:
    n = len(FITTED)
    logits = np.concatenate([[0.0], parameters[:5]])
    prior = np.exp(logits - logits.max())
    longer = float(np.exp(parameters[-3]))
    kinds = {
        kind: replace(
            start.kinds[kind],
            passed=float(np.exp(min(np.exp(parameters[5 + i]), 6.0))),
            failed=float(np.exp(-min(np.exp(parameters[5 + n + i]), 6.0))) if start.kinds[kind].failed < 1 else 1.0,
        )
        for i, kind in enumerate(FITTED)
    }
    response = _response(parameters)
    at, under = response[3, 3], response[2, 3]
    proctored = replace(start.kinds["proctored"], passed=float(at / under), failed=float((1 - at) / (1 - under)))
    kinds["proctored"] = proctored
    kinds = {name: replace(kind, months=kind.months * longer) for name, kind in {**start.kinds, **kinds}.items()}
    spread = float(1 / (1 + np.exp(-parameters[-4])))
    return replace(start, prior=tuple((prior / prior.sum()).tolist()), kinds=kinds, spread=spread)
