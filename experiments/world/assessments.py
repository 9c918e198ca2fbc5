"""Quizzes at the end of courses and proctored assessments: noisy views of true levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.world.behaviour import Behaviour
from experiments.world.population import FloatArray, IntArray

CUT_OFF = 60.0
"""Percentage that passes."""
QUIZ_QUESTIONS, PROCTORED_QUESTIONS = 10, 40


@dataclass(frozen=True)
class Attempts:
    """Attempts, one row each."""

    learner: IntArray
    course: IntArray
    """Course number, in the language it was taken in."""
    day: NDArray[np.float64]
    attempt: IntArray
    """From 0."""
    right: IntArray
    questions: IntArray
    proctored: NDArray[np.bool_]


def sit_quizzes(
    learner: IntArray,
    course: IntArray,
    day: NDArray[np.float64],
    above: FloatArray,
    skimmed: NDArray[np.bool_],
    proctored: NDArray[np.bool_],
    behaviour: Behaviour,
    rng: np.random.Generator,
) -> Attempts:
    """Return all attempts: a failed quiz is tried again, a proctored assessment is not.

    ``above`` is the true level less the level asked for.
    """
    right_chance = 1.0 / (1.0 + np.exp(-(behaviour.quiz_slope * (above + 0.5) + behaviour.quiz_base)))
    right_chance = np.where(skimmed & ~proctored, np.maximum(right_chance, behaviour.shared_answers), right_chance)
    questions = np.where(proctored, PROCTORED_QUESTIONS, QUIZ_QUESTIONS)
    parts: list[tuple[NDArray[Any], ...]] = []
    rows = np.arange(len(learner))
    for attempt in range(behaviour.quiz_retakes + 1):
        right = rng.binomial(questions[rows], right_chance[rows])
        when = day[rows] + attempt * 0.03
        parts.append(
            (learner[rows], course[rows], when, np.full(len(rows), attempt), right, questions[rows], proctored[rows])
        )
        failed = right * 100.0 / questions[rows] < CUT_OFF
        rows = rows[failed & ~proctored[rows]]
        right_chance = np.minimum(right_chance + 0.08, 0.98)
    return Attempts(*(np.concatenate(column) for column in zip(*parts, strict=True)))
