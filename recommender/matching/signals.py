"""The signals that two texts belong together, each a matrix of queries x candidates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.matching.encoded import EncodedTexts
from recommender.matching.lexical import GramIndex, bm25, name_coverage

SIGNALS = ("meaning", "name_meaning", "letters", "words", "name_words", "sounds")
"""Names of the signals, in the order of the array."""


def signals(queries: EncodedTexts, candidates: EncodedTexts, like: EncodedTexts | None = None) -> NDArray[np.float32]:
    """Return every signal, shape (len(SIGNALS), n_queries, n_candidates).

    ``meaning`` and ``name_meaning`` are cosines of vectors centred by language (-1 to 1), ``letters`` and ``sounds``
    TF-IDF cosines of n-grams (0 to 1), ``words`` a squashed BM25 (0 to 1), ``name_words`` the share of the
    candidate's name that the query says (0 to 1). ``like`` are queries known before, which tell where each language
    lies and which letters are rare; by default the queries themselves.
    """
    known = like or queries
    scores = bm25(queries.stems, candidates.stems)
    return np.stack(
        [
            queries.centred("query", like=like) @ candidates.centred("passage").T,
            queries.centred("query", names=True, like=like) @ candidates.centred("passage", names=True).T,
            GramIndex.of(candidates.grams, known.grams).cosines(queries.grams),
            scores / (scores + 10),
            name_coverage(queries.stems, candidates.name_stems),
            GramIndex.of(candidates.sound_grams, known.sound_grams).cosines(queries.sound_grams),
        ]
    )
