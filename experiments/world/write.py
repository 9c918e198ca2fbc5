"""Writes a whole demo world: exports of the platform, and the truth beside them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl

from experiments.world import reference_files as reference
from experiments.world.bad_rows import COUNT, bad_rows
from experiments.world.behaviour import Behaviour
from experiments.world.calendar import Calendar
from experiments.world.catalogue import make_catalogue
from experiments.world.catalogue_files import CourseFigures, content, content_search
from experiments.world.columns import COLUMNS, GROWING
from experiments.world.duties import Duties
from experiments.world.exposure import Shelves
from experiments.world.languages import Versions
from experiments.world.learner_files import (
    assessment_detail,
    enrolments,
    learners,
    nominations,
    user_detail,
    user_enrolments,
)
from experiments.world.life import Lives, live
from experiments.world.population import Ground, People, make_people
from experiments.world.schedule import CAMPAIGN, MANDATED, make_schedule
from experiments.world.service import read_service
from experiments.world.stage import Stage
from experiments.world.tables import TableFile
from experiments.world.truth import FOLDER
from experiments.world.truth_files import TruthFiles
from features.errors import KarmapathError

SEED = 20261121
TODAY = date(2026, 10, 31)
CHUNK = 4096
"""Learners that are lived at a time; memory is bounded by it, whatever their number."""
LARGE = 10_000
"""Learners from which, by default, the tables that grow with them are Parquet."""

Format = Literal["auto", "csv", "parquet"]
Progress = Callable[[int, int], object]
"""Called with the number of learners done and the number of all."""


def write_world(
    folder: Path,
    learners: int = 25_000,
    seed: int = SEED,
    courses: int = 600,
    *,
    today: date = TODAY,
    table_format: Format = "auto",
    behaviour: Behaviour | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a world of so many learners and courses into ``folder``; the same arguments write the same bytes.

    Parameters
    ----------
    folder
        Made if it is not there. Exports go into it, the truth into its sub-folder ``_truth``.
    learners
        Number of learners, at least 1. Time and disk grow with it, memory does not.
    seed
        Another seed makes another world on the same service and authored courses.
    courses
        Number of courses with their translations, at least ``catalogue.MIN_COURSES``; 600 are authored and translated,
        beyond them come further editions.
    today
        The present day of the world, which ends a history of three years.
    table_format
        ``csv`` or ``parquet`` for the tables that grow with learners; ``auto``: Parquet from ``LARGE`` learners on.
    behaviour
        Constants of the behavioural model.
    progress
        Told how many learners are done.

    Raises
    ------
    KarmapathError
        If there are no learners or too few courses.
    """
    if learners < 1:
        raise KarmapathError(f"{learners} learners", "at least 1", "ask for more learners")
    behaviour = behaviour or Behaviour()
    calendar = Calendar(today)
    service = read_service()
    catalogue = make_catalogue(service, courses, calendar.days, seed)
    ground = Ground(service, catalogue, behaviour, seed)
    stage = Stage(ground, Duties(ground, calendar), Shelves(ground, calendar.days), Versions.of(catalogue))
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    parquet = table_format == "parquet" or (table_format == "auto" and learners >= LARGE)
    writer = _Writer(folder, stage, f"{today} 06:00:00", parquet)
    writer.write(learners, seed, progress or (lambda done, of: None))


