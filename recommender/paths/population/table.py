"""Paths as the rows of a table: a row a course of a path; a learner whom nothing is left to learn has none."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recommender.paths.population.planner import Planned
from recommender.paths.schedule import DAYS_A_MONTH

COLUMNS: dict[str, Any] = {
    "learner_id": pl.String, "position": pl.Int16, "course_id": pl.String, "starts_on": pl.Datetime("ms"),
    "ends_on": pl.Datetime("ms"), "due_on": pl.Datetime("ms"), "hours": pl.Float32, "mandatory": pl.Boolean,
    "closes": pl.List(pl.String), "reasons": pl.List(pl.String), "status": pl.String, "source": pl.String,
}  # fmt: skip
_DAY = 86_400_000_000


def table_of(planned: Sequence[Planned], at: datetime, hours_a_month: float) -> pl.DataFrame:
    """Return the rows of some learners' paths, taken one course after the other at that pace."""
    lengths = np.array([len(one.lines) for one in planned], dtype=np.int64)
    lines = list(chain.from_iterable(one.lines for one in planned))
    hours = np.array([line.hours for line in lines], dtype=np.float64)
    place = np.arange(len(lines)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    ends = _within(np.cumsum(hours), lengths)
    starts = ends - hours
    learners = pl.DataFrame(
        {
            "learner_id": pl.Series([one.learner for one in planned], dtype=pl.String),
            "status": pl.Series([one.status for one in planned], dtype=pl.String),
            "source": pl.Series([one.source for one in planned], dtype=pl.String),
        }
    )
    return pl.DataFrame(
        {
            **learners[np.repeat(np.arange(len(planned)), lengths)].to_dict(),
            "position": pl.Series(place + 1, dtype=pl.Int16),
            "course_id": pl.Series([line.course for line in lines], dtype=pl.String),
            "starts_on": _days(starts, at, hours_a_month),
            "ends_on": _days(ends, at, hours_a_month),
            "due_on": pl.Series([line.due_on for line in lines], dtype=pl.Datetime("us")).cast(pl.Datetime("ms")),
            "hours": pl.Series(np.round(hours, 6), dtype=pl.Float32),
            "mandatory": pl.Series([line.mandatory for line in lines], dtype=pl.Boolean),
            "closes": _lists([line.closes for line in lines], _step),
            "reasons": _lists([line.reasons for line in lines]),
        }
    ).select(list(COLUMNS))


def _within(total: NDArray[np.float64], lengths: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return sums over everything as sums over each learner's own, to a billionth of an hour."""
    before = np.concatenate([[0.0], total])[np.cumsum(lengths) - lengths]
    return np.asarray(np.round(total - np.repeat(before, lengths), 9), dtype=np.float64)


def _days(hours: NDArray[np.float64], at: datetime, hours_a_month: float) -> pl.Series:
    """Return the days on which so many hours are done at that pace."""
    begin = int(np.datetime64(at, "us").astype(np.int64))
    micros = begin + np.rint(np.maximum(hours, 0.0) / hours_a_month * DAYS_A_MONTH * _DAY).astype(np.int64)
    return pl.Series(micros // _DAY * (_DAY // 1000), dtype=pl.Int64).cast(pl.Datetime("ms"))


def _lists(rows: Sequence[tuple[Hashable, ...]], names: Callable[[Any], str] = str) -> pl.Series:
    """Return lists of which most occur again and again, made once each."""
    number: dict[tuple[Hashable, ...], int] = {}
    numbers = [number.setdefault(row, len(number)) for row in rows]
    distinct = pl.Series([[names(one) for one in row] for row in number], dtype=pl.List(pl.String))
    return distinct.gather(pl.Series(numbers, dtype=pl.UInt32))


def _step(step: tuple[str, int]) -> str:
    return f"{step[0]}:{step[1]}"
