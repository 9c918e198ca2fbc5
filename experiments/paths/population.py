"""Guided paths for everyone in a home folder, on several processes, and how they compare with the service's."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from experiments.paths.agreement import Agreement, agreement
from features.home import Home
from features.warehouse import Warehouse
from models.bundle import Bundle
from models.champion import champion_folder, pointer_file
from recommender.engine import Engine
from recommender.paths import PathSettings
from recommender.paths.paths_folder import PART, Work, write_paths


@dataclass(frozen=True, slots=True)
class PopulationFigures:
    """What planning everyone took, and how good the paths are."""

    learners: int
    seconds: float
    """Wall clock, reading, solving and writing included."""
    processes: int
    solved: int
    """Pieces of problems that were solved; the others were known already."""
    shares: Mapping[str, float]
    """Of the learners, by where their paths come from."""
    statuses: Mapping[str, int]
    agreement: Agreement | None
    """With the service's answers; ``None`` where no model serves."""

    @property
    def hours_for_a_crore(self) -> float:
        """At this rate."""
        return self.seconds / max(self.learners, 1) * 1e7 / 3600


def plan_population(
    home: Home, at: datetime, workers: int, most: int | None = None, sample: int = 500
) -> PopulationFigures:
    """Plan a guided path for every learner of the current snapshot (or the first ``most`` parts of it)."""
    snapshot = Warehouse(home.warehouse).current()
    bundle = champion_folder(home) if pointer_file(home).exists() else None
    settings = PathSettings()
    work = Work(home.warehouse, snapshot.hash, at, settings, None, bundle)
    part = max(1, min(PART, -(-snapshot.rows.get("learners", PART) // (4 * workers))))
    with tempfile.TemporaryDirectory(prefix="karmapath-paths-") as folder:
        told = write_paths(Path(folder), work, processes=workers, part=part, most=most)
        found = None
        if bundle is not None and most is None:
            found = agreement(Path(folder), snapshot, Engine(Bundle.load(bundle)), at, settings, sample)
    return _figures(told, workers, found)


def _figures(told: Mapping[str, Any], workers: int, found: Agreement | None) -> PopulationFigures:
    run = told["run"]
    return PopulationFigures(
        told["learners"], run.get("seconds", 0.0), workers, run.get("pieces_solved", 0), told["shares"],
        told["statuses"], found,
    )  # fmt: skip
