"""The same need in two languages: does the catalogue answer a Hindi question as well as an English one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.world.service import read_service
from features.encoder import Encoder
from features.reference import Reference, TableSource
from recommender.matching.search import CourseSearch
from recommender.matching.versions import base_of

_PLACES = 10
_SEARCHED = 60


@dataclass(frozen=True, slots=True)
class Question:
    """One need, asked in several languages: the competency's name in each."""

    competency: str
    asked: Mapping[str, str]


def demo_questions(source: TableSource) -> list[Question]:
    """Return the demo world's competencies, asked for in English and in Hindi; none where ``source`` is another."""
    known = dict(source.read("competencies").select("name", "competency_id").iter_rows())
    asked = ((known.get(one.name), one) for one in read_service().competencies if one.hindi)
    return [Question(found, {"English": one.name, "Hindi": one.hindi}) for found, one in asked if found]


def ndcg_by_language(source: TableSource, questions: Sequence[Question], encoder: Encoder) -> dict[str, float]:
    """Return NDCG at 10 of each language's questions; a course is right if it teaches the competency asked for.

    Language versions count as one course, so that nobody wins by finding the same course twice.
    """
    reference = Reference.load(source)
    search = CourseSearch(source, encoder)
    right: dict[str, set[str]] = {}
    for course in reference.courses.values():
        for taught in course.teaches:
            right.setdefault(taught.competency, set()).add(base_of(course))
    judged = [question for question in questions if right.get(question.competency)]
    languages = judged[0].asked if judged else {}
    return {
        language: float(np.mean([_ndcg(search, reference, q.asked[language], right[q.competency]) for q in judged]))
        for language in languages
    }


def _ndcg(search: CourseSearch, reference: Reference, query: str, right: set[str]) -> float:
    found = (base_of(reference.courses[hit.course]) for hit in search.search(query, _SEARCHED).hits)
    hits = np.array([base in right for base in list(dict.fromkeys(found))[:_PLACES]], dtype=float)
    worth = 1 / np.log2(np.arange(2, _PLACES + 2))
    return float((hits * worth[: len(hits)]).sum() / worth[: min(len(right), _PLACES)].sum())
