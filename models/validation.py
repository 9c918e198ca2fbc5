"""Validation: what the models say of courses worth ranking, for the learners of one slice or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import Model, TrainingData
from models.blend import Candidates, candidates, pooled
from models.holdout import Holdout, Judged, hold_out
from models.plan import fit_models, situation
from models.terms import terms_of

ENOUGH = 4000
"""Choices that are enough to weigh models by; where one slice has fewer, earlier choices are judged as well."""
MOST_SLICES = 5


@dataclass(frozen=True)
class Validation:
    """Judged learners: what the models say, and how long their histories are."""

    found: Candidates
    lengths: NDArray[np.int64]


def validate(
    models: Mapping[str, Model],
    names: Sequence[str],
    train: TrainingData,
    judged: Judged,
    among: NDArray[np.bool_],
) -> Validation | None:
    """Return what the models say of the judged learners, ``None`` of nobody; ``train`` is what they were fitted on."""
    if not len(judged):
        return None
    terms = terms_of({name: models[name] for name in names}, train, among)
    raw = terms.raw({name: models[name] for name in names}, judged.batch)
    units = terms.unit(raw, among, situation(judged.batch.histories.lengths))
    parts = [units[name] for name in names]
    found = candidates(parts, judged.batch.histories, judged.targets, among)
    return Validation(found, judged.batch.histories.lengths)


def with_earlier(
    validation: Validation,
    names: Sequence[str],
    holdout: Holdout,
    settings: Mapping[str, Mapping[str, Any]],
    seed: int,
) -> Validation:
    """Return the last choices together with those before the last, and before those, until there are enough.

    Models are fitted anew for each slice, on what came before it. Weights that are searched on the last choices alone
    rank other choices worse than weights searched on four times as many.
    """
    found, train = [validation], holdout.train
    own = {name: settings[name] for name in names}
    while len(found) < MOST_SLICES and sum(len(one.lengths) for one in found) < ENOUGH:
        before = hold_out(train, "last", ordered=True, seed=seed)
        train = before.train
        models = fit_models(train, own, seed)
        earlier = validate(models, names, train, before.known, train.support() > 0)
        if earlier is None:
            break
        found.append(earlier)
    lengths = np.concatenate([one.lengths for one in found])
    return Validation(pooled([one.found for one in found]), lengths)
