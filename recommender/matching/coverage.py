"""How well courses cover the competencies of a designation: the same answer each time, with the evidence.

A course covers a competency as far as it is sure to teach it: fully where the provider's own tag says so, in part where
only the theme is the same, else with the confidence of ``tagging``. Several courses cover together what each covers
alone (1 minus the product of what each leaves open).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.encoder import Encoder
from features.text import Abbreviations, clean, competency_text, tidy
from recommender.matching.encoded import EncodedTexts
from recommender.matching.tagging import course_confidence

KINDS = ("behavioural", "functional", "domain")
FULL, PARTIAL, NONE = "Fully Covered", "Partially Covered", "Not Covered"

_FULLY, _PARTLY = 0.70, 0.30
_SAME_COMPETENCY, _SAME_THEME = 1.0, 0.5
_SUPPORT = 0.15
_MOST_SUPPORT = 5


@dataclass(frozen=True, slots=True)
class AskedCompetency:
    """A competency that the designation needs."""

    kind: str
    """Behavioural, functional or domain, in any spelling."""
    theme: str
    sub_theme: str


@dataclass(frozen=True, slots=True)
class OfferedCourse:
    """A course that may cover them."""

    id: str
    name: str
    kind: str
    description: str = ""
    keywords: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    """The provider's own (theme, sub-theme)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """That one course teaches one competency."""

    course: str
    confidence: float
    told_by: str
    """``tag``, ``theme`` or ``text``."""


@dataclass(frozen=True, slots=True)
class CompetencyCoverage:
    """How well one competency is covered."""

    competency: AskedCompetency
    kind: str
    coverage: str
    score: float
    """0 to 1."""
    evidence: tuple[Evidence, ...]
    """Strongest first."""


@dataclass(frozen=True, slots=True)
class CourseCoverage:
    """How much one course contributes to the competencies of its kind."""

    course: OfferedCourse
    kind: str
    coverage: str
    score: int
    """0 to 100."""
    covers: tuple[str, ...]
    """Sub-themes, strongest first."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole answer."""

    competencies: tuple[CompetencyCoverage, ...]
    courses: tuple[CourseCoverage, ...]


def analyse_coverage(
    competencies: Sequence[AskedCompetency],
    courses: Sequence[OfferedCourse],
    encoder: Encoder,
    abbreviations: Abbreviations | None = None,
) -> Coverage:
    """Judge each competency by the courses of its kind, and each course by the competencies of its kind."""
    sure, told_by = _confidence(competencies, courses, encoder, abbreviations)
    same = np.array([[kind_of(c.kind) == kind_of(k.kind) for k in competencies] for c in courses], dtype=bool)
    sure = np.where(same.reshape(sure.shape), sure, 0.0)
    return Coverage(
        tuple(_competency(k, sure[:, n], [row[n] for row in told_by], courses) for n, k in enumerate(competencies)),
        tuple(_course(c, sure[n], competencies) for n, c in enumerate(courses)),
    )


def kind_of(name: str) -> str:
    """Return the kind of competency whatever its spelling; what is neither behavioural nor functional is domain.

    >>> kind_of("Behavioral"), kind_of("FUNCTIONAL")
    ('behavioural', 'functional')
    """
    return next((kind for kind in KINDS if name.strip().casefold()[:4] == kind[:4]), "domain")


def label_of(score: float) -> str:
    """Return the platform's label for a coverage of 0 to 1."""
    return FULL if score >= _FULLY else PARTIAL if score >= _PARTLY else NONE


def _confidence(
    competencies: Sequence[AskedCompetency],
    courses: Sequence[OfferedCourse],
    encoder: Encoder,
    abbreviations: Abbreviations | None,
) -> tuple[NDArray[np.float64], list[list[str]]]:
    if not competencies or not courses:
        return np.zeros((len(courses), len(competencies))), [[] for _ in courses]
    names = [clean(k.sub_theme or k.theme) for k in competencies]
    texts = [competency_text(k.sub_theme or k.theme, None, k.theme, abbreviations) for k in competencies]
    spoken = [tidy(f"{c.name}. {c.description}. {', '.join(c.keywords)}", abbreviations) for c in courses]
    sure = course_confidence(
        EncodedTexts.of(spoken, encoder, [clean(c.name) for c in courses]),
        [[clean(keyword) for keyword in c.keywords if clean(keyword)] for c in courses],
        EncodedTexts.of(texts, encoder, names),
    )
    told_by = [["text"] * len(competencies) for _ in courses]
    for row, course in enumerate(courses):
        for column, competency in enumerate(competencies):
            tagged, how = _tagged(course, competency)
            if tagged > sure[row, column]:
                sure[row, column], told_by[row][column] = tagged, how
    return sure, told_by


def _tagged(course: OfferedCourse, competency: AskedCompetency) -> tuple[float, str]:
    """Return how sure the provider's own tags make it."""
    theme, sub_theme = competency.theme.strip().casefold(), competency.sub_theme.strip().casefold()
    tags = [(a.strip().casefold(), b.strip().casefold()) for a, b in course.tags]
    if sub_theme and any(b == sub_theme for _, b in tags):
        return _SAME_COMPETENCY, "tag"
    if theme and any(a == theme for a, _ in tags):
        return (_SAME_THEME, "theme") if sub_theme else (_SAME_COMPETENCY, "tag")
    return 0.0, "text"


def _competency(
    competency: AskedCompetency, sure: NDArray[np.float64], told_by: Sequence[str], courses: Sequence[OfferedCourse]
) -> CompetencyCoverage:
    order = [int(row) for row in np.argsort(-sure, kind="stable")[:_MOST_SUPPORT] if sure[row] >= _SUPPORT]
    evidence = tuple(Evidence(courses[row].id, round(float(sure[row]), 3), told_by[row]) for row in order)
    score = 1 - float(np.prod([1 - one.confidence for one in evidence])) if evidence else 0.0
    return CompetencyCoverage(competency, kind_of(competency.kind), label_of(score), round(score, 3), evidence)


def _course(course: OfferedCourse, sure: NDArray[np.float64], asked: Sequence[AskedCompetency]) -> CourseCoverage:
    order = [int(column) for column in np.argsort(-sure, kind="stable") if sure[column] >= _SUPPORT]
    best = float(sure.max()) if len(sure) else 0.0
    covers = tuple(asked[column].sub_theme or asked[column].theme for column in order)
    return CourseCoverage(course, kind_of(course.kind), label_of(best), round(100 * best), covers)
