"""What the hybrid blends, and the situations that have weights of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.als import Als
from models.base import Model, Scores, TrainingData
from models.content import Content
from models.item_item import ItemItem
from models.lightfm_model import LightFm
from models.need import Need
from models.popularity import Popularity
from models.transition import Transition

MODELS = ("popularity", "item_item", "transition", "als", "lightfm", "content", "need")
"""Columns of the weights."""

NEIGHBOURS_NAME = "neighbours"
NEW_MODELS = ("content", NEIGHBOURS_NAME, "lightfm", "item_item")
"""Columns of the weights of courses that nobody has taken: models that need no past of the course."""

SITUATIONS = ("none", "little", "long")
"""Rows of the weights: no history, up to ``LITTLE`` courses, more."""

LITTLE = 3


def fit_models(data: TrainingData, settings: Mapping[str, Mapping[str, Any]], seed: int) -> dict[str, Model]:
    """Return the models that have settings, and those that need none, fitted on the data."""
    makers: dict[str, Any] = {
        "popularity": Popularity,
        "item_item": ItemItem,
        "transition": Transition,
        "als": lambda **own: Als(**own, seed=seed),
        "lightfm": lambda **own: LightFm(**own, seed=seed),
        "content": Content,
        "need": Need,
    }
    return {name: makers[name](**settings[name]).fit(data) for name in MODELS if name in settings}


def situation(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each learner's number in ``SITUATIONS``.

    >>> situation(np.array([0, 2, 9])).tolist()
    [0, 1, 2]
    """
    return np.where(lengths == 0, 0, np.where(lengths <= LITTLE, 1, 2))


def standardised(scores: Scores, among: NDArray[np.bool_]) -> Scores:
    """Return each row with mean 0 and standard deviation 1 over the columns ``among``; constant rows become zeros."""
    judged = scores if among.all() else scores[:, among]
    if not judged.shape[1]:
        return np.zeros_like(scores)
    mean = judged.mean(axis=1, keepdims=True)
    spread = judged.std(axis=1, keepdims=True)
    return np.asarray(np.where(spread > 1e-7, (scores - mean) / np.maximum(spread, 1e-7), 0.0), dtype=np.float32)
