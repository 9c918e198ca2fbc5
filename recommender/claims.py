"""Claims for the fees of outside courses: approval before, proof after, payment once a course, all in a ledger.

Courses on the platform are outside this machine: they need no permission and cost nothing (DoPT OM of 15 January
2024), so no claim can be opened for one and no state asks for approval of one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from features.errors import KarmapathError, NotFoundError
from features.reference import Course, Rule
from recommender.ledger import Entry, Ledger
from recommender.rules import plan_year

TRANSITIONS: Mapping[tuple[str | None, str], str] = {
    (None, "request"): "requested",
    ("refused", "request"): "requested",
    ("withdrawn", "request"): "requested",
    ("requested", "approve"): "approved",
    ("requested", "refuse"): "refused",
    ("requested", "withdraw"): "withdrawn",
    ("approved", "withdraw"): "withdrawn",
    ("approved", "complete"): "completed",
    ("completed", "reject_proof"): "approved",
    ("completed", "verify"): "verified",
    ("verified", "pay"): "paid",
}
"""From state and event to the next state; ``paid`` has no way out. Where the rule asks for no approval, a request is
approved at once."""


class ClaimError(KarmapathError):
    """A step that the machine does not allow."""

    code = "claim_refused"


@dataclass(frozen=True, slots=True)
class Claim:
    """One learner's claim for one course."""

    learner: str
    course: str
    state: str
    fee: float
    approved: float = 0.0
    """Rupees that will be paid on completion."""
    proof: str | None = None
    """SHA-256 of the certificate."""
    paid: float = 0.0
    paid_on: datetime | None = None


