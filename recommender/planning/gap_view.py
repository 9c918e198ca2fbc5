"""What a planner sees of the gap map: shares with intervals, by post, body, group or cadre; trend; peers.

Every number is a sum over whole blocks of the map (see ``disclosure``), never over people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from features.reference import Reference
from recommender.planning.gap_map import GapMap
from recommender.planning.gap_parts import OTHERS, By, part_sums
from recommender.planning.shortfall import added
from recommender.planning.tree import Tree

Z = 1.96
"""Normal quantile of a 95 % interval."""


def gap_view(
    gap_map: GapMap,
    reference: Reference,
    organisation: str,
    *,
    by: By = "position",
    competencies: Sequence[str] | None = None,
    position: str | None = None,
) -> pl.DataFrame:
    """Return a row for each part of an organisation (with all below it) and competency, worst first.

    Columns: ``key`` (id of the part; ``""`` for several small ones together), ``competency_id``, ``level``,
    ``weight``, ``critical``, ``n`` (people who count), ``known`` (those with any evidence), ``short``, ``short_low``,
    ``short_high`` (expected people below the level, 95 % interval of what the beliefs leave open), ``share``,
    ``levels``, ``levels_low``, ``levels_high`` (expected missing levels), ``withheld`` (fewer than ten: no numbers).
    """
    tree = Tree.of(reference.organisations, [organisation])
    within = list(tree.within(organisation))
    cells = gap_map.cells().filter(pl.col("organisation_id").is_in(within))
    asked = gap_map.asked().filter(pl.col("organisation_id").is_in(within))
    if competencies is not None:
        cells = cells.filter(pl.col("competency_id").is_in(list(competencies)))
        asked = asked.filter(pl.col("competency_id").is_in(list(competencies)))
    if position is not None:
        cells = cells.filter(pl.col("position_id") == position)
        asked = asked.filter(pl.col("position_id") == position)
    rolled = gap_map.rolled(organisation, by) if position is None else None
    if rolled is not None:
        found = rolled if competencies is None else rolled.filter(pl.col("competency_id").is_in(list(competencies)))
        return told(found)
    return told(part_sums(cells, asked, by, tree, organisation, reference))


def told(sums: pl.DataFrame) -> pl.DataFrame:
    """Return sums with shares and intervals, worst first."""
    spread, levels_spread = Z * pl.col("short_var").sqrt(), Z * pl.col("levels_var").sqrt()
    return (
        sums.with_columns(
            share=pl.col("short") / pl.col("n"),
            short_low=(pl.col("short") - spread).clip(0.0),
            short_high=pl.min_horizontal(pl.col("short") + spread, "n"),
            levels_low=(pl.col("levels") - levels_spread).clip(0.0),
            levels_high=pl.min_horizontal(pl.col("levels") + levels_spread, pl.col("n") * pl.col("level")),
        )
        .with_columns(pl.col("n", "known").round(0).cast(pl.Int64))
        .drop("short_var", "levels_var")
        .sort("critical", pl.col("weight") * pl.col("levels"), descending=True, nulls_last=True)
    )


def trend(
    maps: Iterable[GapMap], reference: Reference, organisation: str, competencies: Sequence[str] | None = None
) -> pl.DataFrame:
    """Return the organisation's totals at each date that is kept: ``at`` and the columns of ``gap_view``."""
    parts = [
        gap_view(one, reference, organisation, by="total", competencies=competencies).with_columns(
            at=pl.lit(one.about.at)
        )
        for one in maps
    ]
    return pl.concat(parts, how="diagonal_relaxed").sort("competency_id", "at") if parts else pl.DataFrame()


def peers(gap_map: GapMap, reference: Reference, organisation: str, *, designation: str | None = None) -> pl.DataFrame:
    """Return the organisation beside its peers, a row a competency: ``share`` here, ``peer_share``, both with ``n``.

    Peers are the same designation everywhere else, or, without a designation, the sister organisations. Also
    ``ahead``: by how many standard errors of the difference the organisation is better (above 0) or worse.
    """
    tree = Tree.of(reference.organisations, [organisation])
    own = pl.col("organisation_id").is_in(list(tree.within(organisation)))
    cells = gap_map.cells()
    if designation is None:
        sisters = {one for sister in tree.sisters(organisation) for one in tree.within(sister)}
        elsewhere = pl.col("organisation_id").is_in(list(sisters))
    else:
        title = " ".join(designation.casefold().split())
        alike = [p.id for p in reference.positions.values() if " ".join(p.designation.casefold().split()) == title]
        cells = cells.filter(pl.col("position_id").is_in(alike))
        elsewhere = ~own
    here, there = pl.collect_all([cells.filter(own), cells.filter(elsewhere)])
    sums = added(here, ["competency_id"]).join(
        added(there, ["competency_id"]), on="competency_id", how="left", suffix="_peer"
    )
    share, other = pl.col("short") / pl.col("n"), pl.col("short_peer") / pl.col("n_peer")
    error = (pl.col("short_var") / pl.col("n") ** 2 + pl.col("short_var_peer") / pl.col("n_peer") ** 2).sqrt()
    return (
        sums.with_columns(share=share, peer_share=other)
        .with_columns(ahead=(pl.col("peer_share") - pl.col("share")) / error)
        .select("competency_id", "level", "n", "share", pl.col("n_peer").alias("peer_n"), "peer_share", "ahead")
        .sort("ahead", nulls_last=True)
    )


def worst(view: pl.DataFrame, reference: Reference, most: int = 10) -> list[dict[str, object]]:
    """Return the first rows of a view with names, for pages and commands."""
    rows = view.filter(~pl.col("withheld")).head(most).to_dicts()
    for row in rows:
        competency = reference.competencies.get(row["competency_id"])
        row["competency"] = competency.name if competency else row["competency_id"]
        row["area"] = competency.area if competency else None
    return rows


__all__ = ["OTHERS", "By", "gap_view", "peers", "told", "trend", "worst"]
