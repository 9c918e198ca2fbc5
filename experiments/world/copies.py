"""Worlds too large to simulate: the learners of a small world, issued again and again under new ids.

A copy is no new person. It has the post and the languages of a simulated learner and keeps a run of consecutive
enrolments of that learner's life, with what was assessed in those courses; all its moments lie up to a day earlier,
by the same span, so that durations, order and campaign days stay. What such a world is good for is size: how long an
import, a training or a batch takes and how much memory it needs. Figures of quality belong to the simulated learners;
there is no truth about copies.

Memory is bounded by the simulated world, whatever the number of copies; the same arguments write the same bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from experiments.world.bad_rows import BAD_ROWS
from experiments.world.columns import COLUMNS, GROWING
from experiments.world.tables import TableFile
from experiments.world.write import SEED, Format, Progress, write_world
from features.errors import KarmapathError

MEAN_KEPT = 3.1
"""Enrolments that a copy keeps on average: 3.1 crore of 1 crore learners."""
_LAYOUT = "%Y-%m-%d %H:%M:%S"
_DAY = 86_400
_TIMES = {
    "user_detail": ("user_registration_date",),
    "user_enrolments": (
        "enrolled_on", "first_completed_on", "first_certificate_generated_on", "last_completed_on",
        "last_certificate_generated_on", "content_last_accessed_on",
    ),
    "assessment_detail": ("completion_date",),
}  # fmt: skip
_LEARNER = {"learners": "learner_id", "enrolments": "learner_id"}
_COURSE = {"user_enrolments": "content_id", "enrolments": "course_id", "assessment_detail": "content_id"}


def write_copies(
    folder: Path,
    learners: int,
    copies: int,
    seed: int = SEED,
    courses: int = 600,
    *,
    mean_kept: float = MEAN_KEPT,
    table_format: Format = "auto",
    progress: Progress | None = None,
) -> None:
    """Write ``learners`` simulated learners and ``copies`` copies of each into ``folder``.

    Parameters
    ----------
    folder
        As ``write_world`` makes it; the tables that grow with learners hold the copies too, after the simulated ones.
    learners
        Simulated learners; their world, with its truth, is the one that ``write_world`` gives for the same arguments.
    copies
        Copies of each, 1 or more; copy ``c`` of learner number ``n`` (from 1) has the id ``C`` and the number
        ``(c - 1) * learners + n``.
    mean_kept
        Enrolments that copies keep on average, 1 or more.
    table_format
        Of the tables that grow with learners; ``auto`` is Parquet.
    progress
        Told how many learners are done.

    Raises
    ------
    KarmapathError
        If there are no copies to write, or fewer than one enrolment is to be kept.
    """
    if copies < 1 or mean_kept < 1.0:
        raise KarmapathError(
            f"{copies} copies that keep {mean_kept:g} enrolments", "at least 1 of each", "ask for more"
        )
    told = progress or (lambda done, of: None)
    write_world(folder, learners, seed, courses, table_format="parquet")
    simulated = {name: _Simulated.read(folder / f"{name}.parquet", name) for name in GROWING}
    taken = simulated["user_enrolments"]
    with ExitStack() as stack:
        target = folder / ".copies"
        target.mkdir(exist_ok=True)
        files = {
            name: stack.enter_context(TableFile(target, name, COLUMNS[name], parquet=table_format != "csv"))
            for name in GROWING
        }
        for name, file in files.items():
            file.append(simulated[name].rows)
        told(learners, learners * (copies + 1))
        for copy in range(1, copies + 1):
            for name, rows in _copied(simulated, taken, copy, learners, seed, mean_kept):
                files[name].append(rows)
            told(learners * (copy + 1), learners * (copies + 1))
        for name, file in files.items():
            file.append(simulated[name].bad)
    for name, file in files.items():
        (folder / f"{name}.parquet").unlink()
        file.path.rename(folder / file.path.name)
    shutil.rmtree(target)


@dataclass(frozen=True)
class _Simulated:
    """One table of the simulated world: its good rows, whose they are, and the bad rows that stand at its end."""

    rows: pl.DataFrame
    bad: pl.DataFrame
    learner: NDArray[np.int64]
    """Number of each row's learner, from 0."""
    course: pl.Series
    times: dict[str, pl.Series]
    """Seconds since 1970 of each column of moments."""

    @classmethod
    def read(cls, path: Path, name: str) -> _Simulated:
        frame = pl.read_parquet(path)
        rows = frame.head(frame.height - len(BAD_ROWS.get(name, ())))
        numbers = rows[_LEARNER.get(name, "user_id")].str.slice(1).cast(pl.Int64).to_numpy() - 1
        course = rows[_COURSE[name]] if name in _COURSE else pl.Series([""]).new_from_index(0, rows.height)
        times = {c: rows[c].str.to_datetime(_LAYOUT, time_unit="ms").dt.epoch("s") for c in _TIMES.get(name, ())}
        return cls(rows, frame.tail(frame.height - rows.height), numbers, course, times)


def _copied(
    simulated: dict[str, _Simulated], taken: _Simulated, copy: int, learners: int, seed: int, mean_kept: float
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield every growing table of one copy of all simulated learners."""
    generator = np.random.default_rng([seed, 11, copy])
    earlier = generator.integers(0, _DAY, learners)
    kept = _kept(taken.learner, learners, mean_kept, generator)
    pairs = pl.DataFrame({"learner": taken.learner[kept], "course": taken.course.filter(pl.Series(kept))})
    for name, table in simulated.items():
        if name == "user_enrolments":
            picked = np.flatnonzero(kept)
        elif name in _COURSE:
            own = pl.DataFrame({"learner": table.learner, "course": table.course}).with_row_index("row")
            picked = own.join(pairs, on=["learner", "course"], how="semi")["row"].to_numpy()
        else:
            picked = np.arange(table.rows.height)
        yield name, _issued(table, name, picked, (copy - 1) * learners, earlier)


def _kept(learner: NDArray[np.int64], learners: int, mean: float, generator: np.random.Generator) -> NDArray[np.bool_]:
    """Return which enrolments a copy keeps: a run of consecutive ones of each learner; rows stand by learner, in order.

    The length of a run is geometric, at most all that the learner has.
    """
    lengths = np.bincount(learner, minlength=learners)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    wanted = np.minimum(generator.geometric(1.0 / mean, learners), lengths)
    first = (generator.random(learners) * (lengths - wanted + 1)).astype(np.int64)
    place = np.arange(len(learner)) - starts[learner]
    return np.asarray((place >= first[learner]) & (place < (first + wanted)[learner]))


def _issued(
    table: _Simulated, name: str, picked: NDArray[np.int64], before: int, earlier: NDArray[np.int64]
) -> pl.DataFrame:
    """Return the picked rows under the copies' ids, their moments earlier by each learner's own span."""
    learner = table.learner[picked]
    ids = "C" + pl.Series(before + learner + 1).cast(pl.String).str.zfill(8)
    shift = pl.Series(earlier[learner])
    moments = [
        ((seconds.gather(picked) - shift) * 1000).cast(pl.Datetime("ms")).dt.strftime(_LAYOUT).alias(column)
        for column, seconds in table.times.items()
    ]
    return table.rows[picked].with_columns(ids.alias(_LEARNER.get(name, "user_id")), *moments)
