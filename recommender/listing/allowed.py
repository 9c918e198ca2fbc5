"""Who may be shown what, as far as it depends on the profile and the moment: masks over the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.records import Learner
from features.reference import Course
from features.times import milliseconds
from models.base import Scores
from recommender.eligibility import is_entitled, is_readable
from recommender.listing.catalogue import Catalogue

Mask = NDArray[np.bool_]

_KEPT = 512
_ALWAYS = np.iinfo(np.int64)


class Allowed:
    """Masks of one catalogue; safe to share between threads. What does not change is looked up once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._bars: dict[Hashable, Scores] = {}
        self._wanted: dict[frozenset[str] | None, Mask] = {}

    def bars(
        self, learners: Sequence[Learner], at: datetime, language: str | None, categories: frozenset[str] | None
    ) -> tuple[Scores, NDArray[np.int64]]:
        """Return rows of 0 and, for what may not be shown, ``-inf``, shape (n_bars, n_courses), and each learner's row.

        Parameters
        ----------
        learners
            Entitlement and languages decide.
        at
            The moment: courses are live then.
        language
            Only courses in this language; ``None`` for those that each learner reads.
        categories
            Lower-case course categories that may be shown; ``None`` for all that teach.
        """
        # What is live changes only when a course is published or retired.
        period = int(self._changes.searchsorted(milliseconds(at), side="right"))
        numbers: dict[Hashable, int] = {}
        rows: list[Scores] = []
        own = []
        for learner in learners:
            key = (learner.verified, learner.organisation if self._has_circles else None, learner.languages)
            number = numbers.get(key)
            if number is None:
                number = numbers[key] = len(rows)
                rows.append(self._bar((key, period, language, categories), learner, at))
            own.append(number)
        bars = rows[0][None] if len(rows) == 1 else np.array(rows, dtype=np.float32).reshape(len(rows), -1)
        return bars, np.array(own, dtype=np.int64)

    def _bar(
        self, key: tuple[Hashable, int, str | None, frozenset[str] | None], learner: Learner, at: datetime
    ) -> Scores:
        found = self._bars.get(key)
        if found is None:
            *_, language, categories = key
            shown = self._each(lambda c: is_entitled(learner, c) and is_readable(learner, c, language))
            found = np.where(shown & self._live(at, categories), 0.0, -np.inf).astype(np.float32)
            if len(self._bars) >= _KEPT:
                self._bars.clear()
            self._bars[key] = found
        return found

    def _live(self, at: datetime, categories: frozenset[str] | None) -> Mask:
        """Return which courses teach, are of the categories and can be taken then."""
        moment = milliseconds(at)
        published, retired = self._times
        return self._of_categories(categories) & (published <= moment) & (moment < retired)

    def _of_categories(self, categories: frozenset[str] | None) -> Mask:
        found = self._wanted.get(categories)
        if found is None:
            found = self._each(
                lambda c: (
                    c.status == "live"
                    and not c.is_assessment
                    and (categories is None or c.category.casefold() in categories)
                )
            )
            if len(self._wanted) >= _KEPT:
                self._wanted.clear()
            self._wanted[categories] = found
        return found

    @cached_property
    def _times(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """From when, and until when, each course can be taken."""
        first = [c.published_on if c else None for c in self.catalogue.courses]
        last = [c.retired_on if c else None for c in self.catalogue.courses]
        return (
            np.array([_ALWAYS.min if t is None else milliseconds(t) for t in first], dtype=np.int64),
            np.array([_ALWAYS.max if t is None else milliseconds(t) for t in last], dtype=np.int64),
        )

    @cached_property
    def _changes(self) -> NDArray[np.int64]:
        """The moments at which a course becomes live, or no longer is, in order."""
        return np.unique(np.concatenate(self._times))

    @cached_property
    def _has_circles(self) -> bool:
        return any(course is not None and bool(course.entitled) for course in self.catalogue.courses)

    def _each(self, holds: Callable[[Course], bool]) -> Mask:
        return np.array([course is not None and holds(course) for course in self.catalogue.courses], dtype=bool)
