"""One learner's list as the engine finds it: numbers. Names and reasons are put to them where somebody reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.list_reasons import reasons_of
from recommender.listing.catalogue import Catalogue
from recommender.listing.lists import NOTHING, Lists
from recommender.listing.standings import Standings
from recommender.paths.reasons import Reason

GUIDED, DESIRABLE = "guided", "desirable"
TRACKS = (GUIDED, DESIRABLE)
PROPENSITY = 1.0
"""Probability with which a course is shown in its place: lists are deterministic."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One course in a list."""

    course: str
    position: int
    """From 1."""
    score: float
    """Comparable within one list only."""
    track: str
    """``guided`` where the course closes a gap of the learner's role, else ``desirable``."""
    reasons: tuple[Reason, ...]
    propensity: float = PROPENSITY


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best courses for one learner, best first, each a number of ``Catalogue.course_ids``."""

    catalogue: Catalogue
    post: int
    """Row of the learner's post in ``Catalogue.posts``."""
    at_least: NDArray[np.float64]
    """Shape (n_slots, 6), P(at least each level) of what the post requires."""
    courses: Sequence[int]
    scores: Sequence[float]
    guided: Sequence[bool]
    codes: Sequence[Sequence[int]]
    """Keys of ``REASON_CODES``, the strongest first; 0 where there is none."""
    subjects: Sequence[Sequence[int]]
    """What each reason is about, as its code says."""
    first: int = 1
    """Position of the first course."""

    def __len__(self) -> int:
        return len(self.courses)

    @property
    def ids(self) -> list[str]:
        """The courses' ids."""
        ids = self.catalogue.course_ids
        return [ids[course] for course in self.courses]

    @property
    def places(self) -> range:
        """The courses' positions."""
        return range(self.first, self.first + len(self.courses))

    def picked(self, rows: Sequence[int], first: int = 1) -> Ranked:
        """Return the courses of some rows, in that order, at positions from ``first`` on."""
        return replace(
            self,
            courses=[self.courses[row] for row in rows],
            scores=[self.scores[row] for row in rows],
            guided=[self.guided[row] for row in rows],
            codes=[self.codes[row] for row in rows],
            subjects=[self.subjects[row] for row in rows],
            first=first,
        )

    def items(self) -> tuple[Recommendation, ...]:
        """Return the list in words."""
        rows = zip(self.ids, self.courses, self.scores, self.guided, self.codes, self.subjects, strict=True)
        return tuple(
            Recommendation(
                course=name,
                position=place,
                score=score,
                track=GUIDED if guided else DESIRABLE,
                reasons=reasons_of(self.catalogue, self.post, self.at_least, course, codes, subjects),
            )
            for place, (name, course, score, guided, codes, subjects) in enumerate(rows, start=self.first)
        )


def each_ranked(lists: Lists, standing: Standings, post: NDArray[np.int64], catalogue: Catalogue) -> list[Ranked]:
    """Return the list of each learner; ``post`` has shape (n,)."""
    columns = (lists.courses, lists.scores, lists.guided, lists.reasons, lists.subjects)
    starts, at_least = standing.start.tolist(), standing.at_least
    found = []
    for row, (own, *shown) in enumerate(zip(post.tolist(), *(column.tolist() for column in columns), strict=True)):
        size = shown[0].index(NOTHING) if NOTHING in shown[0] else len(shown[0])
        held = at_least[starts[row] : starts[row + 1]]
        found.append(Ranked(catalogue, own, held, *(column[:size] for column in shown)))
    return found
