"""Rows of histories laid out for many learners: roughly, to tell which courses matter, and exactly, to work these out.

A rough row is what one course taken adds, in whole numbers of one byte. Rough rows are enough to tell of most courses
that they are not among the best; ``drawn_numba`` does, and works the few others out exactly. So what lies here decides
how soon a list is there, and never what is in it.
"""

from __future__ import annotations

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from features.histories import Histories
from models.base import Scores

MOST = 6000
"""Steps that scores may be away from 0, so that what is barred, twice even, stays below them within two bytes."""
ROUGH_BYTES, EXACT_BYTES = 64_000_000, 96_000_000
"""Memory for rows that are kept: those asked for first, which are mostly those of what most learners have taken."""
_USUAL = 8
"""So many rows of a history have room within ``MOST`` steps, on average."""


class RoughRows:
    """Rows by course taken; safe to share between threads. They are only ever added."""

    def __init__(
        self,
        fold: NDArray[np.int16],
        unit: Scores,
        recency: Scores,
        few: tuple[NDArray[np.int64], NDArray[np.int64]],
        little: int,
        most: float,
        *,
        rough_bytes: int = ROUGH_BYTES,
        exact_bytes: int = EXACT_BYTES,
    ) -> None:
        """Prepare for histories.

        Parameters
        ----------
        fold, unit, recency, few, little
            As ``kernel.Work`` has them as ``rows``, ``unit``, ``recency``, ``few_from`` and ``few``, ``little``.
        most
            What profiles and needs add, at most as far as is known.
        rough_bytes, exact_bytes
            Memory that rows may use.
        """
        (_, n_groups, n_courses), n_ages = unit.shape, recency.shape[1]
        usual = float(unit.sum(axis=1).mean(axis=1).max(initial=0.0)) * np.iinfo(np.int16).max
        room = min(rough_bytes // n_courses, 2 * n_ages * n_courses)
        exact_room = min(exact_bytes // (2 * max(n_groups, 1) * n_courses), 2 * n_courses)
        self._fold, self._unit, self._recency, self._few = fold, unit, recency, few
        self._little = little
        self._lock = Lock()
        self._size = self._exact_size = 0
        self.step = np.float32((most + _USUAL * usual + 1.0) / MOST)
        # Memory is taken up as rows are put there.
        self.rows = np.empty((room, n_courses), dtype=np.int8)
        """Row ``slot[long, age, course]``: what a course taken so many courses ago adds, in units of ``step`` times the
        row's ``times``, off by half a unit at most."""
        self.times = np.empty(room, dtype=np.int16)
        self.reach = np.empty(room, dtype=np.int32)
        """Shape (room,): steps that a row adds or takes away at most, and those that it may be off by."""
        self.slot = np.full((2, n_ages, n_courses), -1, dtype=np.int32)
        """-1 where a row is not kept; so is ``exact_slot``."""
        self.exact = np.empty((exact_room, n_courses, n_groups), dtype=np.int16)
        """Row ``exact_slot[long, course]``: the fold's own numbers, those of the groups side by side."""
        self.exact_slot = np.full((2, n_courses), -1, dtype=np.int32)

    def keep(self, histories: Histories) -> None:
        """Make the rows that histories are made of, as far as there is room."""
        n_ages, n_courses = self.slot.shape[1:]
        lengths = histories.lengths
        long = np.repeat((lengths > self._little).astype(np.int64), lengths)
        age = np.minimum(histories.ages(), n_ages - 1)
        key, exact_key = (long * n_ages + age) * n_courses + histories.courses, long * n_courses + histories.courses
        with self._lock:
            self._make(_missing(key, self.slot, len(self.rows) - self._size))
            self._make_exact(_missing(exact_key, self.exact_slot, len(self.exact) - self._exact_size))

    def _make(self, keys: NDArray[np.int64]) -> None:
        if not len(keys):
            return
        from recommender.listing.rough_numba import make_rough  # noqa: PLC0415 - serving does without it

        made = slice(self._size, self._size + len(keys))
        make_rough(
            keys, self._fold.reshape(-1), self._unit, self._recency, *self._few, self.step, self.rows[made],
            self.times[made], self.reach[made],
        )  # fmt: skip
        # Told last: who reads meanwhile finds a row whole, or none.
        self.slot.reshape(-1)[keys] = np.arange(made.start, made.stop)
        self._size = made.stop

    def _make_exact(self, keys: NDArray[np.int64]) -> None:
        first = self._exact_size
        long, course = np.divmod(keys, self.slot.shape[2])
        for number in range(len(keys)):
            self.exact[first + number] = self._fold[long[number], :, course[number]].T
        self.exact_slot.reshape(-1)[keys] = np.arange(first, first + len(keys))
        self._exact_size += len(keys)


def _missing(keys: NDArray[np.int64], slot: NDArray[np.int32], room: int) -> NDArray[np.int64]:
    """Return keys without a slot, each once, as many as there is room for."""
    return np.unique(keys[slot.reshape(-1)[keys] < 0])[:room] if room else keys[:0]
