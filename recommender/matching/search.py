"""Search of the catalogue: in any of its languages, in Hindi typed in Latin letters, with typing errors.

What a query means (vectors), the words it says (mistyped ones put right), its letters and its sounds are summed; a
course is found when it shares a word or its meaning stands out from the catalogue's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from features.encoder import Encoder, TextKind
from features.reference import TableSource
from features.text import Abbreviations, builtin_abbreviations, clean, course_languages, course_texts, script_of
from features.text.centring import centre, language_means
from features.text.romanised import devanagari_guesses
from features.text.sounds import words
from recommender.matching.concepts import Concepts
from recommender.matching.encoded import EncodedTexts
from recommender.matching.everyday import language_anchors
from recommender.matching.facets import Facets
from recommender.matching.found_by import ID, NOTHING_ASKED, TAUGHT, Asked, FoundBy
from recommender.matching.lexical import GramIndex, WordIndex
from recommender.matching.spelling import Spelling
from recommender.matching.stems import STOP_WORDS

MAX_QUERY = 400
"""Characters of a query that are read."""

_WORDS, _NAME_WORDS, _LETTERS, _SOUNDS = 0.5, 0.5, 0.4, 0.3
_HALF = 5.0
_STANDS_OUT = 2.5
_REACH = 0.2
_LEAST_MEANING = 0.25
_FOREIGN = 0.5
_GUESSED = 0.8
_CONCEPTS = 2.0
_KINDS: tuple[TextKind, ...] = ("query", "passage")


@dataclass(frozen=True, slots=True)
class Hit:
    """A course that was found."""

    course: str
    score: float
    """Comparable within one answer only."""


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What a search found."""

    hits: tuple[Hit, ...]
    """Best first, as many as were asked for."""
    total: int
    """How many were found in all."""
    facets: Mapping[str, Mapping[str, int]]
    """Column to value to number of hits, most first."""
    meant: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Words that the catalogue does not know, and the known words that were searched for instead."""
    found_by: Callable[[str], FoundBy] = field(default=lambda _: NOTHING_ASKED, compare=False)
    """Course that was found to why; computed when it is asked."""


class CourseSearch:
    """An index of one catalogue; safe to share between threads."""

    def __init__(
        self,
        source: TableSource,
        encoder: Encoder,
        vectors: NDArray[np.float32] | None = None,
        abbreviations: Abbreviations | None = None,
    ) -> None:
        """Index the courses of ``source``.

        Parameters
        ----------
        vectors
            The courses' passage vectors in the order of the course ids sorted, by an encoder of the same name; they are
            computed where they are not given.
        abbreviations
            The list that courses and queries are spelt out by; the built-in one where it is not given.
        """
        rows = source.read("courses").sort("course_id")
        self._ids: list[str] = rows["course_id"].to_list()
        self._column = {course: number for number, course in enumerate(self._ids)}
        self._facets = Facets(source)
        self._popularity = np.log1p(rows["ratings"].fill_null(0).to_numpy().astype(np.float64))
        self._encoder = encoder
        self._anchors: dict[tuple[str, TextKind], NDArray[np.float32]] = {}
        self._abbreviations = abbreviations or builtin_abbreviations()
        languages, texts = course_languages(source), course_texts(source, self._abbreviations)
        self._texts = EncodedTexts.of(texts, encoder, [clean(n) for n in rows["name"]], languages)
        held = self._texts.as_passages if vectors is None else vectors
        anchors = language_anchors(encoder, languages, self._texts.texts, "passage")
        self._vectors = centre(held, languages, language_means(held, languages, anchors))
        self._concepts = Concepts.of(source, encoder, self._ids, self._abbreviations)
        self._grams = GramIndex.of(self._texts.grams)
        self._sounds = GramIndex.of(self._texts.sound_grams)
        self._words = WordIndex.bm25(self._texts.stems)
        self._names = WordIndex.bm25(self._texts.name_stems)
        self._spelling = Spelling.of({word for text in self._texts.texts for word in words(text)})

    def search(
        self,
        query: str,
        limit: int = 20,
        offset: int = 0,
        *,
        allowed: Collection[str] | None = None,
        filters: Mapping[str, Collection[str]] | None = None,
    ) -> SearchAnswer:
        """Return the courses that fit the query, best first; an empty query finds all, the most rated first.

        Parameters
        ----------
        allowed
            Ids of the courses that may be shown (what the learner is entitled to); ``None`` for all.
        filters
            Column of ``FACETS`` to the values of which a course must have one.
        """
        mask = self._mask(allowed, filters or {})
        text = clean(query)[:MAX_QUERY]
        meant: Mapping[str, tuple[str, ...]] = {}
        found_by: Callable[[str], FoundBy] = _nothing_asked
        if text in self._column:
            found, scores = np.array([self._column[text]]), np.ones(len(self._ids))
            found_by = _by_id
        elif not text:
            found, scores = np.arange(len(self._ids)), self._popularity
        else:
            asked = self._asked_of(text)
            found, scores, meant = np.flatnonzero(asked.found), asked.scores, asked.put_right
            found_by = self._explained(asked)
        found = found[mask[found]]
        order = found[np.argsort(-scores[found], kind="stable")]
        hits = tuple(Hit(self._ids[c], round(float(scores[c]), 4)) for c in order[offset : offset + limit])
        return SearchAnswer(hits, len(order), self._facets.counted_rows(order), meant, found_by)

    def _asked_of(self, text: str) -> Asked:
        known = {word: self._spelling.meant(word) for word in words(text)}
        put_right = {word: near for word, near in known.items() if near and near != (word,)}
        spelt = " ".join(" ".join(known[word] or (word,)) for word in words(text))
        query = EncodedTexts.of([self._abbreviations.expand(f"{text} {spelt}" if put_right else text)], self._encoder)
        asked, guesses = self._asked(query.texts), self._asked(self._guesses(text, known))
        meaning = self._meaning(asked)
        if len(guesses):
            meaning = (1 - _GUESSED) * meaning + _GUESSED * self._meaning(guesses)
        lexical, shared = self._lexical(query)
        meant = self._concepts.meant((guesses if len(guesses) else asked).mean(axis=0), meaning + lexical)
        fitting = self._concepts.fitting(meant)
        near = _stands_out(meaning, _STANDS_OUT)
        found = shared | (fitting >= TAUGHT) | near
        if not found.any():
            found = near = _stands_out(meaning, _STANDS_OUT / 2)
        scores = meaning + lexical + _CONCEPTS * fitting
        return Asked(scores, found, put_right, _said(query), meaning, near, meant, fitting)

    def _explained(self, asked: Asked) -> Callable[[str], FoundBy]:
        def found_by(course: str) -> FoundBy:
            row = self._column[course]
            return asked.found_by(row, self._texts.stems[row], self._concepts)

        return found_by

    def _guesses(self, text: str, meant: Mapping[str, tuple[str, ...]]) -> list[str]:
        """Return the query in Devanagari too, where most of its words in Latin letters are unknown here."""
        told = [word for word in meant if word not in STOP_WORDS]
        unknown = [word for word in told if word.isascii() and not word.isdigit() and word not in self._spelling.known]
        return list(devanagari_guesses(text)) if told and len(unknown) >= _FOREIGN * len(told) else []

    def _asked(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the centred vectors of a query's forms, as question plus answer, shape (len(texts), d)."""
        languages = [script_of(text) for text in texts]
        both = np.zeros((len(texts), self._encoder.dimension), dtype=np.float32)
        for kind in _KINDS if len(texts) else ():
            anchors = {
                language: self._anchor(language, text, kind) for language, text in zip(languages, texts, strict=True)
            }
            both += centre(self._encoder.encode(texts, kind), languages, anchors)
        return both

    def _anchor(self, language: str, text: str, kind: TextKind) -> NDArray[np.float32]:
        if (language, kind) not in self._anchors:
            self._anchors[language, kind] = language_anchors(self._encoder, [language], [text], kind)[language]
        return self._anchors[language, kind]

    def _meaning(self, asked: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the cosine of the nearest of the query's forms to each course, shape (n_courses,)."""
        return np.asarray((asked @ self._vectors.T).max(axis=0) / 2, dtype=np.float64)

    def _lexical(self, query: EncodedTexts) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return what words, letters and sounds add, and which courses share a word that says something."""
        said = [[word for word in stems if word not in STOP_WORDS] or stems for stems in query.stems]
        spoken = self._words.scores(said, counted=True)[0]
        named = self._names.scores(said, counted=True)[0]
        letters, sounds = self._grams.cosines(query.grams)[0], self._sounds.cosines(query.sound_grams)[0]
        total = _WORDS * _squashed(spoken) + _NAME_WORDS * _squashed(named) + _LETTERS * letters + _SOUNDS * sounds
        return np.asarray(total, dtype=np.float64), spoken > 0

    def _mask(self, allowed: Collection[str] | None, filters: Mapping[str, Collection[str]]) -> NDArray[np.bool_]:
        mask = self._facets.passing(filters)
        if allowed is not None:
            mask &= np.fromiter((course in allowed for course in self._ids), dtype=bool, count=len(self._ids))
        return mask


def _said(query: EncodedTexts) -> dict[str, str]:
    """Return stem to word of a query's words: those that say something, all where none does."""
    told: dict[str, str] = {}
    for stem, word in zip(query.stems[0], words(query.texts[0]), strict=True):
        told.setdefault(stem, word)
    return {stem: word for stem, word in told.items() if stem not in STOP_WORDS} or told


def _by_id(_course: str) -> FoundBy:
    return FoundBy((ID,))


def _nothing_asked(_course: str) -> FoundBy:
    return NOTHING_ASKED


def _stands_out(meaning: NDArray[np.float64], deviations: float) -> NDArray[np.bool_]:
    """Return which courses mean what is asked clearly more than the catalogue does on the whole."""
    if not len(meaning):
        return np.zeros(0, dtype=bool)
    # Among n numbers none lies further out than the root of n; a short catalogue has less far to go.
    reachable = min(deviations, _REACH * deviations * len(meaning) ** 0.5)
    far = float(meaning.mean() + reachable * meaning.std())
    return np.asarray(meaning > max(_LEAST_MEANING * deviations / _STANDS_OUT, far))


def _squashed(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return BM25 scores between 0 and 1, so that no rare word outweighs all meaning."""
    return scores / (scores + _HALF)
