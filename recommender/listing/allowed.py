"""Who may be shown what, as far as it depends on the profile and the moment: masks over the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.records import Learner
from features.reference import Course
from recommender.eligibility import is_entitled, is_readable
from recommender.listing.catalogue import Catalogue, milliseconds

Mask = NDArray[np.bool_]

_KEPT = 4096
_ALWAYS = np.iinfo(np.int64)


class Allowed:
    """Masks of one catalogue; safe to share between threads. What does not change is looked up once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._open: dict[Hashable, Mask] = {}
        self._wanted: dict[frozenset[str] | None, Mask] = {}

    def live(self, at: datetime, categories: frozenset[str] | None) -> Mask:
        """Return which courses teach, are of the categories (lower case; ``None``: all) and can be taken then."""
        moment = milliseconds(at)
        published, retired = self._times
        return self._of_categories(categories) & (published <= moment) & (moment < retired)

    def open_to(self, learner: Learner, language: str | None) -> Mask:
        """Return which courses the learner is entitled to and reads; with ``language``, those in that language."""
        place = learner.organisation if self._has_circles else None
        key = (learner.verified, place, learner.languages, language)
        found = self._open.get(key)
        if found is None:
            found = self._each(lambda c: is_entitled(learner, c) and is_readable(learner, c, language))
            if len(self._open) >= _KEPT:
                self._open.clear()
            self._open[key] = found
        return found

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
    def _has_circles(self) -> bool:
        return any(course is not None and bool(course.entitled) for course in self.catalogue.courses)

    def _each(self, holds: Callable[[Course], bool]) -> Mask:
        return np.array([course is not None and holds(course) for course in self.catalogue.courses], dtype=bool)
