"""By what courses are counted and narrowed: languages, category, provider, difficulty and topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.reference import TableSource

FACETS = ("languages", "category", "provider", "difficulty", "topics")
"""Columns of the table ``courses`` that hits are counted by and may be filtered by."""


class Facets:
    """The values of every course of a catalogue, in the order of the course ids sorted."""

    def __init__(self, source: TableSource) -> None:
        rows = source.read("courses").sort("course_id")
        self.ids: tuple[str, ...] = tuple(rows["course_id"])
        self._column = {course: number for number, course in enumerate(self.ids)}
        self._values = {name: _values(rows[name]) for name in FACETS}

    def passing(self, filters: Mapping[str, Collection[str]]) -> NDArray[np.bool_]:
        """Return which courses have one of the wanted values of each column, whatever their case."""
        mask = np.ones(len(self.ids), dtype=bool)
        for column, wanted in filters.items():
            accepted = {value.casefold() for value in wanted}
            mask &= np.array(
                [any(v.casefold() in accepted for v in values) for values in self._values[column]], dtype=bool
            )
        return mask

    def narrowed(self, courses: Iterable[str], filters: Mapping[str, Collection[str]]) -> list[str]:
        """Return those of the courses that pass the filters, in their order."""
        mask = self.passing(filters)
        return [course for course in courses if course in self._column and mask[self._column[course]]]

    def counted(self, courses: Iterable[str]) -> dict[str, dict[str, int]]:
        """Return column to value to number of the courses that have it, most first."""
        return self.counted_rows([self._column[course] for course in courses if course in self._column])

    def counted_rows(self, rows: Sequence[int] | NDArray[np.int64]) -> dict[str, dict[str, int]]:
        """Return the same for courses by their place in ``ids``."""
        counts = {name: Counter(v for row in rows for v in self._values[name][row]) for name in FACETS}
        return {
            name: dict(sorted(count.items(), key=lambda item: (-item[1], item[0]))) for name, count in counts.items()
        }


def _values(column: pl.Series) -> list[tuple[str, ...]]:
    return [tuple(cell) if isinstance(cell, pl.Series | list) else (cell,) if cell else () for cell in column]
