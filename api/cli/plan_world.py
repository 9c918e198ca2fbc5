"""What the planning commands open: the snapshot, its reference data, the evidence table and the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from features.errors import NotFoundError
from features.home import Home
from features.reference import Reference
from features.times import now
from features.warehouse import Snapshot, Warehouse
from recommender.planning.workforce import Workforce, workforce
from recommender.state import DEFAULT_EVIDENCE, EvidenceTable

OrganisationArgument = Annotated[
    str, typer.Argument(help="Id of the organisation.", show_default=False, metavar="ORGANISATION")
]
OnOption = Annotated[
    datetime | None, typer.Option(help="As of this day.", show_default="now", formats=["%Y-%m-%d"])
]  # fmt: skip


@dataclass(frozen=True)
class PlanWorld:
    """One snapshot on one day."""

    home: Home
    snapshot: Snapshot
    reference: Reference
    at: datetime
    evidence: EvidenceTable

    @classmethod
    def open(cls, home: Path | None, on: datetime | None) -> PlanWorld:
        """Open the current snapshot of a home folder."""
        place = Home.find(home)
        snapshot = Warehouse(place.warehouse).current()
        table = EvidenceTable.load(place.evidence) if place.evidence.exists() else DEFAULT_EVIDENCE
        return cls(place, snapshot, Reference.load(snapshot), on or now(), table)

    def organisation(self, one: str) -> str:
        """Return the id; ``NotFoundError`` names some that there are."""
        if one not in self.reference.organisations:
            known = ", ".join(sorted(self.reference.organisations)[:5]) or "none yet"
            raise NotFoundError(f"no organisation {one!r}", "the id of an organisation", f"for example: {known}")
        return one

    def people(self, organisation: str | None) -> Workforce:
        """Return the people of an organisation and all below it, or everybody."""
        return workforce(self.snapshot, self.reference, self.at, organisation=organisation, table=self.evidence)

    def competency(self, one: str) -> str:
        """Return the name of a competency."""
        found = self.reference.competencies.get(one)
        return found.name if found else one
