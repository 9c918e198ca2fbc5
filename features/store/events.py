"""What can happen to a learner: the events that the portal posts and the store applies at once."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from features.errors import KarmapathError
from features.numbers import NUMERIC
from features.schema import MAX_LEVEL
from features.times import platform_time

Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""An id: text without control characters."""

Title = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]


def _written_time(value: object) -> object:
    if not isinstance(value, str | datetime):
        raise ValueError("a time as ISO 8601 writes it")  # noqa: TRY004
    return value


Truth = Annotated[bool, Field(strict=True)]
Share = Annotated[float, Field(ge=0.0, le=1.0), NUMERIC]
Level = Annotated[int, Field(ge=1, le=MAX_LEVEL), NUMERIC]
Time = Annotated[datetime, BeforeValidator(_written_time), AfterValidator(platform_time)]
"""A moment; one without a time zone is in India Standard Time."""


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    learner: Id = Field(description="the learner's id")
    at: Time | None = Field(None, description="when it happened; absent: when it was received")
    key: Id | None = Field(
        None, description="idempotency key: the same key is applied once. Absent: the event's own content is the key"
    )

    def identity(self) -> str:
        """Return the idempotency key: the sender's, else a hash of the event."""
        if self.key is not None:
            return self.key
        return "content-" + hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:40]


class Enrolled(_Event):
    """The learner began a course, or went on with it."""

    kind: Literal["enrolment"]
    course: Id
    progress: Share | None = Field(None, description="share of the course consumed")


class Completed(_Event):
    """The learner completed a course."""

    kind: Literal["completion"]
    course: Id
    dwell_ratio: Annotated[float, Field(ge=0.0, le=1000.0), NUMERIC] | None = Field(
        None, description="time spent as a share of the course's hours; below 0.1 the completion is no evidence"
    )


class Assessed(_Event):
    """The learner was assessed: on what a course teaches, or on one competency."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": [name], "properties": {name: {"type": "string"}}} for name in ("course", "competency")
            ]
        }
    )

    kind: Literal["assessment", "proctored"]
    course: Id | None = None
    competency: Id | None = None
    level: Level | None = Field(None, description="the level that was assessed; absent: the level the course leads to")
    passed: Truth
    score: Share | None = None
    attempt: Annotated[int, Field(ge=1, le=1000), NUMERIC] | None = None

    @model_validator(mode="after")
    def _about_something(self) -> Assessed:
        if self.course is None and self.competency is None:
            raise ValueError("an assessment names a course or a competency")
        return self


class Attested(_Event):
    """A peer, or the learner, says that a level of a competency is held."""

    kind: Literal["peer", "self_attestation"]
    competency: Id
    level: Level
    passed: Truth = True


class Rated(_Event):
    """The learner rated a course that was taken."""

    kind: Literal["rating"]
    course: Id
    rating: Annotated[float, Field(ge=0.0, le=10.0), NUMERIC]


class Profile(_Event):
    """The learner joined or was transferred: the fields given take the place of what was known."""

    kind: Literal["profile"]
    organisation: Id | None = None
    position: Id | None = None
    designation: Title | None = None
    group: Title | None = None
    cadre: Title | None = None
    languages: Annotated[list[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]], Field(max_length=30)] | None = None
    joined_on: Time | None = None
    verified: Truth | None = None

    def changes(self) -> dict[str, Any]:
        """Return the learner's columns that the event sets; a field given as null is emptied.

        A designation given without a position empties the position: a transfer ends the post held before.
        """
        given = self.model_fields_set
        columns: dict[str, Any] = {
            column: getattr(self, name) for name, column in _PROFILE_COLUMNS.items() if name in given
        }
        if "languages" in columns:
            columns["languages"] = ",".join(self.languages or ()) or None
        if given & {"designation", "organisation"}:
            columns.setdefault("position_id", None)
        return columns


_PROFILE_COLUMNS = {
    "organisation": "organisation_id",
    "position": "position_id",
    "designation": "designation",
    "group": "group",
    "cadre": "cadre",
    "languages": "languages",
    "joined_on": "joined_on",
    "verified": "verified",
}

Event = Annotated[
    Enrolled | Completed | Assessed | Attested | Rated | Profile,
    Field(discriminator="kind"),
]
"""Anything that can happen to a learner, told apart by ``kind``."""

EVENT: TypeAdapter[Enrolled | Completed | Assessed | Attested | Rated | Profile] = TypeAdapter(Event)
AnyEvent = Enrolled | Completed | Assessed | Attested | Rated | Profile


class EventError(KarmapathError):
    """An event that cannot be taken."""

    code = "bad_event"


class EventConflictError(KarmapathError):
    """An event that is right in itself, and does not go with what is known."""

    code = "conflict"


def parse_event(document: object) -> AnyEvent:
    """Return the event that a JSON document says; ``EventError`` if it says none.

    >>> parse_event({"kind": "completion", "learner": "L1", "course": "c1"}).course
    'c1'
    """
    try:
        return EVENT.validate_python(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "event"
        raise EventError(
            f"{where}: {_shown(first['input'])}",
            first["msg"].removeprefix("Value error, "),
            "correct the event and post it again",
        ) from None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
