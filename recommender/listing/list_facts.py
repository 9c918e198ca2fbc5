"""The facts behind a list: which gap each course closes, what it goes with, what speaks for it most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.fold import ALL
from models.hybrid import Hybrid
from recommender.gaps import SURE
from recommender.listing.kernel import FROM_GROUP, FROM_NEED, FROM_OTHERS, Best
from recommender.listing.lists import NOTHING
from recommender.listing.posts import PostTable, TaughtTable
from recommender.listing.reason_codes import (
    CLOSES,
    CLOSES_CRITICAL,
    CLOSES_CRITICAL_UNKNOWN,
    CLOSES_UNKNOWN,
    GOES_WITH,
    NEED,
    OF_MODEL,
)
from recommender.listing.standings import Standings

_LIMIT = 2
"""A list item carries at most so many reasons: what a card has room for."""
GAP_CODES = np.array([[CLOSES_UNKNOWN, CLOSES_CRITICAL_UNKNOWN], [CLOSES, CLOSES_CRITICAL]], dtype=np.uint8)
"""By whether evidence speaks, then by whether the requirement is critical."""


@dataclass(frozen=True)
class Voices:
    """Which reason code stands for what the kernel found loudest."""

    of_group: NDArray[np.uint8]
    """Shape (2, n_groups, 2): little or long history, group of the fold, known or new course."""
    of_others: int
    is_new: NDArray[np.int64]
    """Shape (n_courses,), 1 for courses that nobody had taken."""

    @classmethod
    def of(cls, hybrid: Hybrid, n_courses: int) -> Voices:
        """Read what the fold and the plan say."""
        code = np.array([OF_MODEL[name] for name in ALL], dtype=np.uint8)
        known = np.ones(n_courses, dtype=bool) if hybrid.new is None else hybrid.new.known(n_courses)
        others = hybrid.others
        return cls(code[hybrid.folded().loudest], OF_MODEL[others[0]] if others else 0, (~known).astype(np.int64))

    def code(self, loudest: int, base: int, situation: int, course: int) -> int:
        """Return the code of what the kernel found ``loudest`` for a course, where ``base`` is that of its base row."""
        if loudest >= FROM_GROUP:
            return int(self.of_group[max(situation - 1, 0), loudest - FROM_GROUP, self.is_new[course]])
        return {FROM_NEED: NEED, FROM_OTHERS: self.of_others}.get(loudest, base)


def reasons_plain(
    best: Best,
    said: NDArray[np.uint8],
    own: NDArray[np.int64],
    post: NDArray[np.int64],
    standing: Standings,
    posts: PostTable,
    taught: TaughtTable,
    voices: Voices,
    situations: NDArray[np.int64],
) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.float64]]:
    """Return reason codes and subjects, shapes (n, k, 2): the gap, what it goes with, else what says most.

    With them goes P(held) of the gap's step, shape (n, k), 0 where there is no gap.

    A loop over a few courses; ``facts_numba`` does the same for millions.

    Parameters
    ----------
    best
        What the kernel found.
    said, own
        Reason codes of the base rows, shape (n_bases, n_courses), and each learner's row.
    post
        Shape (n,), row of each learner's post.
    standing
        Where the learners stand.
    posts, taught, voices
        What posts require and courses teach; the codes of what is not a base row.
    situations
        Shape (n,), number in ``SITUATIONS``.
    """
    shape = (*best.courses.shape, 2)
    reasons, subjects = np.zeros(shape, dtype=np.uint8), np.full(shape, NOTHING, dtype=np.int32)
    held = np.zeros(best.courses.shape)
    for learner, courses in enumerate(best.courses.tolist()):
        gaps = _Gaps(posts, taught, int(post[learner]), standing, learner)
        for place, course in enumerate(courses):
            if course == NOTHING:
                break
            found, held[learner, place] = gaps.closed_by(course)
            if (nearest := int(best.nearest[learner, place])) != NOTHING:
                found.append((GOES_WITH, nearest))
            if len(found) < _LIMIT:
                loud, base = int(best.loudest[learner, place]), int(said[own[learner], course])
                found.append((voices.code(loud, base, int(situations[learner]), course), NOTHING))
            for number, (code, subject) in enumerate(found):
                reasons[learner, place, number], subjects[learner, place, number] = code, subject
    return reasons, subjects, held


class _Gaps:
    """The gaps of one learner."""

    def __init__(self, posts: PostTable, taught: TaughtTable, post: int, standing: Standings, learner: int) -> None:
        rows = slice(int(standing.start[learner]), int(standing.start[learner + 1]))
        first = int(posts.start[post])
        self.taught = taught.lessons
        self.slots = posts.slot[post]
        self.at_least = standing.at_least[rows].tolist()
        self.known = standing.known[rows].tolist()
        self.rank = standing.rank[rows].tolist()
        self.needs = posts.requirements[first : first + len(self.rank)]

    def closed_by(self, course: int) -> tuple[list[tuple[int, int]], float]:
        """Return code and competency of the worst gap that the course closes a step of, and P(held), if it closes one.

        P(held) is of the step that ``list_reasons.step_of`` names.
        """
        worst: tuple[int, int, int] | None = None
        for competency, from_level, to_level in self.taught[course]:
            slot = int(self.slots[competency])
            if slot < 0 or from_level >= self.needs[slot].level:
                continue
            held = self.at_least[slot][min(to_level, self.needs[slot].level)]
            if held < SURE and (worst is None or self.rank[slot] < worst[0]):
                worst = self.rank[slot], slot, competency
        if worst is None:
            return [], 0.0
        _, slot, competency = worst
        level = next(last for taught, _, last in self.taught[course] if taught == competency)
        code = int(GAP_CODES[int(self.known[slot]), int(self.needs[slot].critical)])
        return [(code, competency)], self.at_least[slot][min(level, self.needs[slot].level)]
