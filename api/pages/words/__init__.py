"""The words of the pages, a catalogue a language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

LANGUAGES = ("en", "hi")
_FILES = ("", "planning_")
"""What the files of each language's catalogue begin with: the learners' pages, the planners' pages."""


@dataclass(frozen=True)
class Words:
    """One language's catalogue."""

    language: str
    entries: Mapping[str, str]

    def __call__(self, key: str, **figures: object) -> str:
        """Return the entry with its figures filled in.

        >>> words("en")("as_of", date="1 Apr")
        'As of 1 Apr'
        """
        return self.entries[key].format_map({name: _figure(value) for name, value in figures.items()})

    def date(self, moment: datetime | None) -> str:
        """Return a day as people write it.

        >>> words("en").date(datetime(2026, 4, 1))
        '1 Apr 2026'
        """
        return "" if moment is None else f"{moment.day} {self.month(moment)} {moment.year}"

    def days(self, start: datetime, end: datetime) -> str:
        """Return a span of days without saying anything twice.

        >>> words("en").days(datetime(2026, 4, 1), datetime(2026, 4, 9))
        '1 to 9 Apr 2026'
        """
        if start.date() == end.date():
            return self.date(end)
        first = str(start.day)
        if (start.year, start.month) != (end.year, end.month):
            first += f" {self.month(start)}"
        if start.year != end.year:
            first += f" {start.year}"
        return self("from_to", start=first, end=self.date(end))

    def duration(self, hours: float) -> str:
        """Return hours as people say them.

        >>> words("en").duration(1.5), words("en").duration(0.75), words("en").duration(12)
        ('1 h 30 min', '45 min', '12 h')
        """
        whole, minutes = divmod(round(hours * 60), 60)
        if not minutes:
            return self("hours", hours=whole)
        return self("hours_minutes", hours=whole, minutes=minutes) if whole else self("minutes", minutes=minutes)

    def month(self, moment: datetime) -> str:
        """Return the short name of the month."""
        return self.entries["months"].split()[moment.month - 1]


@cache
def words(language: str) -> Words:
    """Return the catalogue of a language of ``LANGUAGES``."""
    files = (resources.files(__package__).joinpath(f"{name}{language}.toml") for name in _FILES)
    entries = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    return Words(language, {key: text for part in entries for key, text in part.items()})


def _figure(value: object) -> str:
    """Return a number without digits nobody needs."""
    return f"{value:,.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
