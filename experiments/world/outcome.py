"""How far a learner gets in a course, in what time, and what stars it gets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.world.population import FloatArray, IntArray, People
from experiments.world.schedule import CAMPAIGN, CHOSEN, PROCTORED
from experiments.world.stage import Bools, Stage
from experiments.world.state import State


@dataclass(frozen=True)
class Outcome:
    """What came of an occasion; a row a learner."""

    completed: Bools
    skimmed: Bools
    proctored: Bools
    progress: FloatArray
    spent: FloatArray
    """Seconds."""
    until: NDArray[np.float64]
    """Day of completion, or of the last visit."""
    hard: FloatArray
    held: FloatArray
    """Level in the main competency before."""


def outcome_of(
    stage: Stage,
    people: People,
    state: State,
    learners: IntArray,
    family: IntArray,
    kind: NDArray[np.int8],
    liked: FloatArray,
    day: FloatArray,
    rng: np.random.Generator,
) -> Outcome:
    """Draw who finishes, who skims, and how long it takes; a proctored assessment is always sat to its end."""
    b = stage.ground.behaviour
    n, hours = len(learners), stage.hours[family]
    main = stage.taught[family, 0]
    held = state.held(learners, main)
    hard = np.clip(stage.levels[family, 0] - held, 0.0, None)
    duty, proctored = kind != CHOSEN, kind == PROCTORED
    odds = b.finish_base + b.finish_interest * liked + b.finish_diligence * people.diligence[learners]
    odds = odds - b.finish_hours * np.log1p(hours) - b.finish_too_hard * hard + b.finish_duty * duty
    finishes = (rng.random(n) < 1.0 / (1.0 + np.exp(-odds))) | proctored
    skim_chance = people.skim[learners] * np.where(kind == CHOSEN, 0.5, 1.0) * (hours <= 6)
    skims = (rng.random(n) < skim_chance) & ~proctored
    finishes |= skims
    share = np.clip(np.exp(rng.normal(-0.05, 0.35, size=n) + 0.1 * liked), 0.25, 3.0)
    part = np.where(rng.random(n) < 0.3, 0.0, rng.beta(1.3, 2.0, size=n) * 0.95)
    progress = np.where(finishes, 1.0, part)
    spent = np.where(skims, rng.uniform(7.0, 20.0, size=n), share * hours * 3600.0 * progress)
    spread = np.where(hours <= 1.0, 0.0, rng.exponential(1.0, size=n) * (hours - 1.0) / 1.5)
    spread = np.where(kind == CAMPAIGN, np.minimum(spread, 0.5), spread)
    until = day + spent / 86400.0 + np.where(skims | proctored, 0.0, spread)
    completed = finishes & (until < stage.duties.calendar.days)
    return Outcome(
        completed=completed,
        skimmed=skims & completed,
        proctored=proctored & completed,
        progress=np.where(finishes & ~completed, 0.6, progress).astype(np.float32),
        spent=np.where(finishes & ~completed, 0.6 * spent, spent).astype(np.float32),
        until=np.minimum(until, stage.duties.calendar.days - 0.001),
        hard=hard.astype(np.float32),
        held=held,
    )


def ratings(
    stage: Stage,
    people: People,
    learners: IntArray,
    family: IntArray,
    liked: FloatArray,
    outcome: Outcome,
    rng: np.random.Generator,
) -> FloatArray:
    """Return stars from 1 to 5, NaN where none were given."""
    n = len(learners)
    honest = 3.7 + 0.45 * liked + 0.4 * stage.ground.appeal[family] - 0.4 * outcome.hard + rng.normal(0.0, 0.6, size=n)
    stars = np.where(people.leniency[learners], 5.0, np.clip(np.round(honest), 1.0, 5.0))
    rated = outcome.completed & ~outcome.proctored & (rng.random(n) < stage.ground.behaviour.rating_share)
    return np.where(rated, stars, np.nan).astype(np.float32)
