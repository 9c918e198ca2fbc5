"""The gap map as people read it: competencies by parts of an organisation, one cell, its trend, its peers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, get_args

import polars as pl

from api.workbench.desk import Desk
from features.reference import Reference
from recommender.planning.gap_view import OTHERS, By, gap_view, peers, trend

GROUPINGS: tuple[By, ...] = tuple(one for one in get_args(By) if one != "total")
MEASURES = ("people", "share", "levels")
_SHADES = (0.0, 0.2, 0.4, 0.6, 0.8)
"""From which share of people below the level on a cell is shaded darker."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A competency in one part of an organisation; without numbers where fewer than ten people count."""

    key: str
    """Id of the part; empty for several small ones together."""
    competency_id: str
    level: int
    """The required level, the highest of several."""
    critical: bool
    withheld: bool
    weight: float | None = None
    n: int | None = None
    known: int | None = None
    """Of whom any evidence speaks."""
    short: float | None = None
    """Expected people below the required level, with a 95 % interval."""
    short_low: float | None = None
    short_high: float | None = None
    share: float | None = None
    levels: float | None = None
    """Expected missing levels, with a 95 % interval."""
    levels_low: float | None = None
    levels_high: float | None = None

    @property
    def shade(self) -> int:
        """From 0 (hardly anybody is below) to 5."""
        return sum((self.share or 0.0) > step for step in _SHADES)

    @property
    def weighed(self) -> float:
        """Weight times missing levels: what the order goes by."""
        return (self.weight or 1.0) * (self.levels or 0.0)


@dataclass(frozen=True, slots=True)
class Row:
    """A competency over all parts."""

    total: Cell
    cells: tuple[Cell | None, ...]
    """One a column; ``None`` where the part does not require it."""


@dataclass(frozen=True, slots=True)
class GapTable:
    """The whole table, the worst competency first."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: int
    """Competencies beyond the limit."""
    at: datetime
    people: int


@dataclass(frozen=True, slots=True)
class PeerShare:
    """A competency here and among the peers."""

    competency_id: str
    n: int
    share: float
    peer_n: int | None
    peer_share: float | None
    ahead: float | None
    """Standard errors by which the organisation is better; below 0 it is worse."""


def cells_of(frame: pl.DataFrame) -> tuple[Cell, ...]:
    """Return a view of the gap map as cells, in its order."""
    names = {field.name for field in fields(Cell)}
    return tuple(Cell(**{k: v for k, v in row.items() if k in names}) for row in frame.iter_rows(named=True))


def gap_cells(
    desk: Desk, organisation: str, by: By, *, competency: str | None = None, position: str | None = None
) -> tuple[Cell, ...]:
    """Return the cells of an organisation and all below it, worst first."""
    asked = None if competency is None else [competency]
    view = gap_view(desk.gap_map(), desk.reference, organisation, by=by, competencies=asked, position=position)
    return cells_of(view)


def gap_table(
    desk: Desk, organisation: str, by: By = "position", *, area: str | None = None, critical: bool = False,
    most: int = 25,
) -> GapTable:  # fmt: skip
    """Return the gap table, the worst ``most`` competencies first."""
    gap_map, reference = desk.gap_map(), desk.reference
    found = cells_of(gap_view(gap_map, reference, organisation, by=by))
    totals = cells_of(gap_view(gap_map, reference, organisation, by="total"))
    wanted = [one for one in totals if _wanted(one, reference, area, critical=critical)]
    wanted.sort(key=lambda one: (-one.weighed, one.competency_id))
    columns = _columns(found, {one.competency_id for one in wanted})
    by_place = {(one.competency_id, one.key): one for one in found}
    rows = tuple(
        Row(one, tuple(by_place.get((one.competency_id, column)) for column in columns)) for one in wanted[:most]
    )
    used = tuple(n for n in range(len(columns)) if any(row.cells[n] for row in rows))
    return GapTable(
        tuple(columns[n] for n in used),
        tuple(Row(row.total, tuple(row.cells[n] for n in used)) for row in rows),
        max(0, len(wanted) - most),
        gap_map.about.at,
        gap_map.about.people,
    )


def gap_trend(desk: Desk, organisation: str, competency: str | None = None) -> tuple[tuple[datetime, Cell], ...]:
    """Return the organisation's totals of a competency, or of all of them together, at each date that is kept."""
    asked = None if competency is None else [competency]
    frame = trend(desk.gap_maps(), desk.reference, organisation, asked)
    if not frame.height:
        return ()
    if competency is None:
        shown = frame.filter(~pl.col("withheld"))
        sums = [pl.col(name).sum() for name in ("n", "known", "short", "levels")]
        # people are judged one by one and competencies apart, so squared half-widths add up
        spread = [
            ((pl.col(f"{name}_high") - pl.col(f"{name}_low")) / 2).pow(2).sum().sqrt().alias(f"{name}_spread")
            for name in ("short", "levels")
        ]
        frame = shown.group_by("at").agg(*sums, *spread).sort("at").with_columns(
            key=pl.lit(organisation), competency_id=pl.lit(""), level=pl.lit(0), critical=pl.lit(value=False),
            withheld=pl.lit(value=False), share=pl.col("short") / pl.col("n"),
            **{f"{name}_low": pl.col(name) - pl.col(f"{name}_spread") for name in ("short", "levels")},
            **{f"{name}_high": pl.col(name) + pl.col(f"{name}_spread") for name in ("short", "levels")},
        )  # fmt: skip
    return tuple(zip(frame["at"].to_list(), cells_of(frame), strict=True))


def gap_peers(desk: Desk, organisation: str, designation: str | None = None) -> tuple[PeerShare, ...]:
    """Return the organisation beside its sisters, or a designation beside the same one elsewhere, worst first."""
    frame = peers(desk.gap_map(), desk.reference, organisation, designation=designation)
    return tuple(PeerShare(**_peer(row)) for row in frame.drop("level").iter_rows(named=True))


def part_name(key: str, by: str, reference: Reference, others: str) -> str:
    """Return how a part of an organisation is called."""
    if key == OTHERS:
        return others
    if by == "position" and key in reference.positions:
        return reference.positions[key].designation
    if by in ("body", "total") and key in reference.organisations:
        return reference.organisations[key].name
    return key


def _peer(row: dict[str, Any]) -> dict[str, Any]:
    many = row["peer_n"]
    return {**row, "n": round(row["n"]), "peer_n": None if many is None else round(many)}


def _wanted(cell: Cell, reference: Reference, area: str | None, *, critical: bool) -> bool:
    known = reference.competencies.get(cell.competency_id)
    return (area is None or (known is not None and known.area == area)) and (cell.critical or not critical)


def _columns(cells: Iterable[Cell], wanted: set[str]) -> Sequence[str]:
    """Return the parts, the one with the most missing levels first, the small ones together last."""
    levels: dict[str, float] = {}
    for one in cells:
        if one.competency_id in wanted:
            levels[one.key] = levels.get(one.key, 0.0) + one.weighed
    return sorted(levels, key=lambda key: (key == OTHERS, -levels[key], key))
