"""Search of the catalogue: made ready in the background when somebody first searches.

Words, letters and sounds are ready within a second, what texts mean some seconds later. Until then, and where the
encoder is not installed, courses are found by what is there, at the very first by the words of their names; the answer
says which it was.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from api.http.serving_encoder import ServingEncoder
from features.encoder import Encoder
from features.encoder.words_only import WordsOnly
from features.home import Home
from features.records import Learner
from features.reference import Course, TableFolder
from features.text import load_abbreviations
from recommender.eligibility import is_entitled
from recommender.engine import Engine
from recommender.matching.facets import Facets
from recommender.matching.found_by import NOTHING_ASKED, FoundBy
from recommender.matching.found_by import WORDS as BY_WORDS
from recommender.matching.search import CourseSearch, Hit, SearchAnswer

log = logging.getLogger("karmapath.search")

MEANING, WORDS = "meaning", "words"
NOBODY = Learner("")
"""Somebody of whom nothing is known: entitled to nothing that is restricted."""


class Searcher:
    """Holds the index of the bundle that serves; a new bundle gets a new one."""

    def __init__(self, home: Home) -> None:
        self.encoder = ServingEncoder(home)
        self._abbreviations = home.abbreviations
        self._index: CourseSearch | None = None
        self._searched = WORDS
        """What the index finds by."""
        self._version = ""
        """The bundle that the index is of, or is being made of."""
        self._counted: tuple[str, Facets | None] = "", None
        self._lock = threading.Lock()

    def search(
        self,
        engine: Engine,
        query: str,
        at: datetime,
        limit: int,
        offset: int,
        filters: Mapping[str, Collection[str]],
        learner: Learner = NOBODY,
        fits: Callable[[Course], bool] = lambda _: True,
    ) -> tuple[SearchAnswer, str]:
        """Return the live courses that fit, and how they were found: ``MEANING`` or ``WORDS``.

        Restricted courses are found by learners who are entitled to them, and by nobody else; ``fits`` says which of
        the courses are wanted at all.
        """
        courses = engine.reference.courses.values()
        live = {
            course.id: course
            for course in courses
            if course.is_live(at) and is_entitled(learner, course) and fits(course)
        }
        index, searched = self._ready(engine) if query.strip() else (None, WORDS)
        if index is None:
            return _by_words(live.values(), query, limit, offset, filters, self._facets(engine)), WORDS
        return index.search(query, limit, offset, allowed=live.keys(), filters=filters), searched

    def way(self, engine: Engine) -> str:
        """Return how far it is ready: with the bundle's version, this tells whether an answer is still the same."""
        with self._lock:
            if self._version != engine.version or self._index is None:
                return "names"
            return self._searched

    def begin(self, engine: Engine) -> None:
        """Begin to make the index of the bundle, in the background, if nobody has."""
        self._ready(engine)

    def prepare(self, engine: Engine) -> None:
        """Make the index of the bundle now: first of words, then of meaning."""
        self._version = engine.version
        self._offer(engine, self._made(engine, WordsOnly()), WORDS)
        try:
            index = self._made(engine, self.encoder)
        except Exception:
            log.exception("no search by meaning: words are searched")
            return
        self._offer(engine, index, MEANING)
        log.info("search by meaning is ready for %s", engine.version)

    def _made(self, engine: Engine, encoder: Encoder) -> CourseSearch:
        source = TableFolder(engine.bundle.folder / "reference")
        index = CourseSearch(source, encoder, abbreviations=load_abbreviations(self._abbreviations))
        index.search("a", 1)  # the encoder's weights and the languages' anchors are read here
        return index

    def _offer(self, engine: Engine, index: CourseSearch, searched: str) -> None:
        with self._lock:
            if self._version == engine.version:
                self._index, self._searched = index, searched

    def _facets(self, engine: Engine) -> Facets:
        version, facets = self._counted
        if facets is None or version != engine.version:
            facets = Facets(TableFolder(engine.bundle.folder / "reference"))
            self._counted = engine.version, facets
        return facets

    def _ready(self, engine: Engine) -> tuple[CourseSearch | None, str]:
        with self._lock:
            if self._version == engine.version:
                return self._index, self._searched
            self._version, self._index, self._searched = engine.version, None, WORDS
        threading.Thread(target=self._prepare_or_tell, args=(engine,), name="search", daemon=True).start()
        return None, WORDS

    def _prepare_or_tell(self, engine: Engine) -> None:
        try:
            self.prepare(engine)
        except Exception:
            log.exception("no index of the catalogue: words of the names are searched")


def _by_words(
    courses: Collection[Course],
    query: str,
    limit: int,
    offset: int,
    filters: Mapping[str, Collection[str]],
    facets: Facets,
) -> SearchAnswer:
    words = query.casefold().split()
    named = sorted(
        (course for course in courses if all(word in course.name.casefold() for word in words)),
        key=lambda course: (course.name.strip().casefold(), course.id),
    )
    found = facets.narrowed((course.id for course in named), filters)
    hits = tuple(Hit(course, 1.0) for course in found[offset : offset + limit])
    why = FoundBy((BY_WORDS,), tuple(words)) if words else NOTHING_ASKED
    return SearchAnswer(hits, len(found), facets.counted(found), found_by=lambda _: why)
