"""The items of a list as they go out: joined from pieces of JSON that were made once.

Nearly all of an item is the same for everybody: the course's card, the reasons but for what is believed of the learner.
Only places, scores and beliefs are written for each list.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from api.http.shapes import course_card, reasons_list
from recommender.list_reasons import Step, belief_facts, reason_for_all, step_facts, step_of
from recommender.listing.catalogue import Catalogue
from recommender.listing.reason_codes import REASON_CODES
from recommender.paths import Reason, sentence
from recommender.ranked import DESIRABLE, GUIDED, PROPENSITY, Ranked

_KEPT = 16_384
"""Pieces of each kind that are remembered."""
_TRACKS = tuple(f',"track":"{track}","score":'.encode() for track in (DESIRABLE, GUIDED))
_REASONS = f',"propensity":{PROPENSITY},"reasons":['.encode()


class _Gap(NamedTuple):
    """A step of a post, and what is said of it by code and percent."""

    step: Step
    openings: dict[tuple[int, int], bytes]
    """Shared by the posts that require the same of the same role."""


class ListItems:
    """Writes lists of one catalogue in one language; what ``documents.RecommendationItem`` declares."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self.catalogue = catalogue
        self.language = language
        self._cards: dict[int, bytes] = {}
        self._reasons: dict[tuple[int, int], bytes] = {}
        self._gaps: dict[tuple[int, int, int], _Gap] = {}
        self._openings: dict[tuple[Any, ...], dict[tuple[int, int], bytes]] = {}

    def of(self, ranked: Ranked) -> orjson.Fragment:
        """Return the list's items as JSON."""
        cards, reasons = self._cards, self._reasons
        rows = zip(ranked.courses, ranked.scores, ranked.guided, ranked.codes, ranked.subjects, strict=True)
        pieces: list[bytes] = []
        for place, (course, score, guided, (code, other), (subject, second)) in enumerate(rows, start=ranked.first):
            pieces += (
                _beginning(place),
                cards.get(course) or self._card(course),
                _TRACKS[guided],
                b"%.6f" % score,
                _REASONS,
                reasons.get((code, subject)) or self._reason(ranked, course, code, subject),
            )
            if other:
                pieces += (b",", reasons.get((other, second)) or self._reason(ranked, course, other, second))
            pieces.append(b"]}")
        return orjson.Fragment(b"[%b]" % b"".join(pieces)[1:])

    def _card(self, course: int) -> bytes:
        card = course_card(self.catalogue.reference.courses[self.catalogue.course_ids[course]])
        piece = self._cards[course] = orjson.dumps(card)[1:-1]
        return piece

    def _reason(self, ranked: Ranked, course: int, code: int, subject: int) -> bytes:
        if REASON_CODES[code].subject == "competency":
            return self._closing(ranked, course, code, subject)
        [document] = reasons_list([reason_for_all(self.catalogue, code, subject)], self.language)
        piece = self._reasons[code, subject] = orjson.dumps(document)
        return piece

    def _closing(self, ranked: Ranked, course: int, code: int, competency: int) -> bytes:
        """Return the reason that a course closes a gap: what is believed of the learner stands last in it."""
        gap = self._gaps.get((ranked.post, course, competency)) or self._gap(ranked.post, course, competency)
        p_held = ranked.at_least.item(gap.step.slot, gap.step.level)
        percent = round(100 * p_held)
        opening = gap.openings.get((code, percent))
        if opening is None:
            opening = gap.openings[code, percent] = self._opening(code, gap.step, p_held)
        return b'%b,"p_held":%b,"percent":%d}}' % (opening, repr(p_held).encode(), percent)

    def _gap(self, post: int, course: int, competency: int) -> _Gap:
        step = step_of(self.catalogue, post, course, competency)
        alike = competency, step.level, step.need.level, step.need.role
        if len(self._openings) >= _KEPT:
            self._openings.clear()
            self._gaps.clear()
        gap = _Gap(step, self._openings.setdefault(alike, {}))
        if len(self._gaps) >= _KEPT:
            self._gaps.clear()
        self._gaps[post, course, competency] = gap
        return gap

    def _opening(self, code: int, step: Step, p_held: float) -> bytes:
        facts, name = step_facts(self.catalogue, step), REASON_CODES[code].code
        text = sentence(Reason(name, {**facts, **belief_facts(p_held)}), self.language)
        return orjson.dumps({"code": name, "text": text, "facts": facts}).removesuffix(b"}}")


@lru_cache(maxsize=1024)
def _beginning(place: int) -> bytes:
    return b',{"position":%d,' % place
