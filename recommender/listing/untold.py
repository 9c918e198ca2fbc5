"""What holds for every learner of a post of whom no evidence tells: worked out once a post, not once a learner."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.histories import Histories
from features.schema import MAX_LEVEL
from models.base import Scores
from recommender.listing.block import EvidenceColumns, LearnerBlock
from recommender.listing.catalogue import EPOCH
from recommender.listing.course_needs import CourseNeeds, Lessons, course_needs, lifts, steps_up_to
from recommender.listing.posts import PostTable
from recommender.listing.ranges import changes
from recommender.listing.standings import at_least_of, standings
from recommender.state.many import KindArrays

BITS = 63
"""So many requirements of a post have a bit of their own."""


@dataclass(frozen=True)
class Untold:
    """Standings and needs of one such learner of each post, and how they change where evidence speaks."""

    at_least: NDArray[np.float64]
    """Shape (6,), P(at least each level)."""
    missing: NDArray[np.float64]
    """Shape (n_requirements,), as in ``Standings``; so is ``rank``."""
    rank: NDArray[np.int64]
    upto: NDArray[np.float64]
    """Shape (n_requirements, 6), weighted missing steps up to each level."""
    start: NDArray[np.int64]
    """Shape (n_posts + 1,): the needs above 0 of post ``p`` begin at ``start[p]``."""
    course: NDArray[np.int32]
    lift: Scores
    """Shape (S, n_needs), what each adds in each situation."""
    taught_from: NDArray[np.int64]
    """Shape (n_posts + 1,): the courses that teach what post ``p`` requires begin at ``taught_from[p]``."""
    row: NDArray[np.int64]
    """Shape (n_taught + 1,), where the rows of each of these courses begin in ``Lessons``."""
    slots: NDArray[np.int64]
    """Shape (n_taught,): a bit for each requirement that the course teaches, one bit for several where posts require
    more than there are bits."""
    need: NDArray[np.float32]
    """Shape (n_taught,), how far each closes the gaps."""

    heights: Scores
    """Shape (S,), what a learner's greatest need adds in each situation."""

    @cached_property
    def taught(self) -> NDArray[np.int64]:
        """Number of courses that teach what each post requires."""
        return np.diff(self.taught_from)

    @classmethod
    def of(cls, posts: PostTable, lessons: Lessons, kinds: KindArrays, heights: Scores) -> Untold:
        """Work it out."""
        n = len(posts.start) - 1
        post = np.arange(n, dtype=np.int64)
        standing = standings(_one_of_each(n), posts, EPOCH, kinds)
        needs = course_needs(post, standing, posts, lessons)
        owner = np.repeat(post, lessons.sizes)
        row = np.flatnonzero(changes(lessons.course) | changes(owner))
        bits = np.left_shift(np.int64(1), lessons.slot % BITS)
        return cls(
            at_least=at_least_of(kinds.log_prior, np.zeros((1, MAX_LEVEL)))[0],
            missing=standing.missing,
            rank=standing.rank,
            upto=steps_up_to(standing, posts),
            start=needs.start,
            course=needs.course,
            lift=np.stack([lifts(needs, np.full(n, height, dtype=np.float32)).lift for height in heights]),
            taught_from=np.searchsorted(row, lessons.start).astype(np.int64),
            row=np.append(row, len(owner)),
            slots=np.bitwise_or.reduceat(bits, row) if len(row) else bits,
            need=_where_taught(needs, owner[row], lessons.course[row], len(lessons.hours)),
            heights=heights,
        )


def _where_taught(
    needs: CourseNeeds, post: NDArray[np.int64], course: NDArray[np.int64], n_courses: int
) -> NDArray[np.float32]:
    """Return the needs of pairs of a post and a course, which hold all that are above 0; else 0."""
    found = np.zeros(len(post), dtype=np.float32)
    own = np.repeat(np.arange(len(needs.start) - 1), np.diff(needs.start)) * n_courses + needs.course
    found[np.searchsorted(post * n_courses + course, own)] = needs.need
    return found


def _one_of_each(n_posts: int) -> LearnerBlock:
    """Return a learner of each post, of whom nothing is known."""
    none = np.empty(0, dtype=np.int64)
    no, said = none.astype(np.bool_), none.astype(np.float64)
    return LearnerBlock(
        histories=Histories.of([()] * n_posts, 0),
        profile=np.arange(n_posts, dtype=np.int32),
        profiles=(),
        post=np.arange(n_posts, dtype=np.int64),
        barred_from=np.zeros(n_posts + 1, dtype=np.int64),
        barred=none.astype(np.int32),
        evidence=EvidenceColumns(none, none, none, no, none, no, none, none, none, said),
    )
