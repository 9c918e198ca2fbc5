"""What may be shown of small groups: only sums over fixed blocks of at least ten people, so nothing can be undone.

Hiding small cells is not enough: a total less its other parts gives the hidden one back. So people are first put into
disjoint blocks of at least ``LEAST``, for each competency by itself, and every number that is ever shown is a sum over
whole blocks. Whatever is added to or taken from shown numbers is then again a sum over whole blocks (with some
factors), and no set smaller than a block can be told from the rest.

A small cell joins other small ones of the same post; where these are still too few, the smallest that is large enough
joins them; the same then among the posts of a body, and among the bodies below the next one above. A block that holds
several posts (groups, cadres) has none of its own, and stands at the lowest body that has all its people. People whom
nothing large enough takes in are left out everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from recommender.planning.shortfall import KEYS, SUMS
from recommender.planning.tree import Tree

LEAST = 10
"""People of whom a number must speak at least."""


def blocks(
    cells: pl.DataFrame,
    tree: Tree,
    least: int = LEAST,
    *,
    subject: str = "competency_id",
    sums: Sequence[str] = SUMS,
    strongest: Sequence[str] = ("level", "weight", "critical"),
) -> pl.DataFrame:
    """Return what may be shown: the same columns, a row a block; ``null`` stands where a block holds several.

    Parameters
    ----------
    cells
        Counts and sums a competency and combination of ``KEYS`` (see ``shortfall``); unknown is ``""``.
    tree
        Organisations; those it does not know stand for themselves.
    subject
        What the numbers are about: each value has blocks of its own.
    sums, strongest
        Columns that are added up, ``n`` (people) among them, and columns of which the highest is named.
    """
    up = tree.frame()
    units = cells.select(subject, *KEYS, *strongest, *sums)
    how = _How(least, tuple(sums), tuple(strongest))
    units = _merged(units, (subject, "organisation_id", "position_id"), how)
    for depth in reversed(range(tree.depth)):
        above = up.select("organisation_id", pl.col(f"up_{depth}").alias("above"))
        units = units.drop("above", strict=False).join(above, on="organisation_id", how="left")
        units = _merged(units, (subject, "above"), how, place="above")
    return units.drop("above", strict=False).filter(pl.col("n") >= least)


@dataclass(frozen=True, slots=True)
class _How:
    least: int
    sums: tuple[str, ...]
    strongest: tuple[str, ...]


def _merged(units: pl.DataFrame, key: Sequence[str], how: _How, place: str = "organisation_id") -> pl.DataFrame:
    """Join the small units that share the key, and the smallest other one where they are too few without it."""
    small = pl.col("n") < how.least
    few = pl.col("n").filter(small).sum().over(key) < how.least
    nearest = pl.col("n") == pl.col("n").filter(~small).min().over(key)
    first = nearest & (pl.int_range(pl.len()).over([*key, nearest]) == 0)
    keyed = pl.col(place).is_not_null() & small.any().over(key)
    marked = units.with_columns(joins=(keyed & (small | (few & ~small & first))).fill_null(value=False))
    joining = marked.filter("joins")
    if not joining.height:
        return units
    one = [_common(name) for name in KEYS if name not in key and name != "organisation_id"]
    body = [_place(place)] if "organisation_id" not in key else []
    numbers = [pl.col(how.strongest).max(), pl.col(how.sums).sum()]
    made = joining.group_by(key).agg(*one, *body, *numbers)
    return pl.concat([marked.filter(~pl.col("joins")).select(units.columns), made.select(units.columns)])


def _common(name: str) -> pl.Expr:
    return pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).otherwise(None).alias(name)


def _place(above: str) -> pl.Expr:
    """Return the body that has all: the common one, else the one above."""
    many = pl.col("organisation_id").n_unique() > 1
    return (
        pl.when(many).then(pl.col(above).first()).otherwise(pl.col("organisation_id").first()).alias("organisation_id")
    )
