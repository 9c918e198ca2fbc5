"""Reasons: structured facts, computed by the state and the solver; words come from message catalogues."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

DEFAULT_LANGUAGE = "en"

Fact = str | float | int | bool | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a course is there, or is not: a code and the facts behind it."""

    code: str
    """A key of the message catalogues."""
    facts: Mapping[str, Fact] = field(default_factory=dict)


def sentence(reason: Reason, language: str = DEFAULT_LANGUAGE) -> str:
    """Return the reason in words, at most two sentences; English where the language has no catalogue.

    A fact ``title_hi`` takes the place of ``title`` in Hindi, and so on.

    >>> sentence(Reason("prerequisite", {"course_name": "Advanced noting"}))
    'It prepares for "Advanced noting".'
    """
    catalogue = _catalogue(language if language in languages() else DEFAULT_LANGUAGE)
    facts = {key: _worded(reason.facts.get(f"{key}_{language}", value)) for key, value in reason.facts.items()}
    if "kind" in facts:
        facts["kind"] = catalogue.get(f"kind_{facts['kind']}", facts["kind"])
    return catalogue[reason.code].format_map(facts)


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that have a catalogue, sorted."""
    folder = resources.files("recommender.messages")
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    path = resources.files("recommender.messages").joinpath(f"{language}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _worded(value: Fact) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value - round(value)) < 0.05 else f"{value:.1f}"
    return "" if value is None else str(value)
