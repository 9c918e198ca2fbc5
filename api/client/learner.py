"""One learner, over HTTP."""

from __future__ import annotations

from typing import Unpack

from api.client.connection import Connection, part
from api.client.questions import DesirableQuestion, ListQuestion, PathQuestion, WhatIf, Words
from api.http.v1 import claim_documents, documents


class LearnerCalls:
    """The routes of one learner."""

    def __init__(self, connection: Connection, learner: str) -> None:
        self._connection = connection
        self._path = f"/v1/learners/{part(learner)}"

    def recommendations(self, **asked: Unpack[ListQuestion]) -> documents.Recommendations:
        """Return the best courses, best first, with reasons."""
        return self._connection.ask("GET", f"{self._path}/recommendations", documents.Recommendations, asked={**asked})

    def why_not(
        self, course: str, *, limit: int = 10, language: str | None = None, lang: Words = "en"
    ) -> documents.WhyNot:
        """Return why a course is not in the list of that length."""
        asked = {"limit": limit, "language": language, "lang": lang}
        return self._connection.ask(
            "GET", f"{self._path}/recommendations/why-not/{part(course)}", documents.WhyNot, asked=asked
        )

    def competencies(self, *, limit: int = 50, offset: int = 0) -> documents.Competencies:
        """Return what is known of the learner's competencies."""
        asked = {"limit": limit, "offset": offset}
        return self._connection.ask("GET", f"{self._path}/competencies", documents.Competencies, asked=asked)

    def gaps(
        self, *, role: str | None = None, position: str | None = None, limit: int = 100, offset: int = 0
    ) -> documents.Gaps:
        """Return the gaps against the own position, another, or a role."""
        asked = {"role": role, "position": position, "limit": limit, "offset": offset}
        return self._connection.ask("GET", f"{self._path}/gaps", documents.Gaps, asked=asked)

    def guided(self, **asked: Unpack[PathQuestion]) -> documents.PathDocument:
        """Return the guided path."""
        return self._connection.ask("GET", f"{self._path}/paths/guided", documents.PathDocument, asked={**asked})

    def milestones(self, **asked: Unpack[PathQuestion]) -> documents.Milestones:
        """Return the guided path as the platform's learning pathways hold theirs."""
        return self._connection.ask(
            "GET", f"{self._path}/paths/guided/milestones", documents.Milestones, asked={**asked}
        )

    def desirable(self, **asked: Unpack[DesirableQuestion]) -> documents.PathDocument:
        """Return the desirable path."""
        return self._connection.ask("GET", f"{self._path}/paths/desirable", documents.PathDocument, asked={**asked})

    def why_not_on_path(self, course: str, **asked: Unpack[PathQuestion]) -> claim_documents.PathWhyNot:
        """Return why a course is not on the guided path, and what would bring it there."""
        return self._connection.ask(
            "GET", f"{self._path}/paths/guided/why-not/{part(course)}", claim_documents.PathWhyNot, asked={**asked}
        )

    def what_if(self, **asked: Unpack[WhatIf]) -> claim_documents.PathWhatIf:
        """Return the guided path under other limits, and what changes."""
        return self._connection.ask(
            "GET", f"{self._path}/paths/guided/what-if", claim_documents.PathWhatIf, asked={**asked}
        )

    def duties(self, *, lang: Words = "en") -> claim_documents.Duties:
        """Return what rules ask, and what is completed of it."""
        return self._connection.ask("GET", f"{self._path}/duties", claim_documents.Duties, asked={"lang": lang})

    def records(self, *, limit: int = 50, offset: int = 0) -> claim_documents.CompletionDocuments:
        """Return the records of completion."""
        asked = {"limit": limit, "offset": offset}
        return self._connection.ask("GET", f"{self._path}/records", claim_documents.CompletionDocuments, asked=asked)

    def record(self, course: str) -> claim_documents.CompletionDocument:
        """Record that a course was completed, once."""
        return self._connection.ask(
            "POST", f"{self._path}/records", claim_documents.CompletionDocument, body={"course": course}, again=True
        )

    def claims(self, *, limit: int = 50, offset: int = 0) -> claim_documents.Claims:
        """Return the claims for fees."""
        asked = {"limit": limit, "offset": offset}
        return self._connection.ask("GET", f"{self._path}/claims", claim_documents.Claims, asked=asked)

    def everything(self) -> documents.LearnerData:
        """Return every row that the service has about the learner."""
        return self._connection.ask("GET", self._path, documents.LearnerData)

    def erase(self) -> None:
        """Have every row about the learner deleted."""
        self._connection.send("DELETE", self._path)
