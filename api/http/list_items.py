"""The items of a list as they go out: joined from pieces of JSON that were made once.

Nearly all of an item is the same for everybody: the course's card, the reasons but for what is believed of the learner.
Only places, scores and beliefs are written for each list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import orjson

from api.http.shapes import course_card, reasons_list
from recommender.list_reasons import Step, belief_facts, reason_for_all, step_facts, step_of
from recommender.listing.catalogue import Catalogue
from recommender.listing.reason_codes import REASON_CODES
from recommender.paths import Reason, sentence
from recommender.paths.reasons import Fact
from recommender.ranked import DESIRABLE, GUIDED, PROPENSITY, Ranked

K = TypeVar("K")
V = TypeVar("V")

_KEPT = 16_384
"""Pieces of each kind that are remembered."""


class ListItems:
    """Writes lists of one catalogue in one language; what ``documents.RecommendationItem`` declares."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self.catalogue = catalogue
        self.language = language
        self._cards: dict[int, str] = {}
        self._reasons: dict[tuple[int, int], str] = {}
        self._steps: dict[tuple[int, int, int], Step] = {}
        self._gaps: dict[tuple[Any, ...], str] = {}

    def of(self, ranked: Ranked) -> orjson.Fragment:
        """Return the list's items as JSON."""
        rows = zip(ranked.courses, ranked.scores, ranked.guided, ranked.codes, ranked.subjects, strict=True)
        items = [
            f'{{"position":{place},{self._cards.get(course) or self._card(course)},'
            f'"track":"{GUIDED if guided else DESIRABLE}","score":{score:.6f},"propensity":{PROPENSITY},'
            f'"reasons":[{self._told(ranked, course, codes, subjects)}]}}'
            for place, (course, score, guided, codes, subjects) in enumerate(rows, start=ranked.first)
        ]
        return orjson.Fragment(f"[{','.join(items)}]".encode())

    def _told(self, ranked: Ranked, course: int, codes: Sequence[int], subjects: Sequence[int]) -> str:
        return ",".join(
            [
                self._reasons.get(told) or self._reason(ranked, course, *told)
                for told in zip(codes, subjects, strict=True)
                if told[0]
            ]
        )

    def _card(self, course: int) -> str:
        card = course_card(self.catalogue.reference.courses[self.catalogue.course_ids[course]])
        piece = self._cards[course] = _json(card)[1:-1]
        return piece

    def _reason(self, ranked: Ranked, course: int, code: int, subject: int) -> str:
        if REASON_CODES[code].subject == "competency":
            return self._gap(ranked, course, code, subject)
        [document] = reasons_list([reason_for_all(self.catalogue, code, subject)], self.language)
        piece = self._reasons[code, subject] = _json(document)
        return piece

    def _gap(self, ranked: Ranked, course: int, code: int, competency: int) -> str:
        step = self._steps.get((ranked.post, course, competency))
        if step is None:
            step = step_of(self.catalogue, ranked.post, course, competency)
            _keep(self._steps, (ranked.post, course, competency), step)
        belief = belief_facts(ranked.at_least.item(step.slot, step.level))
        alike = code, step.competency, step.need.role, step.need.level, step.level, belief["percent"]
        piece = self._gaps.get(alike)
        if piece is None:
            piece = self._opening(code, step, belief)
            _keep(self._gaps, alike, piece)
        return f'{piece},"p_held":{belief["p_held"]!r},"percent":{belief["percent"]}}}}}'

    def _opening(self, code: int, step: Step, belief: Mapping[str, Fact]) -> str:
        """Return the reason but for what is believed of the learner, the last of its facts."""
        facts, name = step_facts(self.catalogue, step), REASON_CODES[code].code
        text = sentence(Reason(name, {**facts, **belief}), self.language)
        return _json({"code": name, "text": text, "facts": facts}).removesuffix("}}")


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    if len(kept) >= _KEPT:
        kept.clear()
    kept[key] = value


def _json(document: Mapping[str, Any]) -> str:
    return orjson.dumps(document).decode()
