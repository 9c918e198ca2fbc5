"""Somebody who calls."""

from __future__ import annotations

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


ANYBODY = Principal("anybody", Role.ADMIN)
"""The caller of a service without keys and issuer, which listens on this machine only."""
