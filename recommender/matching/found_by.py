"""Why a search found a course: the words it says, what it means, and the competencies that both are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.matching.concepts import Concepts

ID, WORDS, MEANING, COMPETENCY = "id", "words", "meaning", "competency"
WAYS = (ID, WORDS, MEANING, COMPETENCY)
"""The ways by which a course may be found."""

TAUGHT = 0.15
"""From how far a course teaches what is meant, it is found by that alone."""


@dataclass(frozen=True, slots=True)
class FoundBy:
    """What brought one course into an answer."""

    ways: tuple[str, ...] = ()
    """Some of ``WAYS``; none where nothing was asked, or where only letters and sounds are alike."""
    words: tuple[str, ...] = ()
    """The query's words, as they were understood, that stand in the course's texts."""
    meaning: float = 0.0
    """Cosine of what the query and the course mean, -1 to 1; 0 where meaning is not known."""
    competencies: tuple[str, ...] = ()
    """Ids of what the query means and the course teaches, the one that matters most first."""


NOTHING_ASKED = FoundBy()


@dataclass(frozen=True)
class Asked:
    """A query beside a catalogue, courses in its order."""

    scores: NDArray[np.float64]
    """How well each course fits, shape (n_courses,)."""
    found: NDArray[np.bool_]
    """Which courses are in the answer."""
    put_right: Mapping[str, tuple[str, ...]]
    """Words that the catalogue does not know, and the known ones that were searched for instead."""
    said: Mapping[str, str]
    """Stem to word, of the words that say something."""
    meaning: NDArray[np.float64]
    near: NDArray[np.bool_]
    """Which courses' meaning stands out."""
    meant: NDArray[np.float64]
    """How far each competency is what is asked for."""
    fitting: NDArray[np.float64]
    """How far each course teaches what is meant."""

    def found_by(self, row: int, stems: list[str], concepts: Concepts) -> FoundBy:
        """Return why one course is in the answer; ``stems`` are those of its texts."""
        held = set(stems)
        words = tuple(word for stem, word in self.said.items() if stem in held)
        taught = concepts.behind(row, self.meant) if self.fitting[row] >= TAUGHT else ()
        holds = {WORDS: bool(words), MEANING: bool(self.near[row]), COMPETENCY: bool(taught)}
        return FoundBy(
            tuple(way for way, true in holds.items() if true), words, round(float(self.meaning[row]), 4), taught
        )
