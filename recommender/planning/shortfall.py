"""Shortfalls of a workforce against what its posts require, added up by post, body, group and cadre.

A cell counts people who hold a post that requires the competency. ``short`` is the expected number below the required
level, the sum of P(level < required); ``levels`` the expected number of missing levels, the sum of E[(required -
level)+]. Both carry the variance that the beliefs leave open: people are judged one by one, so variances add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from features.reference import Reference, Requirement
from recommender.planning.workforce import Workforce

KEYS = ("organisation_id", "position_id", "group", "cadre")
"""By what people are told apart; ``""`` is unknown."""
SUMS = ("n", "known", "short", "short_var", "levels", "levels_var")
"""What is added up."""
CELL = ("competency_id", *KEYS)

Floats = NDArray[np.float64]


def missing_levels(held: NDArray[np.float32], level: int) -> tuple[Floats, Floats]:
    """Return E[(level - l)+] and its variance from P(l >= s), shape (..., 5).

    E[X^2] = sum over d of (2 d - 1) P(X >= d), and X >= d where l < level - d + 1.
    """
    below = 1.0 - held[..., :level].astype(np.float64)
    mean = below.sum(axis=-1)
    second = below @ (2.0 * (level - np.arange(level)) - 1.0)
    return mean, np.maximum(second - mean**2, 0.0)


def shortfalls(workforce: Workforce, reference: Reference, keys: Sequence[str] = KEYS) -> pl.DataFrame:
    """Return a row for each competency and combination of the keys with people in it, with the ``SUMS``.

    Also ``level``, ``weight`` and ``critical`` of the requirement. ``keys`` are columns of the people, the position
    among them.
    """
    number = {competency: n for n, competency in enumerate(workforce.competencies)}
    people = workforce.people.select(pl.col(keys).fill_null("")).with_row_index("row")
    parts = []
    for (position,), some in people.partition_by("position_id", as_dict=True, maintain_order=True).items():
        needs = reference.requirements_of_position(str(position)) if position in reference.positions else ()
        asked = [need for need in needs if need.competency in number]
        if asked:
            parts.append(_of_position(workforce, some, asked, [number[need.competency] for need in asked], keys))
    return pl.concat(parts) if parts else empty(keys)


def empty(keys: Sequence[str] = KEYS) -> pl.DataFrame:
    """Return the table without rows."""
    texts = dict.fromkeys(("competency_id", *keys), pl.String)
    asked = {"level": pl.Int8, "weight": pl.Float64, "critical": pl.Boolean}
    return pl.DataFrame(schema=texts | asked | dict.fromkeys(SUMS, pl.Float64))


def added(cells: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return the cells added up by some columns; of several requirements the strongest is named."""
    return cells.group_by(by).agg(
        pl.col("level").max(), pl.col("weight").max(), pl.col("critical").any(), pl.col(SUMS).sum()
    )


def _of_position(
    workforce: Workforce, some: pl.DataFrame, asked: Sequence[Requirement], columns: Sequence[int], by: Sequence[str]
) -> pl.DataFrame:
    """Return the cells of the people who hold one post."""
    codes = some.select(pl.struct(by).rank("dense") - 1).to_series().to_numpy()
    first = some.with_columns(pl.Series("code", codes)).unique("code", keep="first").sort("code")
    rows = some["row"].to_numpy()
    adding: Any = sparse.csr_array(
        (np.ones(len(rows)), (codes.astype(np.int64), np.arange(len(rows)))), shape=(first.height, len(rows))
    )
    held = workforce.held[np.ix_(rows, np.asarray(columns))]
    sums = {name: np.empty((first.height, len(asked))) for name in SUMS}
    known = workforce.known[np.ix_(rows, np.asarray(columns))]
    sums["n"][:] = np.asarray(adding.sum(axis=1)).reshape(-1, 1)
    sums["known"][:] = adding @ known.astype(np.float64)
    for place, need in enumerate(asked):
        below = 1.0 - held[:, place, need.level - 1].astype(np.float64)
        mean, variance = missing_levels(held[:, place], need.level)
        sums["short"][:, place] = adding @ below
        sums["short_var"][:, place] = adding @ (below * (1.0 - below))
        sums["levels"][:, place] = adding @ mean
        sums["levels_var"][:, place] = adding @ variance
    many = len(asked)
    keys = {name: np.repeat(first[name].to_numpy(), many) for name in by}
    frame = {
        "competency_id": [need.competency for need in asked] * first.height,
        **keys,
        "level": [need.level for need in asked] * first.height,
        "weight": [need.weight for need in asked] * first.height,
        "critical": [need.critical for need in asked] * first.height,
        **{name: values.ravel() for name, values in sums.items()},
    }
    return pl.DataFrame(frame, schema=empty(by).schema)