@dataclass
class _Writer:
    folder: Path
    stage: Stage
    stamp: str
    parquet: bool
    totals: dict[str, int] = field(default_factory=dict)

    def write(self, learners: int, seed: int, progress: Progress) -> None:
        figures = CourseFigures(len(self.stage.ground.catalogue.courses))
        truth = TruthFiles(self.folder / FOLDER, self.stage)
        with ExitStack() as stack:
            tables = {name: stack.enter_context(self._table(name)) for name in COLUMNS}
            for first in range(0, learners, CHUNK):
                people, lives = self._chunk(first, min(CHUNK, learners - first), seed)
                figures.add(*(lives.enrolments[name] for name in ("course", "completed", "rating")))
                self._append(tables, people, lives)
                truth.add(people, lives)
                self._count(lives)
                progress(first + len(people), learners)
            self._reference(tables, figures)
            self._bad_rows(tables)
        document = content_search(
            self.stage.ground.service, self.stage.ground.catalogue, figures, self.stage.duties.calendar, self.stamp
        )
        (self.folder / "content_search.json").write_text(document, encoding="utf-8")
        truth.finish(self._facts(learners, seed))

    def _table(self, name: str) -> TableFile:
        return TableFile(self.folder, name, COLUMNS[name], parquet=self.parquet and name in GROWING)

    def _chunk(self, first: int, count: int, seed: int) -> tuple[People, Lives]:
        people = make_people(self.stage.ground, first, count, self.stage.duties.calendar.days)
        rng = np.random.default_rng([seed, 7, first])
        schedule = make_schedule(people, self.stage.duties, rng)
        return people, live(self.stage, people, schedule, rng)

    def _append(self, tables: dict[str, TableFile], people: People, lives: Lives) -> None:
        service, catalogue = self.stage.ground.service, self.stage.ground.catalogue
        calendar = self.stage.duties.calendar
        frames = {
            "user_detail": user_detail(service, people, calendar, self.stamp),
            "cb_plan": nominations(self.stage.duties, people, self.stamp),
            "learners": learners(people),
            "user_enrolments": user_enrolments(catalogue, people, lives, calendar, self.stamp),
            "enrolments": enrolments(catalogue, people, lives),
            "assessment_detail": assessment_detail(catalogue, people, lives, calendar, self.stamp),
        }
        for name, frame in frames.items():
            tables[name].append(frame)

    def _reference(self, tables: dict[str, TableFile], figures: CourseFigures) -> None:
        service, catalogue, duties = self.stage.ground.service, self.stage.ground.catalogue, self.stage.duties
        frames: dict[str, pl.DataFrame] = {
            "org_hierarchy": reference.org_hierarchy(service, self.stamp),
            "kcm_dictionary": reference.kcm_dictionary(service, self.stamp),
            "kcm_content_mapping": reference.kcm_content_mapping(service, catalogue, self.stamp),
            "content": content(catalogue, figures, duties.calendar, self.stamp),
            "teaches": reference.teaches(service, catalogue),
            "courses": reference.courses(service, catalogue),
            "prerequisites": reference.prerequisites(catalogue),
            "frac": reference.frac(service),
            "cb_plan": reference.cb_plan(duties, self.stamp),
            "rules": reference.rules(duties),
        }
        for name, frame in frames.items():
            tables[name].append(frame)

    def _bad_rows(self, tables: dict[str, TableFile]) -> None:
        course = self.stage.ground.catalogue.courses[0].id
        for name, table in tables.items():
            rows = bad_rows(name, course)
            if rows.height:
                table.append(rows)

    def _count(self, lives: Lives) -> None:
        e = lives.enrolments
        completed = e["completed"].astype(bool)
        counted = {
            "enrolments": len(completed),
            "completions": int(completed.sum()),
            "mandated": int((e["kind"] == MANDATED).sum()),
            "campaign": int((e["kind"] == CAMPAIGN).sum()),
            "skimmed": int((completed & e["skimmed"].astype(bool)).sum()),
            "attempts": len(lives.attempts["learner"]),
            "proctored": int(lives.attempts["proctored"].sum()),
        }
        for name, number in counted.items():
            self.totals[name] = self.totals.get(name, 0) + number

    def _facts(self, learners: int, seed: int) -> dict[str, Any]:
        calendar = self.stage.duties.calendar
        return {
            "learners": learners,
            "courses": len(self.stage.ground.catalogue.courses),
            "seed": seed,
            "start": calendar.start.isoformat(),
            "today": calendar.today.isoformat(),
            "campaign": [calendar.moment(calendar.campaign + n).date().isoformat() for n in (0, 8)],
            "bad_rows": COUNT,
            "totals": self.totals,
            **asdict(self.stage.ground.behaviour),
        }
