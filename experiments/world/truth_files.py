"""Writes the truth beside the exports, in the layout that ``truth.py`` reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from experiments.world import truth
from experiments.world.learner_files import learner_ids
from experiments.world.life import Lives
from experiments.world.population import NEVER, People
from experiments.world.stage import Stage
from experiments.world.tables import join_parquet

_GROWING = (truth.PEOPLE, truth.INTEREST, truth.GAINS, truth.CAREERS)


@dataclass
class TruthFiles:
    """Takes the truth of one chunk after the other; ``finish`` joins them."""

    folder: Path
    stage: Stage
    _parts: dict[str, list[Path]] = field(default_factory=lambda: {name: [] for name in _GROWING})

    def add(self, people: People, lives: Lives) -> None:
        """Write the truth of one chunk."""
        ids = learner_ids(people.first, len(people)).alias("learner_id")
        start = np.round(people.baseline[:, :-1] * truth.STEP).astype(np.uint8)
        self._write(truth.PEOPLE, pl.DataFrame({"learner_id": ids, "start": start}))
        self._write(truth.INTEREST, pl.DataFrame({"learner_id": ids, "tastes": people.interest}))
        self._write(truth.CAREERS, _careers(self.stage, people, ids))
        self._write(truth.GAINS, _gains(lives, ids))

    def finish(self, facts: dict[str, Any]) -> None:
        """Join the chunks and write what is true of courses, competencies and the world."""
        for name, parts in self._parts.items():
            join_parquet(parts, self.folder / name)
            _remove(parts)
        _courses(self.stage).write_parquet(self.folder / truth.COURSES)
        _competencies(self.stage).write_parquet(self.folder / truth.COMPETENCIES)
        text = json.dumps(facts, indent=1, sort_keys=True)
        (self.folder / truth.FACTS).write_text(text + "\n", encoding="utf-8")

    def _write(self, name: str, frame: pl.DataFrame) -> None:
        path = self.folder / f".{name}.{len(self._parts[name]):06d}"
        frame.write_parquet(path, compression="zstd")
        self._parts[name].append(path)


def _remove(parts: Sequence[Path]) -> None:
    for part in parts:
        part.unlink()


def _careers(stage: Stage, people: People, ids: pl.Series) -> pl.DataFrame:
    learner, place = np.nonzero(people.since < NEVER)
    posts = pl.Series([post.id for post in stage.ground.service.posts])
    since = pl.Series(people.since[learner, place] * 86_400_000).cast(pl.Duration("ms"))
    return pl.DataFrame(
        {
            "learner_id": ids.gather(learner),
            "position_id": posts.gather(people.posts[learner, place]),
            "since": since + pl.Series([stage.duties.calendar.start]).cast(pl.Datetime("ms")),
        }
    )


def _gains(lives: Lives, ids: pl.Series) -> pl.DataFrame:
    g = lives.gains
    return pl.DataFrame(
        {
            "learner_id": ids.gather(g["learner"]),
            "competency": g["competency"].astype(np.uint16),
            "day": g["day"].astype(np.float32),
            "gain": g["gain"].astype(np.float32),
            "kept": g["kept"].astype(np.float32),
        }
    )


def _courses(stage: Stage) -> pl.DataFrame:
    catalogue = stage.ground.catalogue
    family = np.array([course.family for course in catalogue.courses])
    bases = set(catalogue.bases)
    return pl.DataFrame(
        {
            "course_id": [course.id for course in catalogue.courses],
            "family": family,
            "is_base": [number in bases for number in range(len(family))],
            "versions": np.bincount(family)[family],
            "appeal": stage.ground.appeal[family],
            "factors": stage.ground.course_factors[family],
        }
    )


def _competencies(stage: Stage) -> pl.DataFrame:
    service = stage.ground.service
    return pl.DataFrame({"competency_id": [c.id for c in service.competencies], "fading": stage.fading_of[:-1]})
