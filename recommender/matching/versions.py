"""One course, many languages: translations stand for one course, and each learner gets the version they read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.encoder import Encoder
from features.reference import Course, Reference, TableSource
from features.text import Abbreviations, course_languages, course_texts
from recommender.matching.encoded import EncodedTexts
from recommender.matching.pairing import row_shares, similarity

_SURE = 0.5
_ALIKE = 0.55
_HOURS = 1.5


def base_of(course: Course) -> str:
    """Return the id under which all language versions of a course are one."""
    return course.base or course.id


def versions(reference: Reference) -> dict[str, dict[str, str]]:
    """Return for each base course its versions: language to course id; a language said twice keeps the first id."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for course in sorted(reference.courses.values(), key=lambda course: (course.base is not None, course.id)):
        for language in course.languages or ("",):
            found[base_of(course)].setdefault(language, course.id)
    return dict(found)


def collapse(courses: Iterable[str], reference: Reference, languages: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the courses in their order, one version each: the first of the reader's languages that is among them.

    Ids that the catalogue does not know stand for themselves.
    """
    groups: dict[str, list[str]] = {}
    for course in courses:
        known = reference.courses.get(course)
        groups.setdefault(base_of(known) if known else course, []).append(course)
    return tuple(_preferred(group, reference, languages) for group in groups.values())


def missing_languages(reference: Reference, wanted: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return for each base course the wanted languages in which no version of it exists; complete ones are left out."""
    gaps = {
        base: tuple(language for language in wanted if language not in held)
        for base, held in sorted(versions(reference).items())
    }
    return {base: missing for base, missing in gaps.items() if missing}


@dataclass(frozen=True, slots=True)
class SuggestedVersion:
    """Two courses in different languages that look like one: a planner confirms."""

    course: str
    translation: str
    confidence: float
    """Share of the choice that goes to this pair, 0 to 1."""


def suggest_versions(
    source: TableSource, encoder: Encoder, abbreviations: Abbreviations | None = None
) -> tuple[SuggestedVersion, ...]:
    """Return pairs of courses in two languages that choose each other and last about as long, surest first.

    Courses that already say what they translate are left out.
    """
    rows = source.read("courses").sort("course_id")
    spelt, languages = course_texts(source, abbreviations), course_languages(source)
    texts = EncodedTexts.of(spelt, encoder, rows["name"].to_list(), languages)
    undeclared = rows["base_course_id"].is_null().to_list()
    by_language: dict[str, list[int]] = defaultdict(list)
    for row, language in enumerate(texts.languages):
        if undeclared[row]:
            by_language[language].append(row)
    names, hours = rows["course_id"].to_list(), rows["hours"].fill_null(1.0).to_list()
    found = [
        SuggestedVersion(names[one], names[other], sure)
        for first, second in _language_pairs(by_language)
        for one, other, sure in _mutual(texts, by_language[first], by_language[second])
        if max(hours[one], hours[other]) <= _HOURS * max(min(hours[one], hours[other]), 0.1)
    ]
    return tuple(sorted(found, key=lambda pair: (-pair.confidence, pair.course, pair.translation)))


def _preferred(group: Sequence[str], reference: Reference, languages: Sequence[str]) -> str:
    for language in languages:
        for course in group:
            if course in reference.courses and language in reference.courses[course].languages:
                return course
    return group[0]


def _language_pairs(by_language: Mapping[str, list[int]]) -> list[tuple[str, str]]:
    largest_first = sorted(by_language, key=lambda language: (-len(by_language[language]), language))
    return [(a, b) for place, a in enumerate(largest_first) for b in largest_first[place + 1 :]]


def _mutual(texts: EncodedTexts, left: list[int], right: list[int]) -> list[tuple[int, int, float]]:
    scores = similarity(texts.rows(left), texts.rows(right))
    sure = np.minimum(row_shares(scores), row_shares(scores.T).T)
    chosen = scores.argmax(axis=1)
    return [
        (left[row], right[column], round(float(sure[row, column]), 3))
        for row, column in enumerate(chosen)
        if sure[row, column] >= _SURE and scores[row, column] >= _ALIKE
    ]
