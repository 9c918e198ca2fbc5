"""The items of a list as they go out: joined from pieces of JSON that were made once.

Nearly all of an item is the same for everybody: the course's card, the reasons but for what is believed of the learner.
Only places, scores and beliefs are written for each list.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

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
_ABOUT_GAPS = frozenset(code for code, known in REASON_CODES.items() if known.subject == "competency")

Told = tuple[int, int]
"""Code and subject of a reason."""


class _Closing:
    """What is said of a step that a course closes, by what is believed; the same for all posts that ask the same."""

    __slots__ = ("_around", "_begin", "p_held", "piece")

    def __init__(self, begin: Callable[[float], bytes]) -> None:
        self._begin = begin
        self._around: dict[int, tuple[bytes, bytes]] = {}
        self.p_held = -1.0
        """The belief that was told last: mostly that of those of whom nothing is known."""
        self.piece = b""
        """What was told of it."""

    def of(self, p_held: float) -> bytes:
        """Return the reason: what is believed of the learner stands last in it."""
        percent = round(100 * p_held)
        around = self._around.get(percent)
        if around is None:
            around = self._around[percent] = self._begin(p_held), b',"percent":%d}}' % percent
        piece = around[0] + repr(p_held).encode() + around[1]
        self.p_held, self.piece = p_held, piece
        return piece


class ListItems:
    """Writes lists of one catalogue in one language; what ``documents.RecommendationItem`` declares."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self.catalogue = catalogue
        self.language = language
        self._cards: tuple[dict[int, bytes], ...] = ({}, {})
        self._reasons: dict[Told, bytes] = {}
        self._others: dict[Told, bytes] = {}
        self._closings: dict[tuple[int, int, Told], _Closing] = {}
        self._alike: dict[tuple[Any, ...], _Closing] = {}

    def of(self, ranked: Ranked) -> orjson.Fragment:
        """Return the list's items as JSON."""
        reasons, others, closings, post = self._reasons, self._others, self._closings, ranked.post
        desirable, guided = self._cards
        pieces: list[bytes | float] = []
        for course, closes, told, other, score, held in zip(
            ranked.courses, ranked.guided, zip(ranked.codes, ranked.subjects, strict=True),
            zip(ranked.other_codes, ranked.other_subjects, strict=True), ranked.scores, ranked.held, strict=True,
        ):  # fmt: skip
            if told[0] in _ABOUT_GAPS:
                closing = closings.get((post, course, told)) or self._closing(post, course, told)
                reason = closing.piece if closing.p_held == held else closing.of(held)
            else:
                reason = reasons.get(told) or self._reason(told)
            pieces += (
                (guided if closes else desirable).get(course) or self._card(course, closes),
                score,
                reason,
                (others.get(other) or self._other(other)) if other[0] else b"",
            )
        return orjson.Fragment(_frame(ranked.first, len(ranked.courses)) % tuple(pieces))

    def _card(self, course: int, guided: int) -> bytes:
        card = course_card(self.catalogue.reference.courses[self.catalogue.course_ids[course]])
        piece = self._cards[guided][course] = orjson.dumps(card)[1:-1] + _TRACKS[guided]
        return piece

    def _reason(self, told: Told) -> bytes:
        [document] = reasons_list([reason_for_all(self.catalogue, *told)], self.language)
        piece = self._reasons[told] = orjson.dumps(document)
        return piece

    def _other(self, told: Told) -> bytes:
        piece = self._others[told] = b"," + self._reason(told)
        return piece

    def _closing(self, post: int, course: int, told: Told) -> _Closing:
        code, competency = told
        step = step_of(self.catalogue, post, course, competency)
        alike = code, competency, step.level, step.need.level, step.need.role
        if len(self._alike) >= _KEPT:
            self._alike.clear()
            self._closings.clear()
        if len(self._closings) >= _KEPT:
            self._closings.clear()
        if alike not in self._alike:
            self._alike[alike] = _Closing(partial(self._begin_of_closing, code, step))
        found = self._closings[post, course, told] = self._alike[alike]
        return found

    def _begin_of_closing(self, code: int, step: Step, p_held: float) -> bytes:
        facts, name = step_facts(self.catalogue, step), REASON_CODES[code].code
        text = sentence(Reason(name, {**facts, **belief_facts(p_held)}), self.language)
        return orjson.dumps({"code": name, "text": text, "facts": facts}).removesuffix(b"}}") + b',"p_held":'


@lru_cache(maxsize=256)
def _frame(first: int, n: int) -> bytes:
    """Return what n items from position ``first`` on have in common: four pieces are missing of each."""
    item = '{"position":%d,%%b%%.6f,"propensity":' + str(PROPENSITY) + ',"reasons":[%%b%%b]}'
    return f"[{','.join(item % place for place in range(first, first + n))}]".encode()
