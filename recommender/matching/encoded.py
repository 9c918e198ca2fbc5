"""Texts made ready for matching: their vectors and their words, computed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.encoder import Encoder
from features.text import script_of
from features.text.grams import gram_counts
from features.text.sounds import skeletons, words
from recommender.matching.stems import stem

_EVERYDAY = (
    "office work", "a meeting", "training for staff", "computers and software", "money and accounts",
    "health and safety", "law and rules", "writing a letter", "talking to people", "leading a team",
    "planning a project", "data and numbers", "help for citizens", "the environment", "buying goods",
    "schools and teaching", "roads and buildings", "farming",
)  # fmt: skip
"""Texts about anything: their mean is where texts in general lie, which the few texts of a short list cannot tell."""

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

    @cached_property
    def query_anchor(self) -> NDArray[np.float32]:
        """Where questions in general lie, shape (d,)."""
        return np.asarray(self.encoder.encode(_EVERYDAY, "query").mean(axis=0))

    @cached_property
    def passage_anchor(self) -> NDArray[np.float32]:
        """Where answers in general lie, shape (d,)."""
        return np.asarray(self.encoder.encode(_EVERYDAY, "passage").mean(axis=0))

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
