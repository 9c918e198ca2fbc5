"""Into which parts a view cuts an organisation, and their sums."""

from __future__ import annotations

from typing import Literal

import polars as pl

from features.reference import Reference
from recommender.planning.shortfall import added
from recommender.planning.tree import Tree

By = Literal["total", "position", "designation", "body", "group", "cadre"]
"""``body``: the organisations directly below."""

OTHERS = ""
"""The part of people whom only a larger block may speak of, together."""
ROLLED: tuple[By, ...] = ("total", "designation", "body", "group", "cadre")
"""Views of large organisations that are added up when the map is written."""
LARGE = 20_000
"""Cells from which on an organisation is large."""


def part_sums(
    cells: pl.LazyFrame, asked: pl.LazyFrame, by: By, tree: Tree, organisation: str, reference: Reference
) -> pl.DataFrame:
    """Return sums by part (``key``) and competency, and rows without numbers for parts that are ``withheld``.

    ``cells`` and ``asked`` are those of the organisation and all below it.
    """
    key = _key(by, tree, organisation, reference)
    shown, there = pl.collect_all(
        [cells.with_columns(key), asked.with_columns(key).select("key", "competency_id", "level", "critical")]
    )
    sums = added(shown, ["key", "competency_id"])
    parts = there.group_by("key", "competency_id").agg(pl.col("level").max(), pl.col("critical").any())
    missing = parts.join(sums, on=["key", "competency_id"], how="anti")
    return pl.concat(
        [sums.with_columns(withheld=pl.lit(value=False)), missing.with_columns(withheld=pl.lit(value=True))],
        how="diagonal_relaxed",
    )


def rolled_up(cells: pl.DataFrame, asked: pl.DataFrame, tree: Tree, reference: Reference) -> pl.DataFrame:
    """Return the views ``ROLLED`` of every large organisation: ``organisation_id``, ``by`` and ``part_sums``."""
    counts = dict(cells.group_by("organisation_id").len().iter_rows())
    parts = []
    for organisation in tree.lines:
        within = tree.within(organisation) if organisation in _inner(tree) else ()
        if sum(counts.get(one, 0) for one in within) < LARGE:
            continue
        mine = pl.col("organisation_id").is_in(list(within))
        some, there = cells.filter(mine).lazy(), asked.filter(mine).lazy()
        for by in ROLLED:
            sums = part_sums(some, there, by, tree, organisation, reference)
            parts.append(sums.with_columns(organisation_id=pl.lit(organisation), by=pl.lit(by)))
    return pl.concat(parts, how="diagonal_relaxed") if parts else pl.DataFrame()


def _inner(tree: Tree) -> frozenset[str]:
    return frozenset(one for line in tree.lines.values() for one in line[:-1])


def _key(by: By, tree: Tree, organisation: str, reference: Reference) -> pl.Expr:
    if by == "total":
        return pl.lit(organisation).alias("key")
    if by == "body":
        branch = {one: tree.branch(one, organisation) or organisation for one in tree.within(organisation)}
        return pl.col("organisation_id").replace_strict(branch, default=OTHERS, return_dtype=pl.String).alias("key")
    if by == "designation":
        words = {p.id: p.designation for p in reference.positions.values()} or {OTHERS: OTHERS}
        return pl.col("position_id").replace_strict(words, default=OTHERS, return_dtype=pl.String).alias("key")
    column = "position_id" if by == "position" else by
    return pl.col(column).fill_null(OTHERS).alias("key")
