"""An organisation at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.workbench.desk import Desk
from api.workbench.gaps import Cell, gap_cells
from api.workbench.scenarios import Scenario, scenarios


@dataclass(frozen=True, slots=True)
class BodyGap:
    """An organisation directly below, with its share of requirements not met."""

    id: str
    share: float
    people_short: float


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page of an organisation."""

    at: datetime
    asked: int
    """Competencies that its posts ask for."""
    short: float
    """Expected cases of somebody below a required level."""
    cases: int
    """Cases that count: a person and a required competency each."""
    critical_short: float
    critical_cases: int
    known: int
    """Cases of which any evidence speaks."""
    worst: tuple[Cell, ...]
    bodies: tuple[BodyGap, ...]
    """Worst first."""
    plans: tuple[Scenario, ...]
    """The last changed first."""


def overview(desk: Desk, organisation: str, within: tuple[str, ...]) -> Overview:
    """Return an organisation at a glance, with all below it."""
    totals = [one for one in gap_cells(desk, organisation, "total") if not one.withheld]
    critical = [one for one in totals if one.critical]
    worst = tuple(sorted(totals, key=lambda one: (-one.weighed, one.competency_id))[:8])
    return Overview(
        at=desk.gap_map().about.at,
        asked=len(totals),
        short=sum(one.short or 0.0 for one in totals),
        cases=sum(one.n or 0 for one in totals),
        critical_short=sum(one.short or 0.0 for one in critical),
        critical_cases=sum(one.n or 0 for one in critical),
        known=sum(one.known or 0 for one in totals),
        worst=worst,
        bodies=_bodies(desk, organisation),
        plans=scenarios(desk.service.store.workbench.drafts_of(within, 5)),
    )


def _bodies(desk: Desk, organisation: str) -> tuple[BodyGap, ...]:
    short: dict[str, float] = {}
    cases: dict[str, int] = {}
    for cell in gap_cells(desk, organisation, "body"):
        if not cell.withheld and cell.key and cell.key != organisation:
            short[cell.key] = short.get(cell.key, 0.0) + (cell.short or 0.0)
            cases[cell.key] = cases.get(cell.key, 0) + (cell.n or 0)
    found = [BodyGap(key, short[key] / max(cases[key], 1), short[key]) for key in short]
    return tuple(sorted(found, key=lambda one: (-one.share, one.id)))
