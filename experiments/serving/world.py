"""Homes to serve: a bundle trained on a small demo world, and stores of as many learners as one asks for.

The small world is lived by simulated people. In a large store each of them stands many times, under ids of their own:
with the post and the languages, and with the newest enrolments and what was assessed in them. What such a store is good
for is size; nobody in it is anybody.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from experiments.batch.world import MODELS
from experiments.train import TrainSettings, fit_bundle, text_vectors
from experiments.world import write_world
from features.errors import KarmapathError
from features.home import Home
from features.importers.importing import import_files
from features.store import Store
from features.times import now
from features.warehouse import Snapshot, Warehouse
from models.bundle import Bundle
from models.champion import champion_folder, point_to

Report = Callable[[str], None]

SIMULATED = 3_000
COURSES = 2_400
KEPT = 5
"""Newest enrolments that somebody in a large store has, at most."""


def prepare_bundle(folder: Path, report: Report, courses: int = COURSES, learners: int = SIMULATED) -> Home:
    """Return a home with a small demo world and a champion trained on it; what is there and still loads is kept."""
    home = Home(folder)
    if _serves(home):
        return home
    if not Warehouse(home.warehouse).exists():
        report(f"a demo world of {learners:,} learners and {courses:,} courses")
        write_world(home.demo, learners, courses=courses)
        import_files(home, [home.demo], now())
    report("training on it, once")
    settings, snapshot = TrainSettings(encoder="light", models=MODELS), Warehouse(home.warehouse).current()
    vectors = text_vectors(home, snapshot, settings, lambda _: None)
    point_to(home, fit_bundle(home, snapshot, vectors, settings, plan=None).version)
    return home


def _serves(home: Home) -> bool:
    try:
        Bundle.load(champion_folder(home))
    except KarmapathError:
        return False
    return True


@dataclass(frozen=True)
class Crowd:
    """Learners of a snapshot, issued again and again: a source that a store is loaded from."""

    snapshot: Snapshot
    learners: int
    kept: int = KEPT
    _own: dict[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """What tells one crowd from another."""
        return f"{self.snapshot.hash}-{self.learners}-{self.kept}"

    @property
    def rows(self) -> Mapping[str, int]:
        """Rows of the table of learners."""
        return {"learners": self.learners}

    def read(self, table: str) -> pl.DataFrame:
        """Return a table that does not grow with learners."""
        return self.snapshot.read(table)

    def portions(self) -> Iterator[Mapping[str, pl.DataFrame]]:
        """Yield the tables of some learners after the others, in the order of their ids."""
        simulated = self._simulated["learners"].height
        for start in range(0, self.learners, simulated):
            yield {name: self._issued(name, start) for name in ("learners", "enrolments", "evidence")}

    @cached_property
    def _simulated(self) -> Mapping[str, pl.DataFrame]:
        """Return the small world's tables with the learner's number, from 1, and what is kept of each."""
        people = self.snapshot.read("learners").sort("learner_id").with_row_index("number", offset=1)
        numbers = people.select("learner_id", "number")
        taken = (
            self.snapshot.read("enrolments").join(numbers, on="learner_id").sort("number", "enrolled_on", "course_id")
        )
        taken = taken.filter(pl.int_range(pl.len()).reverse().over("number") < self.kept)
        told = self.snapshot.read("evidence").join(numbers, on="learner_id")
        told = told.join(taken.select("number", "course_id"), on=["number", "course_id"], how="semi")
        return {"learners": people, "enrolments": taken, "evidence": told}

    def _issued(self, table: str, start: int) -> pl.DataFrame:
        number = pl.col("number") + start
        issued = self._simulated[table].filter(number <= self.learners)
        ids = learner_id(number)
        columns = [ids.alias("learner_id")]
        if table == "evidence":
            columns.append((ids + pl.lit("-") + pl.col("evidence_id")).alias("evidence_id"))
        return issued.with_columns(columns).drop("number")


def learner_id(number: pl.Expr) -> pl.Expr:
    """Return the id of the learner of a number, from 1."""
    return pl.lit("L") + number.cast(pl.String).str.zfill(8)


def filled_home(made: Home, folder: Path, learners: int, url: str | None, report: Report) -> Home:
    """Return a home that serves the bundle of ``made`` to so many learners; a store that holds them is kept.

    ``url`` is the store's; by default it is a file in the home.
    """
    home = Home(folder)
    home.folder.mkdir(parents=True, exist_ok=True)
    if home.bundles.is_symlink() or home.bundles.exists():
        _drop(home.bundles)
    home.bundles.symlink_to(made.bundles, target_is_directory=True)
    fill(Store(url or home.store_url), Crowd(Warehouse(made.warehouse).current(), learners), report)
    return home


def fill(store: Store, crowd: Crowd, report: Report) -> None:
    """Load the crowd into the store, if it is not there."""
    store.migrate()
    step = max(crowd.learners // 10, 1)
    store.load(crowd, progress=lambda done, of: _tell(done, of, step, report))
    store.pack()  # one that was filled by an older release has no packs yet
    store.close()


def _tell(done: int, of: int, step: int, report: Report) -> None:
    if done == of or done // step > (done - SIMULATED) // step:
        report(f"{done:,} of {of:,} learners in the store")


def _drop(path: Path) -> None:
    if path.is_symlink():
        path.unlink()
    else:
        shutil.rmtree(path)
