"""Finds the competency that an id or a name stands for: exactly, by alias, or by normalised name.

Matching by meaning is another matter; here a name matches or it does not.

>>> normalised("Verbal & Non-Verbal  Fluency ")
'verbal and non verbal fluency'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl


def normalised(name: str) -> str:
    """Return the name in lower case with ``&`` as "and" and every run of other signs as one space."""
    plain = name.casefold().replace("&", " and ")
    return re.sub(r"[\W_]+", " ", plain).strip()


@dataclass
class CompetencyNames:
    """Known ids, aliases and names of competencies; what was added first wins."""

    _ids: dict[str, str] = field(default_factory=dict)
    _v5_ids: dict[str, str] = field(default_factory=dict)
    """Integer ids of version 5: too common as words to stand among the others."""
    _names: dict[str, str | None] = field(default_factory=dict)
    """``None`` where two competencies share a normalised name: it then matches neither."""

    def add(self, competencies: pl.DataFrame, aliases: pl.DataFrame) -> None:
        """Take in rows of the tables ``competencies`` and ``competency_aliases``."""
        for competency, name, theme in competencies.select("competency_id", "name", "theme").iter_rows():
            self._ids.setdefault(competency, competency)
            self._add_name(name, competency)
            if theme is not None:
                self._add_name(_in_theme(theme, name), competency)
        for alias, kind, competency in aliases.select("alias", "kind", "competency_id").iter_rows():
            if kind == "v5_id":
                self._v5_ids.setdefault(alias, competency)
            else:
                self._ids.setdefault(alias, competency)
                self._add_name(alias, competency)

    def find(self, words: pl.Series) -> pl.Series:
        """Return the competency id for each id, alias or name; null where there is none, or more than one."""
        found = {word: self._find(word) for word in words.drop_nulls().unique()}
        return pl.Series(words.name, [None if word is None else found[word] for word in words], dtype=pl.String)

    def find_tag(self, tag: Mapping[str, str | None]) -> str | None:
        """Return the competency that a course's tag stands for: by id, by name in its theme, by name, by integer id.

        The name goes before the integer id because tables of integer ids differ in places.
        """
        for known in (self._ids.get(tag["ref_id"] or ""), self._ids.get(tag["identifier"] or "")):
            if known is not None:
                return known
        name, theme = tag["name"], tag["theme"]
        by_name = name and ((theme and self._find(_in_theme(theme, name))) or self._find(name))
        return by_name or self._v5_ids.get(tag["v5_id"] or "")

    def _find(self, word: str) -> str | None:
        return self._ids.get(word) or self._names.get(normalised(word))

    def _add_name(self, name: str, competency: str) -> None:
        key = normalised(name)
        if self._names.setdefault(key, competency) != competency:
            self._names[key] = None


def _in_theme(theme: str, name: str) -> str:
    return f"{theme} / {name}"
