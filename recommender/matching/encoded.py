"""Texts made ready for matching: their vectors and their words, computed once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.encoder import Encoder, TextKind
from features.text import script_of
from features.text.centring import centre, language_means
from features.text.grams import gram_counts
from features.text.sounds import skeletons, words
from recommender.matching.everyday import language_anchors
from recommender.matching.stems import stem

_EVERYDAY_WEIGHT = 20.0
"""How many texts of a list outweigh what everyday phrases say of their language."""
_VOICED_TO_UNVOICED = str.maketrans("dbgjc", "tpkss")
"""Tamil writes both with one letter."""


@dataclass(frozen=True)
class EncodedTexts:
    """A list of texts, each with a short name (its title) and the language it is in.

    Everything is computed when first asked for, and kept.
    """

    texts: tuple[str, ...]
    names: tuple[str, ...]
    languages: tuple[str, ...]
    encoder: Encoder

    @classmethod
    def of(
        cls,
        texts: Sequence[str],
        encoder: Encoder,
        names: Sequence[str] | None = None,
        languages: Sequence[str | None] | None = None,
    ) -> EncodedTexts:
        """Make from texts; names default to the texts, languages to the scripts they are written in."""
        told = languages or [None] * len(texts)
        known = tuple(language or script_of(text) for text, language in zip(texts, told, strict=True))
        return cls(tuple(texts), tuple(names or texts), known, encoder)

    def __len__(self) -> int:
        return len(self.texts)

    def rows(self, numbers: Iterable[Any]) -> EncodedTexts:
        """Return some of the texts, in that order, with all that was already computed for them."""
        pick = [int(number) for number in numbers]
        part = EncodedTexts(
            tuple(self.texts[row] for row in pick),
            tuple(self.names[row] for row in pick),
            tuple(self.languages[row] for row in pick),
            self.encoder,
        )
        for name in _BY_ROW:
            if name in self.__dict__:
                part.__dict__[name] = _picked(self.__dict__[name], pick)
        return part

    def by(self, encoder: Encoder) -> EncodedTexts:
        """Return the same texts with all that was computed; what is asked of them from now on is by that encoder."""
        same = EncodedTexts(self.texts, self.names, self.languages, encoder)
        same.__dict__.update({name: self.__dict__[name] for name in _BY_ROW if name in self.__dict__})
        return same

    @cached_property
    def as_queries(self) -> NDArray[np.float32]:
        """Vectors of the texts as questions, shape (n, d)."""
        return self.encoder.encode(self.texts, "query")

    @cached_property
    def as_passages(self) -> NDArray[np.float32]:
        """Vectors of the texts as answers, shape (n, d)."""
        return self.encoder.encode(self.texts, "passage")

    @cached_property
    def names_as_queries(self) -> NDArray[np.float32]:
        """Vectors of the names as questions, shape (n, d)."""
        return self.encoder.encode(self.names, "query")

    @cached_property
    def names_as_passages(self) -> NDArray[np.float32]:
        """Vectors of the names as answers, shape (n, d)."""
        return self.encoder.encode(self.names, "passage")

    def centred(self, kind: TextKind, *, names: bool = False, like: EncodedTexts | None = None) -> NDArray[np.float32]:
        """Return the vectors of the texts (or names) without what their language adds, shape (n, d).

        Where each language lies is told by these texts, or by those they are ``like``: the ones known before.
        """
        field = f"{'names_' if names else ''}as_{'queries' if kind == 'query' else 'passages'}"
        told = like or self
        anchors = language_anchors(self.encoder, [*self.languages, *told.languages], [*self.texts, *told.texts], kind)
        means = language_means(getattr(told, field), told.languages, anchors, _EVERYDAY_WEIGHT)
        return centre(getattr(self, field), self.languages, means)

    @cached_property
    def stems(self) -> list[list[str]]:
        """The word stems of each text."""
        return [[stem(word) for word in words(text)] for text in self.texts]

    @cached_property
    def name_stems(self) -> list[list[str]]:
        """The word stems of each name."""
        return [[stem(word) for word in words(name)] for name in self.names]

    @cached_property
    def grams(self) -> sparse.csr_matrix:
        """Counts of character n-grams of the texts."""
        return gram_counts([" ".join(words(text)) for text in self.texts], (3, 5))

    @cached_property
    def sound_grams(self) -> sparse.csr_matrix:
        """Counts of n-grams of the texts' sounds, fine and coarse."""
        sounds = [" ".join(skeletons(text)) for text in self.texts]
        coarse = [" ".join(f"{word}'" for word in text.translate(_VOICED_TO_UNVOICED).split()) for text in sounds]
        return sparse.csr_matrix(gram_counts(sounds, (2, 4)) + gram_counts(coarse, (2, 4)))


_BY_ROW = (
    "as_queries", "as_passages", "names_as_queries", "names_as_passages", "stems", "name_stems", "grams", "sound_grams",
)  # fmt: skip


def _picked(known: Any, rows: list[int]) -> Any:
    return [known[row] for row in rows] if isinstance(known, list) else known[rows]
