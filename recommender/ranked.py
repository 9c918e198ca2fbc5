"""One learner's list as the engine finds it: numbers. Names and reasons are put to them where somebody reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from recommender.list_reasons import reasons_of
from recommender.listing.catalogue import Catalogue
from recommender.listing.lists import NOTHING, FewLists
from recommender.paths.reasons import Reason

N = TypeVar("N", int, float)

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


@dataclass(slots=True)
class Ranked:
    """The best courses for one learner, each a number of ``Catalogue.course_ids``: the columns of ``FewLists``.

    Nobody changes it; it is not frozen because one that is takes three times as long to make.
    """

    catalogue: Catalogue
    post: int
    """Row of the learner's post in ``Catalogue.posts``."""
    courses: Sequence[int]
    guided: Sequence[int]
    """1 where the course closes a gap of the learner's post, else 0."""
    codes: Sequence[int]
    """Key of ``REASON_CODES``: the strongest reason."""
    subjects: Sequence[int]
    """What it is about, as its code says."""
    other_codes: Sequence[int]
    """The second reason; 0 where there is none."""
    other_subjects: Sequence[int]
    scores: Sequence[float]
    held: Sequence[float]
    """P(held) of the step that the first reason is about; 0 where it is about none."""
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

        def pick(column: Sequence[N]) -> list[N]:
            return [column[row] for row in rows]

        return replace(
            self, courses=pick(self.courses), guided=pick(self.guided), codes=pick(self.codes),
            subjects=pick(self.subjects), other_codes=pick(self.other_codes),
            other_subjects=pick(self.other_subjects), scores=pick(self.scores), held=pick(self.held), first=first,
        )  # fmt: skip

    def items(self) -> tuple[Recommendation, ...]:
        """Return the list in words."""
        rows = zip(
            self.ids, self.courses, self.guided, self.codes, self.subjects, self.other_codes, self.other_subjects,
            self.scores, self.held, strict=True,
        )  # fmt: skip
        return tuple(
            Recommendation(
                course=name,
                position=place,
                score=score,
                track=GUIDED if guided else DESIRABLE,
                reasons=reasons_of(self.catalogue, self.post, course, ((code, subject), (other, second)), held),
            )
            for place, (name, course, guided, code, subject, other, second, score, held) in enumerate(rows, self.first)
        )


def each_ranked(lists: FewLists, post: Sequence[int], catalogue: Catalogue) -> list[Ranked]:
    """Return the list of each learner; ``post`` has the row of each one's post."""
    found = []
    for own, numbers, values in zip(post, lists.numbers.tolist(), lists.values.tolist(), strict=True):
        ranked = Ranked(catalogue, own, *numbers, *values)
        is_shorter = bool(ranked.courses) and ranked.courses[-1] == NOTHING
        found.append(ranked.picked(range(ranked.courses.index(NOTHING))) if is_shorter else ranked)
    return found
