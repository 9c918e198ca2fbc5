"""Finds the competency that an id or a name stands for: exactly, by alias, or by normalised name.

Matching by meaning is another matter (``recommender.matching``); here a name matches or it does not.

>>> normalised("Verbal & Non-Verbal  Fluency ")
'verbal and non verbal fluency'
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import polars as pl


def normalised(name: str) -> str:
    """Return the name in lower case with ``&`` as "and" and every run of other signs as one space."""
    plain = name.casefold().replace("&", " and ")
    return re.sub(r"[\W_]+", " ", plain).strip()


@dataclass
class CompetencyNames:
    """Known ids, aliases and names of competencies, later frameworks never taking a word from earlier ones."""

    _exact: dict[str, str] = field(default_factory=dict)
    _normal: dict[str, str | None] = field(default_factory=dict)
    """``None`` where two competencies share a normalised name: it then matches neither."""

    def add(self, competencies: pl.DataFrame, aliases: pl.DataFrame) -> None:
        """Take in rows of the tables ``competencies`` and ``competency_aliases``."""
        for competency in competencies["competency_id"]:
            self._exact.setdefault(competency, competency)
        for alias, competency in aliases.select("alias", "competency_id").iter_rows():
            self._exact.setdefault(alias, competency)
            self._add_name(alias, competency)
        for name, theme, competency in competencies.select("name", "theme", "competency_id").iter_rows():
            self._add_name(name, competency)
            if theme is not None:
                self._add_name(f"{theme} / {name}", competency)

    def find(self, words: pl.Series) -> pl.Series:
        """Return the competency id for each id, alias or name; null where there is none, or more than one."""
        distinct = words.drop_nulls().unique().to_list()
        found = {word: self._find(word) for word in distinct}
        return pl.Series(words.name, [None if word is None else found[word] for word in words], dtype=pl.String)

    def _find(self, word: str) -> str | None:
        return self._exact.get(word) or self._normal.get(normalised(word))

    def _add_name(self, name: str, competency: str) -> None:
        key = normalised(name)
        if self._normal.setdefault(key, competency) != competency:
            self._normal[key] = None
