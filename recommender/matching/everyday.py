"""Where the texts of a language lie in general: told by everyday phrases, for lists too short to tell themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from features.encoder import Encoder, TextKind
from features.text import script_of

_FILE = "everyday.tsv"
_OTHER = "latin"


def language_anchors(
    encoder: Encoder, languages: Sequence[str], texts: Sequence[str], kind: TextKind
) -> dict[str, NDArray[np.float32]]:
    """Return the mean vector of everyday phrases for each language, shape (d,); English where no phrases are known.

    A language without phrases of its own is looked up by the script of its texts.
    """
    wanted = {language: _phrases_for(language, text) for language, text in zip(languages, texts, strict=True)}
    return {language: encoder.encode(phrases, kind).mean(axis=0) for language, phrases in sorted(wanted.items())}


def _phrases_for(language: str, text: str) -> tuple[str, ...]:
    known = _everyday()
    return known.get(language) or known.get(script_of(text)) or known[_OTHER]


@cache
def _everyday() -> Mapping[str, tuple[str, ...]]:
    lines = files("recommender.matching").joinpath(_FILE).read_text(encoding="utf-8").splitlines()[1:]
    return {name: tuple(texts.split("; ")) for name, texts in (line.split("\t") for line in lines)}
