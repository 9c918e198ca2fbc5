"""The blend itself: every model's part in the score of every course."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.base import LearnerBatch, Model, Scores, seen_mask
from models.new_courses import NewCourses
from models.plan import MODELS, NEIGHBOURS_NAME, NEW_MODELS, Plan, situation


def blended_parts(models: Mapping[str, Model], plan: Plan, new: NewCourses, batch: LearnerBatch) -> dict[str, Scores]:
    """Return what each model adds to the scores, shapes (n, n_courses); their sum is the score."""
    known = new.known(batch.histories.n_courses)
    standard = {name: standardised(model.score(batch), known) for name, model in models.items()}
    parts = known_parts(standard, plan.weights, batch)
    if not known.all():
        parts[NEIGHBOURS_NAME] = np.zeros((len(batch), len(known)), dtype=np.float32)
        _place_new(parts, standard, plan, new, seen_mask(batch.histories))
    return parts


def known_parts(standard: Mapping[str, Scores], weights: Scores, batch: LearnerBatch) -> dict[str, Scores]:
    """Return each model's standardised scores times its weight in the learner's situation."""
    own = weights[situation(batch.histories.lengths)]
    return {name: own[:, [n]] * standard[name] for n, name in enumerate(MODELS) if name in standard}


def new_scores(
    standard: Mapping[str, Scores], known: Scores, new: NewCourses, taken: NDArray[np.bool_]
) -> dict[str, Scores]:
    """Return each model's scores of the new courses, standardised over them, shapes (n, len(new.columns))."""
    all_new = np.ones(len(new.columns), dtype=bool)
    found = {name: standardised(standard[name][:, new.columns], all_new) for name in NEW_MODELS if name in standard}
    if "popularity" in found:
        # A new course has no choices of its own to count: those of its neighbours say how popular it may become.
        found["popularity"] = standardised(standard["popularity"] @ new.lent, all_new)
    found[NEIGHBOURS_NAME] = standardised(new.lend(standardised(known, new.known(known.shape[1])), taken), all_new)
    return found


def standardised(scores: Scores, among: NDArray[np.bool_]) -> Scores:
    """Return each row with mean 0 and standard deviation 1 over the columns ``among``; constant rows become zeros."""
    judged = scores if among.all() else scores[:, among]
    if not judged.shape[1]:
        return np.zeros_like(scores)
    mean = judged.mean(axis=1, keepdims=True)
    spread = judged.std(axis=1, keepdims=True)
    return np.asarray(np.where(spread > 1e-7, (scores - mean) / np.maximum(spread, 1e-7), 0.0), dtype=np.float32)


def _place_new(
    parts: dict[str, Scores], standard: Mapping[str, Scores], plan: Plan, new: NewCourses, taken: NDArray[np.bool_]
) -> None:
    """Replace the parts of new courses by those of the models that need no past."""
    known = np.asarray(sum(parts.values()), dtype=np.float32)
    level, slope = plan.new_place
    spread = known[:, new.known(known.shape[1])].std(axis=1, keepdims=True)
    fresh = new_scores(standard, known, new, taken)
    total = max(float(plan.new_weights.sum()), 1e-9)
    for part in parts.values():
        part[:, new.columns] = part[:, new.silent] = 0.0
    for number, name in enumerate(NEW_MODELS):
        if name in parts:
            parts[name][:, new.columns] += slope * spread * plan.new_weights[number] / total * fresh[name]
    parts[NEIGHBOURS_NAME][:, new.columns] += level * spread
    parts[NEIGHBOURS_NAME][:, new.silent] = known.min(axis=1, keepdims=True) - 1.0
