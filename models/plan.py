"""The plan of a hybrid: what it blends, with which settings, and how much each model weighs in which situation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.als_mean import AlsMean
from models.base import Model, Scores, TrainingData
from models.content import Content
from models.item_item import ItemItem
from models.latest import Latest
from models.lightfm_model import LightFm
from models.need import Need
from models.new_courses import Lending
from models.popularity import Popularity
from models.series import Series
from models.spectral import Spectral
from models.tastes import Tastes
from models.transition import Transition
from models.trend import Trend

MODELS = (
    "popularity",
    "trend",
    "item_item",
    "transition",
    "series",
    "als",
    "spectral",
    "tastes",
    "lightfm",
    "content",
    "need",
    "latest",
)
"""Columns of the weights. Bundles know models by their places: what is added stands at the end."""

BY_PROFILE = ("popularity", "trend", "lightfm")
"""Models that read profiles alone: their part is one row for each distinct profile."""

NEIGHBOURS_NAME = "neighbours"
NEW_MODELS = ("content", NEIGHBOURS_NAME, "lightfm", "item_item", "series", "popularity")
"""Columns of the weights of courses that nobody has taken: models that need no past of the course."""

SITUATIONS = ("none", "little", "long")
"""Rows of the weights: no history, up to ``LITTLE`` courses, more."""

LITTLE = 3

NO_NEW = (np.ones(len(NEW_MODELS), dtype=np.float32), np.array([-4.0, 0.25], dtype=np.float32))
"""Weights and place of new courses where nothing could be learned of them."""


def item_item_alone() -> Scores:
    """Return weights of 1 for the item-item model and 0 for the others, shape (len(MODELS),)."""
    return np.array([name == "item_item" for name in MODELS], dtype=np.float32)


@dataclass(frozen=True)
class Plan:
    """What a hybrid is made of."""

    settings: Mapping[str, Mapping[str, Any]]
    """Settings of each model that takes part, and of how neighbours lend (``Lending``)."""
    weights: Scores
    """Shape (len(SITUATIONS), len(MODELS)), 0 or more."""
    new_weights: Scores
    """Shape (len(NEW_MODELS),), 0 or more."""
    new_place: Scores
    """Level and slope: where new courses stand among known ones, in standard deviations of the learner's scores."""

    interest: Scores = field(default_factory=item_item_alone)
    """Shape (len(MODELS),), 0 or more: how much each model says of what a learner with a history is interested in."""

    @property
    def lending(self) -> Lending:
        """How known courses lend their scores to new ones."""
        return Lending(**self.settings.get(NEIGHBOURS_NAME, {}))

    def as_dict(self) -> dict[str, Any]:
        """Return settings and weights by name, for reports."""
        rows = {
            name: {model: round(float(weight), 3) for model, weight in zip(MODELS, row, strict=True) if weight > 0}
            for name, row in zip(SITUATIONS, self.weights, strict=True)
        }
        new = {name: round(float(w), 3) for name, w in zip(NEW_MODELS, self.new_weights, strict=True) if w > 0}
        place = [round(float(value), 3) for value in self.new_place]
        lasting = {name: round(float(w), 3) for name, w in zip(MODELS, self.interest, strict=True) if w > 0}
        return {
            "models": dict(self.settings),
            "weights": rows,
            "interest": lasting,
            "new_courses": new,
            "new_place": place,
        }


def fit_models(data: TrainingData, settings: Mapping[str, Mapping[str, Any]], seed: int) -> dict[str, Model]:
    """Return the models that have settings, and those that need none, fitted on the data."""
    makers: dict[str, Any] = {
        "popularity": Popularity,
        "trend": Trend,
        "item_item": ItemItem,
        "series": Series,
        "als": lambda **own: AlsMean(**own, seed=seed),
        "spectral": Spectral,
        "tastes": lambda **own: Tastes(**own, seed=seed),
        "lightfm": lambda **own: LightFm(**own, seed=seed),
        "content": Content,
        "need": Need,
    }
    models: dict[str, Model] = {}
    for name in MODELS:
        if name == "transition" and name in settings:
            prior = models["item_item"].arrays()["weights"] if "item_item" in models else None
            models[name] = Transition(**settings[name], prior=np.asarray(prior)).fit(data)
        elif name == "latest" and name in settings:
            before = models.get("transition")
            models[name] = Latest(**settings[name], prior=before if isinstance(before, Transition) else None).fit(data)
        elif name in settings:
            models[name] = makers[name](**settings[name]).fit(data)
    return models


def all_columns(weights: NDArray[np.generic]) -> Scores:
    """Return weights of a bundle as float32, with 0 for models that came after it was made.

    >>> all_columns(np.ones((3, 11))).shape
    (3, 12)
    """
    later = [(0, 0)] * (weights.ndim - 1) + [(0, len(MODELS) - weights.shape[-1])]
    return np.pad(weights.astype(np.float32), later)


def situation(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each learner's number in ``SITUATIONS``.

    >>> situation(np.array([0, 2, 9])).tolist()
    [0, 1, 2]
    """
    return np.minimum(lengths, 1) + (lengths > LITTLE)


def shown(names: Sequence[str], weights: NDArray[np.float32]) -> str:
    """Return the weights above 0 in words."""
    return ", ".join(f"{name} {weight:.2f}" for name, weight in zip(names, weights, strict=True) if weight > 0)
