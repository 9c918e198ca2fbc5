"""Guided and desirable paths: provably the best for the hours."""

from __future__ import annotations

from recommender.paths.desirable import desirable_path
from recommender.paths.guided import guided_path
from recommender.paths.path import Aspiration, Path, PathItem, PathSettings, Session, StepClosed
from recommender.paths.reasons import Reason, sentence

__all__ = [
    "Aspiration",
    "Path",
    "PathItem",
    "PathSettings",
    "Reason",
    "Session",
    "StepClosed",
    "desirable_path",
    "guided_path",
    "sentence",
]
