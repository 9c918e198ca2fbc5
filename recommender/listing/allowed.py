"""Who may be shown what, as far as it depends on the profile and the moment: masks over the catalogue."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from functools import cached_property
from threading import Lock

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


class Bars:
    """Rows of 0 and, for what may not be shown, ``-inf``. They are only ever added: what was read stays as it is."""

    def __init__(self, room: int, n_courses: int) -> None:
        # Memory is taken up as rows are put there.
        self.rows: Scores = np.empty((room, n_courses), dtype=np.float32)
        self.places: dict[Hashable, int] = {}


class Allowed:
    """Masks of one catalogue; safe to share between threads. What does not change is looked up once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.kept = Bars(_KEPT, len(catalogue))
        """Rows that were made; when there is no room for more, all go."""
        self._lock = Lock()
        self._wanted: dict[frozenset[str] | None, Mask] = {}

    def period(self, at: datetime) -> int:
        """Return a number that changes when a course is published or retired: between, the same ones are live."""
        return bisect_right(self._changes, milliseconds(at))

    def bars(
        self, learners: Sequence[Learner], at: datetime, language: str | None, categories: frozenset[str] | None
    ) -> tuple[Bars, list[int]]:
        """Return rows, among them those of the learners, and each learner's row.

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
        period = self.period(at)
        keys = [(period, language, categories, *self._circle(learner)) for learner in learners]
        kept = self.kept
        if any(key not in kept.places for key in keys):
            with self._lock:
                kept = self._with_room_for(set(keys))
                for key, learner in zip(keys, learners, strict=True):
                    if key not in kept.places:
                        kept.rows[len(kept.places)] = self._made(learner, at, language, categories)
                        kept.places[key] = len(kept.places)
        return kept, [kept.places[key] for key in keys]

    def _circle(self, learner: Learner) -> tuple[Hashable, ...]:
        """Return what it depends on of a learner who may be shown what."""
        return learner.verified, learner.organisation if self._has_circles else None, learner.languages

    def _with_room_for(self, keys: set[tuple[Hashable, ...]]) -> Bars:
        """Return the rows that are kept, none where there is no room: who reads the old ones goes on doing so."""
        places = self.kept.places
        if len(places) + sum(key not in places for key in keys) > len(self.kept.rows):
            self.kept = Bars(max(_KEPT, len(keys)), len(self.catalogue))
        return self.kept

    def _made(self, learner: Learner, at: datetime, language: str | None, categories: frozenset[str] | None) -> Scores:
        examples, alike = self._sorts
        shown = np.array([is_entitled(learner, c) and is_readable(learner, c, language) for c in examples], dtype=bool)
        return np.where(shown[alike] & self._live(at, categories), 0.0, -np.inf).astype(np.float32)

    @cached_property
    def _sorts(self) -> tuple[list[Course], NDArray[np.int64]]:
        """A course of each sort, and each course's sort: those alike are open to the same learners."""
        sorts: dict[Hashable, int] = {}
        examples: list[Course] = []
        alike = []
        for course in self.catalogue.courses:
            if course is None:  # it is not live
                alike.append(0)
                continue
            sort = course.restricted, course.entitled, course.languages
            if sort not in sorts:
                sorts[sort] = len(examples)
                examples.append(course)
            alike.append(sorts[sort])
        return examples, np.array(alike, dtype=np.int64)

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
    def _changes(self) -> list[int]:
        """The moments at which a course becomes live, or no longer is, in order."""
        changes: list[int] = np.unique(np.concatenate(self._times)).tolist()
        return changes

    @cached_property
    def _has_circles(self) -> bool:
        return any(course is not None and bool(course.entitled) for course in self.catalogue.courses)

    def _each(self, holds: Callable[[Course], bool]) -> Mask:
        return np.array([course is not None and holds(course) for course in self.catalogue.courses], dtype=bool)
