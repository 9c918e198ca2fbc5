"""What profiles say, and what they may be shown: rows of numbers, each profile's looked up once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from features.records import Learner
from models.base import Scores
from recommender.listing.allowed import Allowed, Bars
from recommender.listing.bases import Bases, Shelf

_KEPT_QUESTIONS, _KEPT_PROFILES = 64, 16_384


@dataclass(slots=True)
class Said:
    """What the profiles of a block say, and what they may be shown."""

    scores: Scores
    """Rows of scores, one for each situation in each place; so are ``codes``."""
    codes: NDArray[np.uint8]
    place: NDArray[np.int64]
    """Shape (n_profiles,), of each profile of the block, -1 where it was not asked about; so is ``bar``."""
    bars: Scores
    bar: NDArray[np.int64]


@dataclass(slots=True)
class _Known:
    """Profiles that one question was asked of, by the objects they are: comparing what they hold takes longer."""

    shelf: Shelf
    bars: Bars
    rows: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By ``id``: place on the shelf and row of the bars."""
    held: list[Learner] = field(default_factory=list)
    """Those profiles: as long as they live, nothing else has their ids."""


class Sayings:
    """Answers for a few profiles, mostly the same again and again; safe to share between threads."""

    def __init__(self, bases: Bases, allowed: Allowed) -> None:
        self.bases = bases
        self.allowed = allowed
        self._known: dict[Hashable, _Known] = {}

    def of(
        self, profiles: Sequence[Learner], at: datetime, language: str | None, categories: frozenset[str] | None
    ) -> Said:
        """Return what the profiles say; ``language`` and ``categories`` as of ``Allowed.bars``."""
        question = self.allowed.period(at), language, categories
        known = self._known.get(question)
        if known is None or known.shelf is not self.bases.shelf or known.bars is not self.allowed.kept:
            known = self._begin(question, self.bases.shelf, self.allowed.kept)
        rows: Sequence[tuple[int, int] | None] = [known.rows.get(id(profile)) for profile in profiles]
        if None in rows:
            shelf, places = self.bases.of(profiles)
            bars, own = self.allowed.bars(profiles, at, language, categories)
            rows = found = list(zip(places, own, strict=True))
            if known.shelf is not shelf or known.bars is not bars or len(known.held) >= _KEPT_PROFILES:
                known = self._begin(question, shelf, bars)
            known.held += profiles
            known.rows.update(zip(map(id, profiles), found, strict=True))
        place, bar = np.array(rows, dtype=np.int64).T
        return Said(*known.shelf.rows, place, known.bars.rows, bar)

    def _begin(self, question: Hashable, shelf: Shelf, bars: Bars) -> _Known:
        if len(self._known) >= _KEPT_QUESTIONS:
            self._known.clear()
        known = self._known[question] = _Known(shelf, bars)
        return known
