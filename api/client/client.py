"""The client: catalogue, matching, events, claims; ``learner`` and ``organisation`` for those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self, Unpack

import httpx

from api.client.connection import Answer, Connection, part
from api.client.learner import LearnerCalls
from api.client.organisation import OrganisationCalls
from api.client.questions import CatalogueQuestion, SearchQuestion
from api.http.v1 import claim_documents, documents, matching_documents, search_documents
from api.http.v1.organisations.documents import OrganisationList

EdgeKind = Literal["course_teaches", "role_needs", "designation_means"]
Step = Literal["request", "withdraw", "complete"]
Decision = Literal["approve", "refuse", "reject_proof", "verify", "pay"]


class Client:
    """A connection to one service.

    Parameters
    ----------
    address
        Where it is, as ``http://127.0.0.1:8000``.
    key
        An API key of the service.
    token
        A learner's or planner's token, instead of a key or beside one.
    timeout
        Seconds to wait for an answer.
    tries
        How often a request that may be sent again is sent where the service is busy or away.
    http
        Another ``httpx`` client to send by, instead of all of the above but ``tries``.
    """

    def __init__(
        self,
        address: str = "http://127.0.0.1:8000",
        *,
        key: str | None = None,
        token: str | None = None,
        timeout: float = 15.0,
        tries: int = 3,
        http: httpx.Client | None = None,
    ) -> None:
        headers = {} if key is None else {"x-api-key": key}
        if token is not None:
            headers["x-authenticated-user-token"] = token
        self._http = http or httpx.Client(base_url=address, headers=headers, timeout=timeout)
        self._connection = Connection(self._http, tries)

    def __enter__(self) -> Self:
        """Return the client; it is closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        answer: type[Answer],
        *,
        asked: Mapping[str, Any] | None = None,
        body: Any = None,
    ) -> Answer:
        """Call any route and return its answer as a document of your choice."""
        return self._connection.ask(method, path, answer, asked=asked, body=body)

    def learner(self, learner: str) -> LearnerCalls:
        """Return the routes of one learner."""
        return LearnerCalls(self._connection, learner)

    def organisation(self, organisation: str) -> OrganisationCalls:
        """Return the routes of one organisation."""
        return OrganisationCalls(self._connection, organisation)

    def organisations(self, *, limit: int = 100, offset: int = 0) -> OrganisationList:
        """Return the organisations that the caller plans for."""
        return self.ask("GET", "/v1/organisations", OrganisationList, asked={"limit": limit, "offset": offset})

    # Lists and the catalogue

    def recommend(self, **question: Any) -> documents.StatelessRecommendations:
        """Return a list for a ``profile`` and a ``history`` that are kept nowhere."""
        return self._connection.ask(
            "POST", "/v1/recommendations", documents.StatelessRecommendations, body=question, again=True
        )

    def courses(self, q: str = "", **asked: Unpack[SearchQuestion]) -> documents.Courses:
        """Return the courses of the catalogue, or those a query finds."""
        return self.ask("GET", "/v1/courses", documents.Courses, asked={"q": q, **asked})

    def search(self, q: str = "", **asked: Unpack[CatalogueQuestion]) -> search_documents.SearchResults:
        """Search the catalogue for a learner: narrowed, counted, in their own order, each hit with its reasons."""
        return self.ask("GET", "/v1/search", search_documents.SearchResults, asked={"q": q, **asked})

    def course(self, course: str) -> documents.CourseDocument:
        """Return all that is known of a course."""
        return self.ask("GET", f"/v1/courses/{part(course)}", documents.CourseDocument)

    def similar(self, course: str, *, limit: int = 10, offset: int = 0) -> documents.Similar:
        """Return courses that go with a course."""
        asked = {"limit": limit, "offset": offset}
        return self.ask("GET", f"/v1/courses/{part(course)}/similar", documents.Similar, asked=asked)

    def roles(self, q: str = "", *, limit: int = 20, offset: int = 0) -> documents.Roles:
        """Return roles by the words of their names."""
        return self.ask("GET", "/v1/roles", documents.Roles, asked={"q": q, "limit": limit, "offset": offset})

    def role(self, role: str) -> documents.RoleDocument:
        """Return a role with what it needs."""
        return self.ask("GET", f"/v1/roles/{part(role)}", documents.RoleDocument)

    def model(self) -> documents.ModelDocument:
        """Return the model that serves."""
        return self.ask("GET", "/v1/models/current", documents.ModelDocument)

    # Matching

    def match_position(
        self, designation: str, *, organisation: str | None = None, limit: int = 3
    ) -> matching_documents.PositionMatches:
        """Return the positions that a designation may mean."""
        asked = {"designation": designation, "organisation": organisation, "limit": limit}
        return self.ask("GET", "/v1/positions/match", matching_documents.PositionMatches, asked=asked)

    def suggest_needs(self, role: matching_documents.RoleText) -> matching_documents.SuggestedNeeds:
        """Return what a described role is likely to need."""
        body = role.model_dump(mode="json")
        return self._connection.ask(
            "POST", "/v1/roles/suggestions", matching_documents.SuggestedNeeds, body=body, again=True
        )

    def edges(
        self,
        *,
        kind: EdgeKind | None = None,
        subject: str | None = None,
        history: bool = False,
        limit: int = 50,
        offset: int = 0,
    ) -> matching_documents.EdgeDocuments:
        """Return what planners said of edges."""
        asked = {"kind": kind, "subject": subject, "history": history, "limit": limit, "offset": offset}
        return self.ask("GET", "/v1/edges", matching_documents.EdgeDocuments, asked=asked)

    def say(self, *statements: matching_documents.EdgeStatement) -> matching_documents.EdgesOutcome:
        """Confirm or reject edges."""
        body = [one.model_dump(mode="json") for one in statements]
        return self.ask("POST", "/v1/edges", matching_documents.EdgesOutcome, body=body)

    def edge_suggestions(
        self,
        kind: EdgeKind = "course_teaches",
        *,
        subject: str | None = None,
        ask: bool = False,
        limit: int = 20,
        offset: int = 0,
    ) -> matching_documents.EdgeSuggestions:
        """Return edges that nobody has judged yet."""
        asked = {"kind": kind, "subject": subject, "ask": ask, "limit": limit, "offset": offset}
        return self.ask("GET", "/v1/edges/suggestions", matching_documents.EdgeSuggestions, asked=asked)

    # What happens

    def post(self, events: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> documents.EventsOutcome:
        """Post one event or a batch; sent again where the service was away, for each is applied once."""
        body = events if isinstance(events, Mapping) else list(events)
        return self._connection.ask("POST", "/v1/events", documents.EventsOutcome, body=body, again=True)

    def feedback(
        self, learner: str, course: str, rating: Literal[0, 1], *, comments: str = "", recommendation: str | None = None
    ) -> documents.FeedbackOutcome:
        """Give a thumb up (1) or down (0)."""
        body = {"learner": learner, "course": course, "rating": rating, "comments": comments}
        if recommendation is not None:
            body["recommendation"] = recommendation
        return self.ask("POST", "/v1/feedback", documents.FeedbackOutcome, body=body)

    def shown(self, recommendation: str) -> documents.ShownDocument:
        """Return a list as it was shown."""
        return self.ask("GET", f"/v1/shown/{part(recommendation)}", documents.ShownDocument)

    # Fees and records

    def claims(
        self, *, state: claim_documents.ClaimState | None = None, limit: int = 50, offset: int = 0
    ) -> claim_documents.Claims:
        """Return the claims that the caller may see."""
        asked = {"state": state, "limit": limit, "offset": offset}
        return self.ask("GET", "/v1/claims", claim_documents.Claims, asked=asked)

    def claim(
        self, request: str, learner: str, course: str, event: Step, *, proof: str | None = None, comment: str = ""
    ) -> claim_documents.ClaimDocument:
        """Ask for a fee, withdraw, or hand in proof; the same ``request`` again changes nothing."""
        body = {"request": request, "learner": learner, "course": course, "event": event, "comment": comment}
        body |= {} if proof is None else {"proof": proof}
        return self._connection.ask("POST", "/v1/claims", claim_documents.ClaimDocument, body=body, again=True)

    def decide(
        self, request: str, learner: str, course: str, event: Decision, *, comment: str = ""
    ) -> claim_documents.ClaimDocument:
        """Approve, refuse, verify or pay; the same ``request`` again changes nothing."""
        body = {"request": request, "learner": learner, "course": course, "event": event, "comment": comment}
        return self._connection.ask(
            "POST", "/v1/claims/decisions", claim_documents.ClaimDocument, body=body, again=True
        )

    def verify_record(self, record_hash: str, learner: str) -> claim_documents.VerifiedRecord:
        """Return whether a record that somebody shows is real, and theirs."""
        return self.ask(
            "GET", f"/v1/records/{part(record_hash)}", claim_documents.VerifiedRecord, asked={"learner": learner}
        )

    def ledger(self, ledger: Literal["claims", "completions"]) -> claim_documents.LedgerDocument:
        """Have a whole ledger verified."""
        return self.ask("GET", f"/v1/ledgers/{ledger}", claim_documents.LedgerDocument)

    def audit(self, **asked: Any) -> dict[str, Any]:
        """Return a page of the audit log, the newest entry first."""
        found: dict[str, Any] = self._connection.send("GET", "/v1/audit", asked=asked).json()
        return found
