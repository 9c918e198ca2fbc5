"""Somebody who calls."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to this service."""

    LEARNER = "learner"
    """Sees the own record."""
    PLANNER = "planner"
    """Sees the records of the own organisation and all below it."""
    DATA_SCIENTIST = "data_scientist"
    """Sees models and figures, and no learner."""
    SERVICE = "service"
    """The platform's gateway: acts for the learner it names, posts events."""
    ADMIN = "admin"
    """May do everything."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who proved who they are."""

    name: str
    """For limits and the log: the key's name, or the token's subject."""
    role: Role
    learner: str | None = None
    """The own learner's id."""
    organisation: str | None = None
    """The organisation whose tree a planner sees."""


_ID = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")


def is_id(text: str) -> bool:
    """Whether a text can be somebody's id: no control characters, no half ones, not without end.

    >>> is_id("0b9e-77"), is_id("0b9e" + chr(10)), is_id("")
    (True, False, False)
    """
    return _ID.fullmatch(text) is not None


ANYBODY = Principal("anybody", Role.ADMIN)
"""The caller of a service without keys and issuer, which listens on this machine only."""
