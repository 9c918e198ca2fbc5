from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from string import Formatter

import pytest

import api.pages
from api.pages.words import LANGUAGES, words

PAGES = Path(next(iter(api.pages.__path__)))


def used() -> set[str]:
    """Keys that templates and code ask for by name."""
    texts = [path.read_text(encoding="utf-8") for path in [*PAGES.rglob("*.html"), *PAGES.rglob("*.py")]]
    found = {key for text in texts for key in re.findall(r'(?:\bw|words\(code\)|self)\("([a-z_]*[a-z])"', text)}
    families = {key for text in texts for key in re.findall(r'\bw\("([a-z_]+_)" [~+]', text)}
    of_families = {key for key in words("en").entries if any(key.startswith(family) for family in families)}
    return found | of_families | {"months"}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_the_words_that_pages_use_and_no_others(language: str) -> None:
    assert used() == set(words(language).entries)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_entries_with_the_same_figures(language: str) -> None:
    english, other = words("en").entries, words(language).entries
    assert set(other) == set(english)
    assert {key: fields(text) for key, text in other.items()} == {key: fields(text) for key, text in english.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_twelve_months(language: str) -> None:
    assert len(words(language).entries["months"].split()) == 12


def test_a_span_of_days_says_nothing_twice() -> None:
    w = words("en")
    assert w.days(datetime(2026, 4, 1), datetime(2026, 4, 1)) == "1 Apr 2026"
    assert w.days(datetime(2026, 4, 30), datetime(2026, 5, 2)) == "30 Apr to 2 May 2026"
    assert w.days(datetime(2026, 12, 30), datetime(2027, 1, 2)) == "30 Dec 2026 to 2 Jan 2027"


def test_hours_are_said_as_people_say_them() -> None:
    assert [words("en").duration(hours) for hours in (0.25, 1, 1.5, 40.0)] == ["15 min", "1 h", "1 h 30 min", "40 h"]