class Claims:
    """All claims under one reimbursement rule, kept in a ledger."""

    def __init__(self, ledger: Ledger, rule: Rule) -> None:
        self.ledger = ledger
        self.rule = rule
        self._lock = threading.RLock()
        self._folded: dict[tuple[str, str], Claim] = {}
        self._entries = 0
        self._head = ""

    def all(self) -> tuple[Claim, ...]:
        """Return every claim in its present state."""
        return tuple(self._caught_up(self.ledger.entries()).values())

    def of(self, learner: str, course: Course) -> Claim | None:
        """Return the claim for a course or a language version of it, ``None`` if there is none."""
        return self._caught_up(self.ledger.entries()).get((learner, family(course)))

    def _caught_up(self, entries: Sequence[Entry]) -> dict[tuple[str, str], Claim]:
        """Return the claims as the entries leave them: those of the last look, and what was entered since."""
        with self._lock:
            known = self._entries
            if known > len(entries) or (known and entries[known - 1].hash != self._head):
                self._folded, known = {}, 0
            if known < len(entries):
                self._folded = fold(entries[known:], self._folded)
            self._entries, self._head = len(entries), entries[-1].hash if entries else ""
            return self._folded

    def step(self, request: str, at: datetime, learner: str, course: Course, event: str, **facts: Any) -> Claim:
        """Enter one event and return the claim after it; the same ``request`` again changes nothing.

        Parameters
        ----------
        request
            Id of the caller's request: what makes a replay harmless.
        at
            When it happened.
        learner, course
            Whose claim, and for what.
        event
            ``request``, ``approve``, ``refuse``, ``withdraw``, ``complete`` (``proof``: SHA-256 of the certificate),
            ``reject_proof``, ``verify`` or ``pay``.
        facts
            What belongs to the event.

        Raises
        ------
        ClaimError
            If the course is on the platform, the step is not allowed in the claim's state, the proof was used
            before, or the learner's ceiling for the year is reached.
        """
        if not needs_claim(course):
            raise ClaimError(
                f"{course.id} is a course of the platform", "a course outside the platform with a fee",
                "take it: no permission is needed (DoPT OM of 15 January 2024)",
            )  # fmt: skip
        said = {"learner": learner, "course": family(course), "event": event, "fee": course.cost, **facts}
        entry = self.ledger.append(request, at, lambda before: self._decided(before, at, said))
        if (entry.event["learner"], entry.event["course"], entry.event["event"]) != (learner, family(course), event):
            raise ClaimError(f"request {request!r} was another step", "a new id for each step", "send it with a new id")
        claim = self.of(learner, course)
        if claim is None:
            raise NotFoundError(f"no claim of {learner} for {course.id}", "an open claim", "request it first")
        return claim

    def _decided(self, before: Sequence[Entry], at: datetime, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the event with the state it leads to, decided on all that was entered before."""
        claims = self._caught_up(before)
        claim = claims.get((said["learner"], said["course"]))
        state, event = (claim.state if claim else None), said["event"]
        target = TRANSITIONS.get((state, event))
        if target is None:
            allowed = sorted(e for s, e in TRANSITIONS if s == state)
            raise ClaimError(
                f"{event!r} for a claim that is {state or 'not opened'}",
                f"one of {', '.join(allowed)}" if allowed else "nothing more: a course is paid once",
                "look at the claim's state",
            )
        if event == "request" and not self.rule.parameters.get("pre_approval", True):
            return {**said, "state": "approved", "amount": self._payable(said["fee"])}
        if event == "approve":
            return {**said, "state": target, "amount": self._payable(claim.fee if claim else 0.0)}
        if event == "complete":
            _check_proof(said.get("proof"), claims.values())
        if event == "pay" and claim is not None:
            return {**said, "state": target, "amount": self._within_year(claim, claims.values(), at)}
        return {**said, "state": target}

    def _payable(self, fee: float) -> float:
        share, ceiling = self.rule.parameters.get("share", 1.0), self.rule.parameters.get("ceiling", float("inf"))
        return round(min(float(fee) * float(share), float(ceiling)), 2)

    def _within_year(self, claim: Claim, claims: Iterable[Claim], at: datetime) -> float:
        """Return what may be paid: what was approved, as far as the learner's ceiling for the year leaves room."""
        most = self.rule.parameters.get("yearly_ceiling")
        if most is None:
            return claim.approved
        begin, end = plan_year(at)
        paid = (c for c in claims if c.learner == claim.learner and c.paid_on is not None and begin <= c.paid_on < end)
        spent = sum(c.paid for c in paid)
        if spent >= float(most):
            raise ClaimError(
                f"{claim.learner} was paid {spent:.0f} rupees this year", f"less than {most}", "claim it next year"
            )
        return round(min(claim.approved, float(most) - spent), 2)


def needs_claim(course: Course) -> bool:
    """Whether a course has to do with claims at all: only courses outside the platform do."""
    return course.external


def family(course: Course) -> str:
    """Return the name under which a course is claimed: once for all its language versions."""
    return course.base or course.id


def fold(
    entries: Iterable[Entry], before: Mapping[tuple[str, str], Claim] | None = None
) -> dict[tuple[str, str], Claim]:
    """Return the claims as the entries leave them, by learner and course; ``before`` is how they stood before those."""
    claims: dict[tuple[str, str], Claim] = dict(before or {})
    for entry in entries:
        event = entry.event
        key = event["learner"], event["course"]
        claims[key] = _after(claims.get(key), entry)
    return claims


def _after(claim: Claim | None, entry: Entry) -> Claim:
    event = entry.event
    state, amount = event["state"], event.get("amount", 0.0)
    if claim is None or event["event"] == "request":
        return Claim(event["learner"], event["course"], state, event["fee"], approved=amount)
    if event["event"] == "approve":
        return replace(claim, state=state, approved=amount)
    if event["event"] == "complete":
        return replace(claim, state=state, proof=event["proof"])
    if event["event"] == "reject_proof":
        return replace(claim, state=state, proof=None)
    if event["event"] == "pay":
        return replace(claim, state=state, paid=amount, paid_on=entry.at)
    return replace(claim, state=state)


def _check_proof(proof: Any, claims: Iterable[Claim]) -> None:
    if not isinstance(proof, str) or len(proof) != 64 or set(proof) - set("0123456789abcdef"):
        raise ClaimError(f"proof {proof!r}", "the SHA-256 of the certificate in hex", "attach the certificate")
    if any(claim.proof == proof for claim in claims):
        raise ClaimError("a certificate that stands behind another claim", "one of its own", "attach the right one")
