"""The truth behind a demo world: true levels, interests and careers, to judge the engine by.

It lies in the folder ``_truth`` beside the exports. No importer and nothing that serves reads it.

>>> truth = Truth.open(folder)                                                            # doctest: +SKIP
>>> truth.interest(["L0000001"]).shape                                                    # doctest: +SKIP
(1, 600)
>>> truth.levels(["L0000001"], datetime(2026, 4, 1))[0, truth.competency("COMSUBTHEME-000025")]   # doctest: +SKIP
2.3
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.errors import NotFoundError

FOLDER = "_truth"
"""Importers pass over names that begin with an underscore."""
PEOPLE, INTEREST, COURSES, COMPETENCIES, GAINS, CAREERS, FACTS = (
    "truth_levels.parquet", "truth_interest.parquet", "truth_courses.parquet", "truth_competencies.parquet",
    "truth_gains.parquet", "truth_careers.parquet", "world.json",
)  # fmt: skip
STEP = 50
"""Starting levels are kept as whole fiftieths of a level."""


@dataclass(frozen=True)
class Truth:
    """Answers what is true of learners; reads only what is asked for."""

    folder: Path

    @classmethod
    def open(cls, world: Path) -> Truth:
        """Open the truth beside the exports of ``world``; ``NotFoundError`` if there is none."""
        if not (world / FOLDER / FACTS).is_file():
            raise NotFoundError(f"no truth in {world}", "a folder that write_world wrote", "check the path")
        return cls(world / FOLDER)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Seed, sizes, dates and shares of the world."""
        return dict(json.loads((self.folder / FACTS).read_text(encoding="utf-8")))

    @cached_property
    def course_ids(self) -> tuple[str, ...]:
        """Courses, in the order of the columns of ``interest``."""
        return tuple(self._courses["course_id"])

    @cached_property
    def competency_ids(self) -> tuple[str, ...]:
        """Competencies, in the order of the columns of ``levels``."""
        return tuple(self._competencies["competency_id"])

    def learner_ids(self) -> pl.Series:
        """Return all learners."""
        return pl.read_parquet(self.folder / PEOPLE, columns=["learner_id"])["learner_id"]

    def competency(self, identifier: str) -> int:
        """Return the column of a competency; ``ValueError`` if there is none."""
        return self.competency_ids.index(identifier)

    def interest(self, learners: Sequence[str]) -> NDArray[np.float32]:
        """Return true interest, shape (n_learners, n_courses).

        For each learner it has mean 0 and standard deviation 1 over the catalogue without translations; a course and
        its translations are equally interesting. It says nothing of need, level, language or length.
        """
        tastes = _matrix(self._rows(INTEREST, learners)["tastes"])
        liking = tastes @ self._factors.T
        bases = liking[:, self._is_base]
        centred = liking - bases.mean(axis=1, keepdims=True)
        return np.asarray(centred / np.maximum(bases.std(axis=1, keepdims=True), 1e-6), dtype=np.float32)

    def choice_probability(self, learners: Sequence[str]) -> NDArray[np.float64]:
        """Return the chance that each course is chosen if all were seen and nothing but interest and quality counted.

        Shape (n_learners, n_courses), rows sum to 1; a course's chance is shared equally by its translations.
        """
        utility = self.facts["w_interest"] * self.interest(learners).astype(np.float64)
        utility += self.facts["w_appeal"] * self._courses["appeal"].to_numpy()
        weight = np.exp(utility - utility.max(axis=1, keepdims=True)) / self._courses["versions"].to_numpy()
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))

    def levels(self, learners: Sequence[str], at: datetime) -> NDArray[np.float32]:
        """Return true levels, 0 to 5, on a day: shape (n_learners, n_competencies)."""
        people = self._rows(PEOPLE, learners)
        found = _matrix(people["start"]) / STEP
        number = {learner: row for row, learner in enumerate(learners)}
        day = (at - datetime.fromisoformat(self.facts["start"])).total_seconds() / 86400.0
        scan = pl.scan_parquet(self.folder / GAINS).filter(pl.col("day") <= day)
        gains = scan.filter(pl.col("learner_id").is_in(list(learners))).collect()
        rows = gains["learner_id"].replace_strict(list(number), list(number.values()), return_dtype=pl.Int64).to_numpy()
        what, kept = gains["competency"].to_numpy().astype(np.int64), gains["kept"].to_numpy()
        faded = np.exp(-self._competencies["fading"].to_numpy()[what] * (day - gains["day"].to_numpy()))
        np.add.at(found, (rows, what), gains["gain"].to_numpy() * (kept + (1.0 - kept) * faded))
        return np.asarray(np.clip(found, 0.0, 5.0), dtype=np.float32)

    def careers(self) -> pl.DataFrame:
        """Return who held which position from when: learner_id, position_id, since."""
        return pl.read_parquet(self.folder / CAREERS)

    def _rows(self, file: str, learners: Sequence[str]) -> pl.DataFrame:
        wanted = pl.DataFrame({"learner_id": list(learners)}, schema={"learner_id": pl.String})
        scan = pl.scan_parquet(self.folder / file).filter(pl.col("learner_id").is_in(list(learners)))
        found = wanted.join(scan.collect(), on="learner_id", how="inner", maintain_order="left")
        if found.height != len(learners):
            missing = next(iter(set(learners) - set(found["learner_id"])))
            raise NotFoundError(f"learner {missing!r}", "a learner of this world", "take one of learner_ids()")
        return found

    @cached_property
    def _courses(self) -> pl.DataFrame:
        return pl.read_parquet(self.folder / COURSES)

    @cached_property
    def _factors(self) -> NDArray[np.float32]:
        return _matrix(self._courses["factors"])

    @cached_property
    def _is_base(self) -> NDArray[np.bool_]:
        return self._courses["is_base"].to_numpy()

    @cached_property
    def _competencies(self) -> pl.DataFrame:
        return pl.read_parquet(self.folder / COMPETENCIES)


def _matrix(column: pl.Series) -> NDArray[np.float32]:
    """Return a column of equally long arrays as a matrix."""
    return np.asarray(column.to_numpy(), dtype=np.float32)
