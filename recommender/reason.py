"""Reasons: structured, computed facts for why something is there or is not; never generated prose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Fact = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a code that message catalogues have a sentence for, and the facts that fill it."""

    code: str
    facts: Mapping[str, Fact]
