"""One organisation's gap map, over HTTP."""

from __future__ import annotations

from typing import Literal

from api.client.connection import Connection, part
from api.http.v1.organisations import documents


class OrganisationCalls:
    """The routes of one organisation that read its gap map."""

    def __init__(self, connection: Connection, organisation: str) -> None:
        self._connection = connection
        self._path = f"/v1/organisations/{part(organisation)}/gaps"

    def gaps(
        self,
        *,
        by: Literal["position", "organisation", "group", "cadre"] = "position",
        competency: str | None = None,
        position: str | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> documents.GapMapDocument:
        """Return the expected shortfalls, worst first."""
        asked = {"by": by, "competency": competency, "position": position, "limit": limit, "offset": offset}
        return self._connection.ask("GET", self._path, documents.GapMapDocument, asked=asked)

    def trend(self, *, competency: str | None = None) -> documents.GapTrend:
        """Return how the shortfall went over time."""
        return self._connection.ask("GET", f"{self._path}/trend", documents.GapTrend, asked={"competency": competency})

    def peers(self, *, competency: str | None = None) -> documents.GapPeers:
        """Return the shortfall beside that of organisations of the same kind."""
        return self._connection.ask("GET", f"{self._path}/peers", documents.GapPeers, asked={"competency": competency})

    def gap(self, competency: str) -> documents.CompetencyGap:
        """Return who lacks one competency, who asks for it, and what teaches it."""
        return self._connection.ask("GET", f"{self._path}/{part(competency)}", documents.CompetencyGap)
