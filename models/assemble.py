"""From tables of the warehouse to what models are fitted on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from features.histories import Histories
from features.profiles import CourseVocabulary, LearnerVocabulary, course_features, learner_features
from features.records import Learner
from features.reference import Reference, TableSource
from features.warehouse import Snapshot
from models.base import TrainingData
from models.stray import is_stray

MIN_LEARNERS, MIN_COURSES = 2, 2
"""A feature must be shared by as many learners, or courses, to be worth a number."""


RANGE = 200_000
"""Learners whose enrolments are read at a time."""


def training_data(
    source: TableSource, reference: Reference, until: datetime | None = None, vectors: NDArray[np.float32] | None = None
) -> tuple[TrainingData, pl.Series]:
    """Return training data and the learners' ids, in the order of the rows: sorted.

    Enrolments that were mandated, taken in a campaign or skimmed are left out; so is everything that began at or after
    ``until``, and entries that only look like courses (``models.stray``). ``vectors`` are the texts' vectors of the
    courses, in the order of the table ``courses``.

    A snapshot's enrolments are read some learners at a time: besides these, memory holds 13 bytes for each choice that
    counts and some 80 for each learner.
    """
    courses = source.read("courses")
    course_ids = tuple(courses["course_id"].to_list())
    learner_ids, profiles, profile_of = profiles_of(source)
    histories, completed, ratings = _chosen(source, learner_ids, course_ids, until)
    sound = ~is_stray(histories)
    if not sound.all():
        histories, completed, ratings = histories.keep(sound), completed[sound], ratings[sound]
    of_courses = course_features(source)
    rows = [of_courses[course] for course in course_ids]
    course_vocabulary = CourseVocabulary.of(rows, MIN_COURSES)
    learner_vocabulary, features = _learner_matrix(profiles, profile_of, reference)
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
        completed=completed,
        ratings=ratings,
    )
    return data, learner_ids


def profiles_of(source: TableSource) -> tuple[pl.Series, list[Learner], NDArray[np.int64]]:
    """Return all learners' ids, sorted, the different profiles among them, and which of these each learner has.

    A profile is a ``Learner`` without an id: what features are made of.
    """
    columns = ["organisation_id", "position_id", "designation", "group", "cadre"]
    everyone = source.scan("learners") if isinstance(source, Snapshot) else source.read("learners").lazy()
    people = everyone.select("learner_id", *columns, pl.col("languages").list.join("\n")).collect()
    people = people if people["learner_id"].is_sorted() else people.sort("learner_id")
    described = [*columns, "languages"]
    kinds = people.select(described).unique(maintain_order=True).with_row_index("kind")
    of = people.select(described).join(kinds, on=described, how="left", nulls_equal=True, maintain_order="left")["kind"]
    profiles = [
        Learner(
            "", organisation, position, designation, group, cadre, tuple(languages.split("\n") if languages else ())
        )
        for organisation, position, designation, group, cadre, languages in kinds.select(described).iter_rows()
    ]
    return people["learner_id"], profiles, of.to_numpy().astype(np.int64)


def _chosen(
    source: TableSource, learner_ids: pl.Series, course_ids: tuple[str, ...], until: datetime | None
) -> tuple[Histories, NDArray[np.bool_], NDArray[np.float32]]:
    """Return the histories of what learners chose themselves, and of each choice whether it was completed and rated."""
    parts = []
    for ids, enrolments in _enrolments(source, learner_ids):
        histories, placed = histories_of(preferences(enrolments, until), ids, course_ids)
        completed = (placed["status"] == "completed").to_numpy()
        ratings = placed["rating"].cast(pl.Float32).fill_null(float("nan")).to_numpy()
        parts.append((histories, completed, ratings))
    histories, completed, ratings = zip(*parts, strict=True)
    return joined(histories), np.concatenate(completed), np.concatenate(ratings)


def _enrolments(source: TableSource, learner_ids: pl.Series) -> Iterator[tuple[pl.Series, pl.DataFrame]]:
    """Yield ``RANGE`` learners at a time and their enrolments; all at once where a source has no ranges."""
    wanted = [
        "learner_id", "course_id", "status", "enrolled_on", "completed_on", "sequence", "rating",
        "mandated", "campaign", "skimmed",
    ]  # fmt: skip
    if len(learner_ids) <= RANGE or not isinstance(source, Snapshot):
        yield learner_ids, source.read("enrolments")
        return
    for start in range(0, len(learner_ids), RANGE):
        end = start + RANGE
        bounds = learner_ids[start], learner_ids[end] if end < len(learner_ids) else None
        yield learner_ids.slice(start, RANGE), source.between("enrolments", *bounds).select(wanted).collect()


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
    enrolments: pl.DataFrame, learner_ids: Sequence[str] | pl.Series, course_ids: tuple[str, ...]
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


def joined(parts: Sequence[Histories]) -> Histories:
    """Return the histories of all the learners of the parts, one part after the other, in one catalogue."""
    taken = [part for part in parts if len(part.courses)]
    days = [part.days for part in taken if part.days is not None]
    lengths = np.concatenate([part.lengths for part in parts])
    return Histories(
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.concatenate([part.courses for part in parts]),
        parts[0].n_courses,
        np.concatenate(days) if days and len(days) == len(taken) else None,
    )


def _learner_matrix(
    profiles: list[Learner], profile_of: NDArray[np.int64], reference: Reference
) -> tuple[LearnerVocabulary, sparse.csr_matrix]:
    rows = [learner_features(profile, reference) for profile in profiles]
    times = np.bincount(profile_of, minlength=len(profiles))
    vocabulary = LearnerVocabulary.of(rows, MIN_LEARNERS, times.tolist())
    return vocabulary, sparse.csr_matrix(vocabulary.rows(rows)[profile_of])
