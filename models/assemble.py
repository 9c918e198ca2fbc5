"""From tables of the warehouse to what models are fitted on."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from features.histories import Histories
from features.profiles import CourseVocabulary, LearnerVocabulary, course_features, learner_features
from features.records import Learner
from features.reference import Reference, TableSource
from models.base import TrainingData
from models.stray import is_stray

MIN_LEARNERS, MIN_COURSES = 2, 2
"""A feature must be shared by as many learners, or courses, to be worth a number."""


def training_data(
    source: TableSource, reference: Reference, until: datetime | None = None, vectors: NDArray[np.float32] | None = None
) -> tuple[TrainingData, tuple[str, ...]]:
    """Return training data and the learners' ids, in the order of the rows.

    Enrolments that were mandated, taken in a campaign or skimmed are left out; so is everything that began at or after
    ``until``, and entries that only look like courses (``models.stray``). ``vectors`` are the texts' vectors of the
    courses, in the order of the table ``courses``.
    """
    courses = source.read("courses")
    course_ids = tuple(courses["course_id"].to_list())
    people = learners_of(source)
    learner_ids = tuple(learner.id for learner in people)
    chosen = preferences(source.read("enrolments"), until)
    histories, chosen = histories_of(chosen, learner_ids, course_ids)
    sound = ~is_stray(histories)
    histories, chosen = histories.keep(sound), chosen.filter(sound)
    of_courses = course_features(source)
    rows = [of_courses[course] for course in course_ids]
    course_vocabulary = CourseVocabulary.of(rows, MIN_COURSES)
    learner_vocabulary, features = _learner_matrix(people, reference)
    languages = tuple((language or [""])[0] for language in courses["languages"].to_list())
    data = TrainingData(
        histories=histories,
        learner_features=features,
        course_features=course_vocabulary.rows(rows),
        course_vectors=vectors,
        learner_vocabulary=learner_vocabulary,
        course_vocabulary=course_vocabulary,
        course_ids=course_ids,
        course_languages=languages,
        completed=(chosen["status"] == "completed").to_numpy(),
        ratings=chosen["rating"].cast(pl.Float32).fill_null(float("nan")).to_numpy(),
    )
    return data, learner_ids


def learners_of(source: TableSource) -> list[Learner]:
    """Return all learners of the table, in its order."""
    return [
        Learner(
            r["learner_id"], r["organisation_id"], r["position_id"], r["designation"], r["group"], r["cadre"],
            tuple(r["languages"] or ()), r["joined_on"], bool(r["verified"]),
        )
        for r in source.read("learners").iter_rows(named=True)
    ]  # fmt: skip


def preferences(enrolments: pl.DataFrame, until: datetime | None = None) -> pl.DataFrame:
    """Return the enrolments that learners chose themselves, and that began before ``until``."""
    forced = pl.any_horizontal(pl.col(name).fill_null(value=False) for name in ("mandated", "campaign", "skimmed"))
    chosen = enrolments.filter(~forced)
    if until is not None:
        chosen = chosen.filter(began() < until)
    return chosen


def began() -> pl.Expr:
    """Return when an enrolment began, else when it was completed."""
    return pl.coalesce("enrolled_on", "completed_on")


def histories_of(
    enrolments: pl.DataFrame, learner_ids: tuple[str, ...], course_ids: tuple[str, ...]
) -> tuple[Histories, pl.DataFrame]:
    """Return the histories and the enrolments in the order of their interactions.

    Rows are in the order of ``learner_ids``, columns in that of ``course_ids``; enrolments of others are left out.
    """
    rows = pl.DataFrame({"learner_id": learner_ids, "_row": np.arange(len(learner_ids))})
    columns = pl.DataFrame({"course_id": course_ids, "_column": np.arange(len(course_ids), dtype=np.int32)})
    rows = rows.cast({"learner_id": pl.String})
    columns = columns.cast({"course_id": pl.String})
    placed = (
        enrolments.join(rows, on="learner_id")
        .join(columns, on="course_id")
        .with_columns(_day=began().dt.epoch("ms") / 86_400_000)
        .sort("_row", "_day", "sequence", "_column", nulls_last=True)
    )
    counts = np.bincount(placed["_row"].to_numpy(), minlength=len(learner_ids))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    timed = placed.height > 0 and placed["_day"].null_count() == 0
    days = placed["_day"].cast(pl.Float32).to_numpy() if timed else None
    return Histories(indptr, placed["_column"].to_numpy().astype(np.int32), len(course_ids), days), placed


def _learner_matrix(people: list[Learner], reference: Reference) -> tuple[LearnerVocabulary, sparse.csr_matrix]:
    rows = [learner_features(learner, reference) for learner in people]
    vocabulary = LearnerVocabulary.of(rows, MIN_LEARNERS)
    return vocabulary, vocabulary.rows(rows)
