"""Newcomers: who is judged without a history; where they are few, those of earlier times as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.base import TrainingData
from models.blend import pooled
from models.holdout import Holdout, Judged, hold_out
from models.plan import fit_models
from models.popularity import Popularity
from models.tuning import Settings, one_at_a_time, rank_quality
from models.validation import Validation, validate

ENOUGH = 1000
"""Newcomers that are enough to choose by; of fewer much is chance, and fashions change from one time to the next."""
MOST_SLICES = 5
WITHOUT_HISTORY = ("popularity", "trend", "lightfm")
"""Models that say something of a learner without a history."""
_WORTH = 0.001
_SETTINGS: dict[str, tuple[Any, ...]] = {"smoothing": (3.0, 10.0, 100.0, 1000.0, 1e6)}
_IN_TIME: dict[str, tuple[Any, ...]] = {"days_to_half": (30.0, 90.0, 180.0, 3650.0)}


@dataclass(frozen=True)
class Slice:
    """Newcomers, and what was known before they came."""

    before: TrainingData
    judged: Judged


def newcomers(holdout: Holdout, seed: int) -> list[Slice]:
    """Return the newcomers of the slice; where times are known and they are few, those of the tenths before it too."""
    found = [Slice(holdout.others, holdout.newcomers)]
    timed = holdout.others.histories.days is not None
    while timed and len(found) < MOST_SLICES and sum(len(one.judged) for one in found) < ENOUGH:
        earlier = hold_out(found[-1].before, "later", ordered=True, seed=seed)
        if not len(earlier.newcomers) or not len(earlier.others.histories.courses):
            break
        found.append(Slice(earlier.others, earlier.newcomers))
    return [one for one in found if len(one.judged)]


def tune_popularity(slices: Sequence[Slice]) -> Settings:
    """Return the settings that rank best for newcomers, who have little else; the first ones where there are none."""
    settings: Settings = {"smoothing": 30.0, "days_to_half": 365.0}
    timed = all(one.before.histories.days is not None for one in slices)
    best = -1.0
    for tried in one_at_a_time(settings, _SETTINGS | (_IN_TIME if timed else {})):
        found = _popularity_quality(slices, {**settings, **tried})
        if found > best + (_WORTH if tried else 0.0):
            best = found
            settings.update(tried)
    return settings


def _popularity_quality(slices: Sequence[Slice], settings: Settings) -> float:
    values = [rank_quality(Popularity(**settings).fit(one.before), one.judged) * len(one.judged) for one in slices]
    return sum(values) / max(sum(len(one.judged) for one in slices), 1)


def validate_newcomers(
    slices: Sequence[Slice], settings: Mapping[str, Mapping[str, Any]], seed: int
) -> Validation | None:
    """Return what the models say of the newcomers of all slices, fitted on what was known before each."""
    own = {name: settings[name] for name in WITHOUT_HISTORY if name in settings}
    found = []
    for one in slices:
        models = fit_models(one.before, own, seed)
        found.append(validate(models, list(models), one.before, one.judged, one.before.support() > 0))
    every = [one for one in found if one is not None]
    if not every:
        return None
    return Validation(pooled([one.found for one in every]), np.concatenate([one.lengths for one in every]))
