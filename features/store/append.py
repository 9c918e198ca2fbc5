"""Taking events into the store: each once, all of a batch in one transaction, with a result a row."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, insert, select

from features.errors import KarmapathError, NotFoundError
from features.store.apply import Dated, apply_events
from features.store.erase import remember
from features.store.events import AnyEvent, Completed, Enrolled, EventConflictError, Profile, Rated
from features.store.tables import enrolments, events, learners

CLOCK_SKEW = timedelta(hours=24)
"""How far ahead of the store's clock an event may lie."""


@dataclass(frozen=True, slots=True)
class EventResult:
    """What became of one event of a batch."""

    key: str
    status: Literal["accepted", "duplicate", "refused", "ignored"]
    """``ignored``: it says nothing of a learner and a course."""
    error: KarmapathError | None = None


def append_events(
    connection: Connection, batch: Sequence[AnyEvent], received_at: datetime, courses: Container[str] | None = None
) -> list[EventResult]:
    """Apply a batch in the caller's transaction and return a result an event, in order.

    An event is refused when its learner is unknown (a profile event makes one known), its course is not among
    ``courses`` (``None``: any), it lies in the future, it rates a course that was not taken, or its key was used for
    another event. Refused events leave no trace, so that they can be sent again once they are right.
    """
    judge = _Judge(
        received_at, courses, _lock_learners(connection, batch), _taken(connection, batch), _bodies(connection, batch)
    )
    results, fresh = [], []
    for event in batch:
        result = judge.result(event)
        results.append(result)
        if result.status == "accepted":
            fresh.append(Dated(result.key, event, event.at or received_at))
    remember(connection, {dated.event.learner for dated in fresh if isinstance(dated.event, Profile)})
    _write_log(connection, fresh, received_at)
    apply_events(connection, fresh)
    return results


@dataclass(slots=True)
class _Judge:
    """Decides on one event after the other; what it accepts counts for those that follow."""

    received_at: datetime
    courses: Container[str] | None
    known: set[str]
    taken: set[tuple[str, str]]
    bodies: dict[str, str]

    def result(self, event: AnyEvent) -> EventResult:
        key, body = event.identity(), body_of(event)
        if self.bodies.get(key) == body:
            return EventResult(key, "duplicate")
        error = self._refusal(event, key)
        if error is not None:
            return EventResult(key, "refused", error)
        self.bodies[key] = body
        self.known.add(event.learner)
        if isinstance(event, Enrolled | Completed):
            self.taken.add((event.learner, event.course))
        return EventResult(key, "accepted")

    def _refusal(self, event: AnyEvent, key: str) -> KarmapathError | None:
        course = getattr(event, "course", None)
        if key in self.bodies:
            return EventConflictError(
                f"key {key!r} on another event", "a key of its own for each event", "send it with a new key"
            )
        if event.at is not None and event.at > self.received_at + CLOCK_SKEW:
            return EventConflictError(f"at {event.at.isoformat()}", "a moment that has passed", "correct the time")
        if event.learner not in self.known and not isinstance(event, Profile):
            return NotFoundError(
                f"learner {event.learner!r}", "a learner the store knows", "post the learner's profile event first"
            )
        if course is not None and self.courses is not None and course not in self.courses:
            return NotFoundError(
                f"course {course!r}", "a course of the catalogue", "check the id, or import the course and train"
            )
        if isinstance(event, Rated) and (event.learner, event.course) not in self.taken:
            return EventConflictError(
                f"a rating of course {course!r}, which the learner has not taken",
                "a rating of a course taken",
                "post the enrolment or the completion first",
            )
        return None


def body_of(event: AnyEvent) -> str:
    """Return the event as the log keeps it: what the sender said, without the key."""
    return event.model_dump_json(exclude_unset=True, exclude={"key"})


def _lock_learners(connection: Connection, batch: Iterable[AnyEvent]) -> set[str]:
    """Return which learners exist, locked in one order so that two batches never wait for each other in a circle."""
    ids = sorted({event.learner for event in batch})
    query = select(learners.c.learner_id).where(learners.c.learner_id.in_(ids)).order_by(learners.c.learner_id)
    return set(connection.execute(query.with_for_update()).scalars())


def _taken(connection: Connection, batch: Iterable[AnyEvent]) -> set[tuple[str, str]]:
    rated = [event for event in batch if isinstance(event, Rated)]
    if not rated:
        return set()
    query = select(enrolments.c.learner_id, enrolments.c.course_id).where(
        enrolments.c.learner_id.in_({event.learner for event in rated}),
        enrolments.c.course_id.in_({event.course for event in rated}),
    )
    return {(learner, course) for learner, course in connection.execute(query)}


def _bodies(connection: Connection, batch: Iterable[AnyEvent]) -> dict[str, str]:
    query = select(events.c.key, events.c.body).where(events.c.key.in_([event.identity() for event in batch]))
    return {row.key: row.body for row in connection.execute(query)}


def _write_log(connection: Connection, fresh: Sequence[Dated], received_at: datetime) -> None:
    rows = [
        {
            "key": dated.key,
            "learner_id": dated.event.learner,
            "occurred_at": dated.at,
            "received_at": received_at,
            "body": body_of(dated.event),
        }
        for dated in fresh
    ]
    if rows:
        connection.execute(insert(events), rows)
