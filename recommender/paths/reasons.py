"""Reasons: structured facts, computed by the state and the solver; words come from message catalogues."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from string import Formatter
from typing import NamedTuple

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
    facts = reason.facts
    parts = _template(reason.code, language)
    if len(parts) == 1 and parts[0].fact is None:
        return parts[0].text
    return "".join(
        part.text if part.fact is None else part.text + _told(part, facts.get(part.own, facts[part.fact]))
        for part in parts
    )


class _Part(NamedTuple):
    """A piece of a sentence, and the fact that stands after it."""

    text: str
    fact: str | None
    own: str
    """The fact's name where it has words of its own in the language."""
    kinds: Mapping[str, str]
    """Words for the values of the fact ``kind``."""


@cache
def _template(code: str, language: str) -> tuple[_Part, ...]:
    """Return a sentence taken apart: lists have hundreds of thousands of them an hour."""
    catalogue = _catalogue(language if language in languages() else DEFAULT_LANGUAGE)
    kinds = {key.removeprefix("kind_"): words for key, words in catalogue.items() if key.startswith("kind_")}
    return tuple(
        _Part(text, fact, f"{fact}_{language}", kinds if fact == "kind" else {})
        for text, fact, _, _ in Formatter().parse(catalogue[code])
    )


def _told(part: _Part, value: Fact) -> str:
    words = _worded(value)
    return part.kinds.get(words, words) if part.kinds else words


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
