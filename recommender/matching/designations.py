"""Designation to position: whatever the spelling, the order of words, the abbreviations, English or Hindi.

Titles are short and their words decide ("Under Secretary" is not "Deputy Secretary"), so words come first: spelt out,
put right, compared without their order, rare ones counting more. Meaning (vectors) breaks what words leave open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from features.encoder import Encoder
from features.reference import Position, Reference
from features.text import Abbreviations, builtin_abbreviations, clean
from features.text.sounds import words
from recommender.matching.encoded import EncodedTexts
from recommender.matching.logistic import sigmoid
from recommender.matching.spelling import Spelling

ASK = 0.7
"""Below this confidence a person should be asked."""

_FILE = "designation_words.tsv"
_SMALL = frozenset({"of", "the", "and", "for", "to", "in", "का", "की", "के", "एवं", "और"})
_WORDS, _MEANING = 0.8, 0.2
_CONFIDENCE = (17.4, -15.0, 2.3)
"""Weights of score, 1 and lead over the next title: fitted on titles of a public framework, misspelt, reordered,
abbreviated, and half of them taken out of the list."""


@dataclass(frozen=True, slots=True)
class DesignationMatch:
    """A position that a designation may mean."""

    position: str
    designation: str
    """As the position words it."""
    confidence: float
    """Probability that it is meant, 0 to 1; below ``ASK`` ask a person."""


class DesignationMatcher:
    """Finds positions by designation; safe to share between threads."""

    def __init__(self, reference: Reference, encoder: Encoder, abbreviations: Abbreviations | None = None) -> None:
        self._reference = reference
        self._abbreviations = abbreviations or builtin_abbreviations()
        self._by_title: dict[str, list[Position]] = {}
        for position in sorted(reference.positions.values(), key=lambda position: position.id):
            self._by_title.setdefault(position.designation, []).append(position)
        for (title, _), known in sorted(reference.titles.items(), key=str):
            if known in reference.positions and title not in self._by_title:
                self._by_title[title] = [reference.positions[known]]
        self._titles = sorted(self._by_title)
        self._words = [self.spelt_out(title) for title in self._titles]
        self._spelling = Spelling.of({word for some in self._words for word in some})
        self._encoder = encoder
        self._encoded = EncodedTexts.of([" ".join(some) for some in self._words], encoder)

    def match(self, designation: str, organisation: str | None = None, top: int = 3) -> tuple[DesignationMatch, ...]:
        """Return the positions that a designation may mean, surest first.

        Of several positions with one title, the one nearest to the organisation in the tree is taken.
        """
        asked = [one for word in self.spelt_out(designation) for one in (self._spelling.meant(word) or (word,))[:1]]
        if not asked or not self._titles:
            return ()
        shared = _shared_words(asked, self._words)
        spoken = EncodedTexts.of([" ".join(asked)], self._encoder)
        meaning = (spoken.centred("query") @ self._encoded.centred("query").T)[0]
        scores = _WORDS * shared + _MEANING * np.maximum(meaning, 0)
        order = np.argsort(-scores, kind="stable")[: top + 1]
        confidence = _confidence(scores[order])
        return tuple(
            DesignationMatch(
                self._nearest(self._titles[row], organisation).id, self._titles[row], round(float(sure), 3)
            )
            for row, sure in zip(order[:top], confidence, strict=False)
        )

    def spelt_out(self, designation: str) -> list[str]:
        """Return the words of a title in full and in English, small words left out.

        An abbreviation in brackets after its own long form is dropped.
        """
        text = _ABBREVIATED.sub(" ", clean(designation)) if len(designation.split()) > 1 else clean(designation)
        long = [meaning for word in words(text) for meaning in self._meaning_of(word)]
        return [word for word in dict.fromkeys(long) if word not in _SMALL]

    def _meaning_of(self, word: str) -> list[str]:
        short = word.strip("'")
        spelt = _designation_words().get(short) or self._abbreviations.meaning(short)
        return words(spelt) if spelt else [short]

    def _nearest(self, title: str, organisation: str | None) -> Position:
        """Return the position of that title in the organisation, else in one above it, else for all, else any."""
        held = {position.organisation: position for position in reversed(self._by_title[title])}
        for place in (*self._reference.lineage(organisation), None):
            if place in held:
                return held[place]
        return self._by_title[title][0]


_ABBREVIATED = re.compile(r"(?<=[a-z]{3} )\([A-Z]{2,5}\)")


def _shared_words(asked: Sequence[str], titles: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """Return the weight of the words both have as a share of the words either has, shape (n_titles,)."""
    seen: dict[str, int] = {}
    for title in titles:
        for word in title:
            seen[word] = seen.get(word, 0) + 1

    def weight(some: set[str]) -> float:
        return sum(float(np.log(1 + (len(titles) + 1) / (1 + seen.get(word, 0)))) for word in some)

    said = set(asked)
    return np.array([weight(said & set(title)) / max(weight(said | set(title)), 1e-9) for title in titles])


def _confidence(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of each title being meant; only the first can lead, the others cannot both be."""
    slope, bias, lead = _CONFIDENCE
    following = np.append(scores[1:], 0.0)
    leads = np.where(np.arange(len(scores)) == 0, scores - following, scores - scores[0])
    return sigmoid(slope * scores + bias + lead * leads)


@cache
def _designation_words() -> Mapping[str, str]:
    lines = files("recommender.matching").joinpath(_FILE).read_text(encoding="utf-8").splitlines()[1:]
    cells = (line.partition("\t") for line in lines)
    return {word: meaning for word, _, meaning in cells}
