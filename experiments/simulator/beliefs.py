"""Beliefs judged against the truth: calibration, Brier score, skimmers, inflation, false exemptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.fit import Results, fit_evidence, p_at_least
from experiments.simulator.life import END, SimulatedWorld
from recommender.gaps import SURE
from recommender.state import DEFAULT_EVIDENCE, EvidenceTable
from recommender.state.integrity import skimmed_share
from recommender.state.many import EvidenceRows, beliefs, evidence_rows

Floats = NDArray[np.float64]
BINS = 10


@dataclass(frozen=True, slots=True)
class BeliefFigures:
    """How well beliefs recover the truth."""

    ece: float
    """Expected calibration error of P(level at or above the required one), 10 bins."""
    brier: float
    brier_completed: float
    """Of "completed = acquired"."""
    false_exemptions: float
    """Share of steps held with P >= 0.9 that are not held in truth."""
    exempted: float
    """Share of required steps that are held with P >= 0.9."""
    skimmer_auc: float
    inflation: float
    """Required steps believed to be held over those held in truth, less 1."""
    inflation_completed: float
    """The same of "completed = acquired"."""

    @property
    def brier_gain(self) -> float:
        """Share by which the Brier score beats "completed = acquired"."""
        return 1 - self.brier / self.brier_completed


def fitted_table(world: SimulatedWorld, start: EvidenceTable = DEFAULT_EVIDENCE) -> EvidenceTable:
    """Return the table fitted to the later proctored results of a world."""
    cases = {(p.record.learner.id, p.result[0]): n for n, p in enumerate(world.people)}
    rows = _rows(world, cases, start)
    level = np.array([p.result[1] for p in world.people])
    return fit_evidence(rows, Results(level, np.array([p.result[2] for p in world.people])), start).table


def judge_beliefs(world: SimulatedWorld, table: EvidenceTable) -> BeliefFigures:
    """Return the figures over every competency that the people's positions require."""
    needs = [(p, need) for p in world.people for need in world.reference.requirements_of_position(_position(p))]
    cases = {(p.record.learner.id, need.competency): n for n, (p, need) in enumerate(needs)}
    believed = beliefs(_rows(world, cases, table), len(cases), table)
    required = np.array([need.level for _, need in needs])
    true = np.array([p.levels[need.competency] for p, need in needs])
    completed = np.array([_acquired(world, p, need.competency) for p, need in needs])
    p_met, met = p_at_least(believed, required), true >= required
    above = np.cumsum(believed[:, ::-1], axis=1)[:, ::-1][:, 1:]
    steps = np.arange(1, 6)[None, :] <= required[:, None]
    exempt = (above >= SURE) & steps
    wrong = exempt & (true[:, None] < np.arange(1, 6)[None, :])
    return BeliefFigures(
        ece=calibration_error(p_met, met),
        brier=float(((p_met - met) ** 2).mean()),
        brier_completed=float((((completed >= required).astype(float) - met) ** 2).mean()),
        false_exemptions=float(wrong.sum() / max(exempt.sum(), 1)),
        exempted=float(exempt.sum() / steps.sum()),
        skimmer_auc=_skimmer_auc(world, table),
        inflation=float((above * steps).sum() / np.minimum(true, required).sum() - 1),
        inflation_completed=float(np.minimum(completed, required).sum() / np.minimum(true, required).sum() - 1),
    )


def calibration_error(p: Floats, happened: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over ten bins of equal width.

    >>> calibration_error(np.array([0.9, 0.9]), np.array([True, False])).__round__(2)
    0.4
    """
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    weight = np.bincount(bins, minlength=BINS)
    told, seen = np.bincount(bins, p, BINS), np.bincount(bins, happened, BINS)
    return float(np.abs(told - seen).sum() / weight.sum())


def area_under_curve(score: Floats, positive: NDArray[np.bool_]) -> float:
    """Return the probability that a positive scores above a negative; ties count half."""
    values, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    del values
    rank = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n, m = int(positive.sum()), int((~positive).sum())
    return float((rank[positive].sum() - n * (n + 1) / 2) / max(n * m, 1))


def _rows(world: SimulatedWorld, cases: dict[tuple[str, str], int], table: EvidenceTable) -> EvidenceRows:
    return evidence_rows((p.record for p in world.people), world.reference, END, cases, table)


def _position(person: Any) -> str:
    return str(person.record.learner.position)


def _acquired(world: SimulatedWorld, person: Any, competency: str) -> int:
    """Return the highest level that a completed course leads to: what a passbook of certificates says."""
    return max(
        (
            taught.to_level
            for e in person.record.enrolments
            for taught in world.reference.courses[e.course].teaches
            if taught.competency == competency
        ),
        default=0,
    )


def _skimmer_auc(world: SimulatedWorld, table: EvidenceTable) -> float:
    shares = [(skimmed_share(p.record, table), p.skimmer) for p in world.people if len(p.record.enrolments) >= 3]
    known = [(share, skimmer) for share, skimmer in shares if share is not None]
    return area_under_curve(np.array([s for s, _ in known]), np.array([k for _, k in known]))
