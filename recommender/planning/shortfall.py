"""Shortfalls of a workforce against what its posts require, added up by post, body, group and cadre.

A cell counts people who hold a post that requires the competency. ``short`` is the expected number below the required
level, the sum of P(level < required); ``levels`` the expected number of missing levels, the sum of E[(required -
level)+]. Both carry the variance that the beliefs leave open: people are judged one by one, so variances add up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.reference import Reference
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
    asked = _needs(workforce, reference)
    people = workforce.people.select(pl.col(keys).fill_null("")).with_row_index("row")
    coded = people.with_columns(code=pl.struct(keys).rank("dense"))
    pairs = coded.select("row", "code", "position_id").join(asked, on="position_id")
    if not pairs.height:
        return empty(keys)
    cells = pl.DataFrame({"code": pairs["code"], "competency": pairs["competency"], **_sums(workforce, pairs)})
    return (
        cells.group_by("code", "competency").agg(pl.col(SUMS).sum())
        .join(coded.select("code", *keys).unique("code"), on="code")
        .join(asked, on=["position_id", "competency"])
        .sort("code", "competency")
        .select(empty(keys).columns)
    )  # fmt: skip


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


def _needs(workforce: Workforce, reference: Reference) -> pl.DataFrame:
    """Return what the positions of these people require, a row a position and competency."""
    number = {competency: n for n, competency in enumerate(workforce.competencies)}
    by_roles: dict[tuple[str, ...], list[tuple[int, str, int, float, bool]]] = {}
    rows = []
    for one in workforce.people["position_id"].drop_nulls().unique():
        position = reference.positions.get(one)
        if position is None:
            continue
        if position.roles not in by_roles:
            by_roles[position.roles] = [
                (number[need.competency], need.competency, need.level, need.weight, need.critical)
                for need in reference.requirements_of_roles(position.roles)
                if need.competency in number
            ]
        rows += [(one, *need) for need in by_roles[position.roles]]
    schema = {
        "position_id": pl.String, "competency": pl.Int64, "competency_id": pl.String, "level": pl.Int8,
        "weight": pl.Float64, "critical": pl.Boolean,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _sums(workforce: Workforce, pairs: pl.DataFrame) -> dict[str, Floats]:
    """Return what each person adds to a cell, for each pair of person and requirement."""
    rows, columns = pairs["row"].to_numpy(), pairs["competency"].to_numpy()
    levels = pairs["level"].to_numpy().astype(np.int64)
    held = workforce.held[rows, columns]
    short, mean, variance = (np.empty(len(rows)) for _ in range(3))
    for level in np.unique(levels):
        some = levels == level
        short[some] = 1.0 - held[some, level - 1].astype(np.float64)
        mean[some], variance[some] = missing_levels(held[some], int(level))
    return {
        "n": np.ones(len(rows)),
        "known": workforce.known[rows, columns].astype(np.float64),
        "short": short,
        "short_var": short * (1.0 - short),
        "levels": mean,
        "levels_var": variance,
    }
