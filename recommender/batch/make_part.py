"""Making one part: read its learners, list, write. The one thing that threads, Dask and Spark all run."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import polars as pl

from features.population import Everyone, LearnerFrames
from models.bundle import Bundle
from recommender.batch.job import PEOPLE, WORK, Job
from recommender.batch.layout import lists_frame
from recommender.batch.one_thread import hold_to_one_thread
from recommender.batch.parts import Part, read_part, write_part
from recommender.engine import Engine
from recommender.listing import BlockTables, LearnerBlock, Lister, block_of_tables

_HOLDER = r"(?s)^(designation:[^:]*|[^:]*):(.*)$"


def make_part(folder: str, key: str, number: int) -> Part:
    """Make a part of the job ``key`` in ``folder``, unless it is there; return what was written.

    It reads nothing but the folder of lists, the bundle and, where the run reads from it, the warehouse: a machine that
    sees those can make any part, and makes the same bytes as any other.
    """
    place = Path(folder)
    job, lister, everyone = _opened(folder, key)
    done = read_part(place, job, number)
    if done is not None:
        return done
    frames = everyone.read(everyone.ranges[number])
    best = lister.best(block_of(frames, lister, job.moment), job.moment, job.top)
    return write_part(place, job, number, lists_frame(frames.learners["learner_id"], best, job, lister.catalogue))


def make_part_at_work(folder: str, key: str, number: int) -> Part:
    """Make a part in a process that does nothing else: a worker's."""
    hold_to_one_thread()
    return make_part(folder, key, number)


def block_of(frames: LearnerFrames, lister: Lister, at: datetime) -> LearnerBlock:
    """Return the learners of a range as a block, in the order of their ids."""
    lineages = {organisation: lineage.split("\n") for organisation, lineage in frames.organisations.iter_rows()}
    plans = _as_in_warehouse(frames.plans)
    tables = BlockTables(frames.learners, frames.enrolments, frames.evidence, plans, frames.down_rated, lineages)
    return block_of_tables(tables, lister.catalogue, lister.table, at)


def _as_in_warehouse(plans: pl.DataFrame) -> pl.DataFrame:
    """Return plans by holder with the columns of the warehouse.

    A holder is cut so that its parts, put together again, are the holder: the key is what decides whom it is for.
    """
    return plans.with_columns(
        scope=pl.col("holder").str.extract(_HOLDER, 1),
        scope_value=pl.col("holder").str.extract(_HOLDER, 2),
        organisation_id=pl.lit(None, dtype=pl.String),
    )


@lru_cache(maxsize=2)
def _opened(folder: str, key: str) -> tuple[Job, Lister, Everyone]:
    """Open what a job works from, once a process."""
    job = Job.read(Path(folder))
    if job is None or job.key != key:
        raise RuntimeError(f"job {key} is not the one in {folder}: the run was begun anew elsewhere")
    return job, lister_of(Path(job.bundle)), Everyone.open(Path(folder) / WORK / PEOPLE)


def lister_of(bundle: Path) -> Lister:
    """Return the lister of the bundle in a folder, with the engine's evidence table; compiled where numba is there."""
    engine = Engine(Bundle.load(bundle))
    return Lister(engine.bundle, engine.evidence, compiled=find_spec("numba") is not None)
