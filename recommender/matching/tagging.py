"""What untagged courses teach: course to competency, with levels and a confidence that can be believed.

A pair's signals (see ``signals``), and how near the course's own labels come to the competency's name, are blended
by a logistic regression. Its weights were fitted on a public catalogue of 1,000 courses: half of a course's skills
shown, the other half to be found again among 424. The confidence errs on the low side, for a skill that a provider
did not write down counts as not taught.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.encoder import Encoder
from features.reference import TableSource
from features.schema import TABLES
from features.text import Abbreviations, clean, competency_texts, course_languages, course_texts
from recommender.matching.course_level import course_levels
from recommender.matching.encoded import EncodedTexts
from recommender.matching.link_model import LinkModel
from recommender.matching.logistic import Logistic
from recommender.matching.signals import SIGNALS, signals

MINIMUM = 0.15
"""Least confidence of an edge that is kept; above one half nobody needs to be asked."""
MOST = 4
"""Most competencies inferred a course and framework: tags that list everything say nothing."""

FEWEST_TAGGED = 60
"""With fewer tagged courses the general blend is used instead of what they teach."""
DOUBTFUL = 0.01
"""A tag with less support than this is shown to a planner."""

_LABELS = 12
_SURE_LABEL = 0.9
_BLEND = Logistic(np.array([0.5, 4.3, 0.4, 0.0, 0.5, 0.0, 6.6]), -6.07)
"""Weights of ``SIGNALS`` and, last, of the nearest of title and labels."""


def infer_teaches(
    source: TableSource,
    encoder: Encoder,
    *,
    minimum: float = MINIMUM,
    most: int = MOST,
    abbreviations: Abbreviations | None = None,
) -> pl.DataFrame:
    """Return rows of the table ``teaches`` with source ``inferred``, for courses that no provider has fully tagged.

    A framework's competencies are inferred for a course that has no provider's tag of full confidence in that
    framework; pairs that a provider, planner or importer has spoken of (a rejection, too) are left as they are. Where
    enough courses are tagged, what they teach is learned from; a planner's confirmations and rejections count as tags.
    """
    frames = [_infer_framework(framework, minimum, most) for framework in _frameworks(source, encoder, abbreviations)]
    return pl.concat([TABLES["teaches"].empty(), *frames]).sort("course_id", "competency_id")


def doubtful_tags(
    source: TableSource, encoder: Encoder, below: float = DOUBTFUL, abbreviations: Abbreviations | None = None
) -> pl.DataFrame:
    """Return the provider's tags that nothing in a course or in courses like it supports, least supported first.

    Columns ``course_id``, ``competency_id``, ``confidence``: what the pair would be given, were it not tagged. Without
    enough tagged courses to learn from there are none.
    """
    frameworks = _frameworks(source, encoder, abbreviations)
    rows = [row for framework in frameworks for row in framework.support() if row[2] < below]
    schema = {"course_id": pl.String, "competency_id": pl.String, "confidence": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("confidence", "course_id", "competency_id")


@dataclass(frozen=True)
class _Courses:
    ids: list[str]
    texts: list[str]
    names: list[str]
    languages: list[str]
    labels: list[list[str]]
    levels: list[tuple[int, int]]

    def encoded(self, encoder: Encoder) -> EncodedTexts:
        return EncodedTexts.of(self.texts, encoder, self.names, self.languages)

    def only(self, rows: Sequence[int]) -> _Courses:
        parts = (self.ids, self.texts, self.names, self.languages, self.labels, self.levels)
        return _Courses(*([part[row] for row in rows] for part in parts))  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Competencies:
    ids: list[str]
    encoded: EncodedTexts

    @classmethod
    def of(
        cls, rows: pl.DataFrame, source: TableSource, encoder: Encoder, abbreviations: Abbreviations | None
    ) -> _Competencies:
        ids, texts = rows["competency_id"].to_list(), competency_texts(source, abbreviations)
        return cls(ids, EncodedTexts.of([texts[i] for i in ids], encoder, [clean(n) for n in rows["name"]]))


@dataclass(frozen=True)
class _Framework:
    """One framework's competencies, all courses, and who said which teaches which."""

    courses: _Courses
    competencies: _Competencies
    told: pl.DataFrame
    encoder: Encoder

    @property
    def tagged(self) -> list[int]:
        """Rows of the courses that their provider has fully tagged."""
        whole = self.told.filter(
            (pl.col("confidence").fill_null(1.0) >= 1.0) & (pl.col("source").fill_null("tag") == "tag")
        )
        known = set(whole["course_id"])
        return [row for row, course in enumerate(self.courses.ids) if course in known]

    @property
    def known(self) -> list[int]:
        """Rows of the courses to learn from: those fully tagged, and those of which a planner confirmed something."""
        confirmed = set(self.told.filter(pl.col("source") == "confirmed")["course_id"])
        tagged = set(self.tagged)
        return [row for row, course in enumerate(self.courses.ids) if row in tagged or course in confirmed]

    def links(self, rows: Sequence[int]) -> NDArray[np.float64]:
        """Return 1 where a course is said to teach a competency, shape (len(rows), n_competencies)."""
        column = {competency: number for number, competency in enumerate(self.competencies.ids)}
        place = {self.courses.ids[row]: number for number, row in enumerate(rows)}
        links = np.zeros((len(rows), len(column)))
        said = self.told.filter((pl.col("source").fill_null("tag") != "rejected") & (pl.col("confidence") != 0.0))
        for course, competency in said.select("course_id", "competency_id").iter_rows():
            if course in place:
                links[place[course], column[competency]] = 1
        return links

    def learned(self) -> LinkModel | None:
        """Return what the known courses teach about tagging; ``None`` where they are too few."""
        rows = self.known
        if len(rows) < FEWEST_TAGGED:
            return None
        return LinkModel.fit(self.courses.only(rows).encoded(self.encoder), self.competencies.encoded, self.links(rows))

    def support(self) -> list[tuple[str, str, float]]:
        """Return each tag of a fully tagged course with the confidence it would get, were it not there."""
        model, rows, tagged = self.learned(), self.known, set(self.tagged)
        if model is None:
            return []
        return [
            (self.courses.ids[rows[row]], self.competencies.ids[column], round(float(model.left_out[row, column]), 4))
            for row, column in np.argwhere(model.links > 0)
            if rows[row] in tagged
        ]


