"""What a query is about, as competencies: the bridge from a question in one language to courses in another.

A Hindi question shares no word with an English course, but it means a competency that the course is tagged with, and
the courses that it does find in Hindi teach competencies that English ones teach too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.encoder import Encoder
from features.reference import TableSource
from features.text import Abbreviations, clean, competency_texts
from recommender.matching.encoded import EncodedTexts
from recommender.matching.pairing import row_shares

_FEEDBACK = 5
_SHARPNESS = 0.1
_NAMED, _PART = 3, 0.25
"""How many competencies are named as what makes a course fit, and what share of the first each must do."""
_MEANT = 0.65
_NEAR, _FOUND = (0.2, 0.35), (0.3, 0.6)
"""Spans of nearness and of score from "means nothing here" to "means this"."""


@dataclass(frozen=True)
class Concepts:
    """The competencies of a catalogue, as names and as texts, and which course teaches which."""

    named: NDArray[np.float32]
    """Centred vectors of the names, as question plus answer, shape (n_competencies, d)."""
    described: NDArray[np.float32]
    """The same of their texts."""
    taught: NDArray[np.float32]
    """Courses x competencies: confidence, 0 to 1."""
    competencies: tuple[str, ...] = ()
    """Their ids, in the order of the columns."""

    @classmethod
    def of(
        cls,
        source: TableSource,
        encoder: Encoder,
        course_ids: Sequence[str],
        abbreviations: Abbreviations | None = None,
    ) -> Concepts:
        """Read the competencies that any of the courses teaches."""
        column = {course: row for row, course in enumerate(course_ids)}
        said = [row for row in source.read("teaches").iter_rows(named=True) if row["course_id"] in column]
        used = sorted({row["competency_id"] for row in said})
        number = {competency: place for place, competency in enumerate(used)}
        taught = np.zeros((len(course_ids), len(used)), dtype=np.float32)
        for row in said:
            sure = 1.0 if row["confidence"] is None else row["confidence"]
            taught[column[row["course_id"]], number[row["competency_id"]]] = sure
        texts, names = competency_texts(source, abbreviations), dict(_names(source))
        return cls(
            _both(EncodedTexts.of([names.get(one, "") for one in used], encoder)),
            _both(EncodedTexts.of([texts.get(one, "") for one in used], encoder)),
            taught,
            tuple(used),
        )

    def meant(self, asked: NDArray[np.float32], scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far each competency is what is asked for, shape (n_competencies,), 0 to 1.

        Parameters
        ----------
        asked
            Centred vector of the query, as question plus answer, shape (d,).
        scores
            How well each course fits by itself: what the best ones teach is asked for, too.
        """
        if not self.taught.size:
            return np.zeros(self.taught.shape[1])
        nearness = (self.named @ asked + self.described @ asked) / 8
        told = row_shares(nearness[None])[0] * _sure(float(nearness.max()), _NEAR)
        best = np.argsort(-scores, kind="stable")[:_FEEDBACK]
        weights = np.exp((scores[best] - scores[best[0]]) / _SHARPNESS)
        implied = weights @ self.taught[best] / weights.sum() * _sure(float(scores[best[0]]), _FOUND)
        return np.asarray(_MEANT * told + (1 - _MEANT) * implied, dtype=np.float64)

    def fitting(self, meant: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far each course teaches what is meant, shape (n_courses,), 0 to 1.

        The less of the catalogue is tagged, the less is made of it: an untagged course teaches something, too.
        """
        if not self.taught.size:
            return np.zeros(len(self.taught))
        tagged = float(self.taught.any(axis=1).mean())
        return tagged * np.asarray(np.minimum(self.taught @ meant, 1.0), dtype=np.float64)

    def behind(self, row: int, meant: NDArray[np.float64]) -> tuple[str, ...]:
        """Return the competencies that make one course fit, at most three, the one that does most first."""
        parts = self.taught[row] * meant
        most = np.argsort(-parts, kind="stable")[:_NAMED]
        return tuple(self.competencies[place] for place in most if parts[place] > _PART * parts[most[0]])


def _sure(value: float, span: tuple[float, float]) -> float:
    """Return 0 up to the span's beginning, 1 from its end on."""
    return float(np.clip((value - span[0]) / (span[1] - span[0]), 0, 1))


def _both(texts: EncodedTexts) -> NDArray[np.float32]:
    return texts.centred("query") + texts.centred("passage")


def _names(source: TableSource) -> list[tuple[str, str]]:
    return [(row[0], clean(row[1])) for row in source.read("competencies").select("competency_id", "name").iter_rows()]