def _frameworks(source: TableSource, encoder: Encoder, abbreviations: Abbreviations | None) -> list[_Framework]:
    courses = _read_courses(source, abbreviations)
    competencies = source.read("competencies").sort("competency_id")
    spoken = source.read("teaches").filter(pl.col("source").is_null() | (pl.col("source") != "inferred"))
    if not courses.ids:
        return []
    return [
        _Framework(
            courses,
            _Competencies.of(rows, source, encoder, abbreviations),
            spoken.filter(pl.col("competency_id").is_in(rows["competency_id"].to_list())),
            encoder,
        )
        for _, rows in competencies.group_by("framework_id", maintain_order=True)
    ]


def _read_courses(source: TableSource, abbreviations: Abbreviations | None) -> _Courses:
    rows = source.read("courses").sort("course_id").to_dicts()
    labels = [
        list(dict.fromkeys(clean(label) for label in [*(row["keywords"] or ()), *(row["topics"] or ())]))[:_LABELS]
        for row in rows
    ]
    return _Courses(
        [row["course_id"] for row in rows],
        course_texts(source, abbreviations, with_tags=False),
        [clean(row["name"]) for row in rows],
        course_languages(source),
        [[label for label in some if label] for some in labels],
        [course_levels(row["difficulty"], row["name"]) for row in rows],
    )


def _infer_framework(framework: _Framework, minimum: float, most: int) -> pl.DataFrame:
    closed = set(framework.tagged)
    courses = framework.courses.only([row for row in range(len(framework.courses.ids)) if row not in closed])
    if not courses.ids:
        return TABLES["teaches"].empty()
    confidence = course_confidence(
        courses.encoded(framework.encoder), courses.labels, framework.competencies.encoded, framework.learned()
    )
    row_of = {course: row for row, course in enumerate(courses.ids)}
    column = {competency: number for number, competency in enumerate(framework.competencies.ids)}
    for course, competency in framework.told.select("course_id", "competency_id").iter_rows():
        if course in row_of:
            confidence[row_of[course], column[competency]] = 0
    return _edges(confidence, courses, framework.competencies.ids, minimum, most)


def course_confidence(
    courses: EncodedTexts,
    labels: Sequence[Sequence[str]],
    competencies: EncodedTexts,
    learned: LinkModel | None = None,
) -> NDArray[np.float64]:
    """Return how sure it is that each course teaches each competency, shape (n_courses, n_competencies), 0 to 1.

    Parameters
    ----------
    labels
        The keywords and topics of each course.
    learned
        What courses that are tagged say, where there are enough.
    """
    told = signals(courses, competencies)
    near, exact = _nearest_label(labels, told[SIGNALS.index("name_meaning")], competencies)
    confidence = learned.score(courses) if learned else _BLEND(np.concatenate([told, near[None]]))
    return np.where(exact, np.maximum(confidence, _SURE_LABEL), confidence)


def _nearest_label(
    labels: Sequence[Sequence[str]], titles: NDArray[np.float32], competencies: EncodedTexts
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return how near the closest of a course's title and labels comes to each name, and whether a label is it."""
    every = sorted({label for some in labels for label in some})
    near = titles.copy()
    exact = np.zeros(near.shape, dtype=bool)
    if not every:
        return near, exact
    number = {label: row for row, label in enumerate(every)}
    encoded = EncodedTexts.of(every, competencies.encoder)
    similarity = encoded.centred("query", names=True) @ competencies.centred("passage", names=True).T
    same = _same_words(every, competencies.names)
    for row, some in enumerate(labels):
        if some:
            rows = [number[label] for label in some]
            near[row] = np.maximum(near[row], similarity[rows].max(axis=0))
            exact[row] = same[rows].any(axis=0)
    return near, exact


def _same_words(labels: Sequence[str], names: Sequence[str]) -> NDArray[np.bool_]:
    named: Mapping[str, int] = {name.casefold(): column for column, name in enumerate(names)}
    same = np.zeros((len(labels), len(names)), dtype=bool)
    for row, label in enumerate(labels):
        if label.casefold() in named:
            same[row, named[label.casefold()]] = True
    return same


def _edges(
    confidence: NDArray[np.float64], courses: _Courses, competencies: Sequence[str], minimum: float, most: int
) -> pl.DataFrame:
    best = np.argsort(-confidence, axis=1, kind="stable")[:, :most]
    rows = [
        (
            courses.ids[row],
            competencies[column],
            *courses.levels[row],
            round(float(confidence[row, column]), 3),
            "inferred",
        )
        for row in range(len(courses.ids))
        for column in best[row]
        if confidence[row, column] >= minimum
    ]
    names = ["course_id", "competency_id", "from_level", "to_level", "confidence", "source"]
    return TABLES["teaches"].conform(
        pl.DataFrame(rows, schema=names, orient="row") if rows else TABLES["teaches"].empty()
    )
