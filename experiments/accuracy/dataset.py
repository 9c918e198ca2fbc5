"""One accuracy task: what may be learned from, who is judged, and on what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from experiments.accuracy.descriptions import course_descriptions, learner_descriptions
from experiments.accuracy.files import Interactions, read_interactions
from experiments.accuracy.tfidf import tfidf_vectors
from features.errors import KarmapathError
from features.histories import Histories
from features.profiles import CourseVocabulary, LearnerVocabulary
from models.base import LearnerBatch, TrainingData
from models.holdout import Kind, in_order_of_ids, last_days
from models.stray import is_stray

Encode = Callable[[list[str]], NDArray[np.float32]]
Among = Literal["all", "new"]
MOST_JUDGED = 100_000
"""Of more learners with targets a fixed random part is judged."""
IN_ORDER = 0.9
"""Share of the learners of whom something must hold for it to be how the test was made."""


@dataclass(frozen=True)
class Dataset:
    """Training data, and the judged learners with what is to be found."""

    train: TrainingData
    rows: NDArray[np.int64]
    """Row of each judged learner in ``train``; -1 for a learner who is not there."""
    batch: LearnerBatch
    targets: tuple[NDArray[np.int32], ...]
    seen: Histories
    """What each judged learner has taken, all of it left out of the lists."""
    among: NDArray[np.bool_]
    """Courses that are ranked."""
    facts: dict[str, object]
    """Counts, and what was left out and why."""
    form: Kind = "auto"
    """How the test was cut off, as far as counts and times of the targets tell (``test_form``)."""


def load_dataset(
    train: Path,
    test: Path,
    courses: Path | None = None,
    learners: Path | None = None,
    encode: Encode | None = None,
    among: Among = "all",
    check: bool = True,
    text: bool = True,
) -> Dataset:
    """Read the files.

    ``encode`` turns texts into vectors; ``None``: TF-IDF alone. With ``check``, entries that only look like courses are
    looked for in list files and left out of what is learned from (``models.stray``). Test pairs that are
    also in training, test courses that are not ranked and learners left without a target are left out and counted.
    """
    known, wanted = read_interactions(train), read_interactions(test)
    met = pl.concat([known.table, wanted.table], how="diagonal")
    features, texts = course_descriptions(courses, met["course"].unique()) if courses else ({}, {})
    texts = texts if text else {}
    people = learner_descriptions(learners, met["learner"].unique()) if learners else {}
    course_ids = _ids(known.table["course"], wanted.table["course"], pl.Series(list(features), dtype=pl.String))
    learner_ids = _ids(known.table["learner"])
    histories = _histories(known, learner_ids, course_ids)
    checked = check and not known.timed and not in_order_of_ids(histories, tuple(course_ids))
    stray = is_stray(histories) if checked else np.zeros(len(histories.courses), dtype=bool)
    sound = histories.keep(~stray)
    data = _training_data(sound, learner_ids, course_ids, features, texts, people, encode)
    ranked = np.ones(len(course_ids), dtype=bool) if among == "all" else data.support() == 0
    return _judged(
        data, histories, wanted, learner_ids, people, ranked,
        {"stray_entries": int(stray.sum()), "among": among, "rows_incomplete": known.incomplete + wanted.incomplete,
         "rows_repeated": known.repeated + wanted.repeated},
    )  # fmt: skip


def _judged(
    data: TrainingData,
    histories: Histories,
    wanted: Interactions,
    learner_ids: dict[str, int],
    people: dict[str, tuple[str, ...]],
    ranked: NDArray[np.bool_],
    facts: dict[str, object],
) -> Dataset:
    numbers = {course: number for number, course in enumerate(data.course_ids)}
    ids = list(_ids(wanted.table["learner"]))
    targets = _histories(wanted, {one: n for n, one in enumerate(ids)}, numbers)
    rows = np.array([learner_ids.get(one, -1) for one in ids], dtype=np.int64)
    seen, taken = _of_rows(histories, rows), _of_rows(data.histories, rows)
    found = targets.keep(ranked[targets.courses] & ~np.isin(_pairs(targets), _pairs(seen)))
    judged = np.flatnonzero(found.lengths > 0)
    every = len(judged)
    judged = np.sort(np.random.default_rng(0).permutation(judged)[:MOST_JUDGED])
    if not len(judged):
        raise KarmapathError(
            f"none of the {len(targets.courses)} courses of the test file is to be found: training holds them already",
            "courses that the learners took later",
            "check the two files",
        )
    profile = data.learner_vocabulary.rows([people.get(ids[n], ()) for n in judged])
    support = data.support()
    form = test_form(histories, rows, targets)
    days = data.histories.days
    newest = float(days.max()) if days is not None and len(days) else None
    moments = last_days(taken.rows(judged), newest) if form in ("last", "tail", "share") else None
    facts |= {
        "learners": len(data.histories), "courses": data.n_courses, "interactions": len(data.histories.courses),
        "courses_never_taken": int((support == 0).sum()), "courses_ranked": int(ranked.sum()),
        "judged_learners": len(judged), "learners_without_target": len(ids) - every,
        "learners_not_drawn": every - len(judged),
        "targets": int(found.lengths[judged].sum()), "targets_left_out": len(targets.courses) - len(found.courses),
    }  # fmt: skip
    notes = _notes(data.histories, rows, targets, support)
    facts |= {"notes": notes} if notes else {}
    return Dataset(
        train=data,
        rows=rows[judged],
        batch=LearnerBatch(taken.rows(judged), profile, moments=moments),
        targets=tuple(found.row(int(n)) for n in judged),
        seen=seen.rows(judged),
        among=ranked,
        facts=facts,
        form=form,
    )


def _notes(histories: Histories, rows: NDArray[np.int64], targets: Histories, support: NDArray[np.int64]) -> list[str]:
    """Return what looks as if the files were not what they should be; nothing is left out for it."""
    found = {
        "the test file holds more than the training file: are they swapped?": len(targets.courses)
        > len(histories.courses),
        "training knows no learner of the test file: are the ids the same?": not (rows >= 0).any(),
        "training knows no course of the test file: are the ids the same?": not support[targets.courses].any(),
    }
    return [note for note, holds in found.items() if holds]


def _pairs(histories: Histories) -> NDArray[np.int64]:
    """Return a number for each pair of learner and course."""
    rows = np.repeat(np.arange(len(histories), dtype=np.int64), histories.lengths)
    return np.asarray(rows * histories.n_courses + histories.courses, dtype=np.int64)


def test_form(histories: Histories, rows: NDArray[np.int64], targets: Histories) -> Kind:
    """Return how a test was cut off; of its targets only their number and times are looked at, never which they are.

    ``last``: one target a learner. With times: ``later`` where targets come after all that was learned from, ``tail``
    where they come after what their learner took, else ``share``. Without times: ``tail`` where all learners have as
    many targets, as when the last few are held out, else ``share``: a fixed share of each list is more often drawn
    than cut off. Whether a tail in the order of the file means anything is for the training file to say.
    """
    known = (rows >= 0) & (targets.lengths > 0)
    if not known.any() or targets.lengths.max() == 1:
        return "last" if known.any() else "auto"
    if histories.days is None:
        usual = np.median(targets.lengths[known])
        return "tail" if (targets.lengths[known] == usual).mean() >= IN_ORDER else "share"
    if targets.days is None:
        return "auto"
    if np.quantile(targets.days, 0.01) >= np.quantile(histories.days, 0.99):
        return "later"
    first = np.array([targets.days[start] for start in targets.indptr[:-1][known]])
    last = histories.indptr[rows[known] + 1] - 1
    newest = np.where(histories.lengths[rows[known]] > 0, histories.days[last], -np.inf)
    return "tail" if (first >= newest).mean() >= IN_ORDER else "share"


def _training_data(
    histories: Histories,
    learner_ids: dict[str, int],
    course_ids: dict[str, int],
    features: dict[str, tuple[str, ...]],
    texts: dict[str, str],
    people: dict[str, tuple[str, ...]],
    encode: Encode | None,
) -> TrainingData:
    of_courses = [features.get(course, ()) for course in course_ids]
    of_learners = [people.get(learner, ()) for learner in learner_ids]
    courses, learners = CourseVocabulary.of(of_courses, min_count=2), LearnerVocabulary.of(of_learners, min_count=2)
    written = [texts.get(course, "") for course in course_ids]
    return TrainingData(
        histories=histories,
        learner_features=learners.rows(of_learners),
        course_features=courses.rows(of_courses),
        course_vectors=_vectors(written, encode) if any(written) else None,
        learner_vocabulary=learners,
        course_vocabulary=courses,
        course_ids=tuple(course_ids),
    )


def _vectors(texts: list[str], encode: Encode | None) -> NDArray[np.float32]:
    """Return TF-IDF vectors, beside the encoder's where there is one; both sides weigh the same."""
    words = tfidf_vectors(texts)
    if encode is None:
        return words
    both = np.hstack([words, encode(texts)])
    return np.asarray(both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _ids(*columns: pl.Series) -> dict[str, int]:
    """Return the distinct values in the order they are met."""
    everything = pl.concat([column.cast(pl.String) for column in columns]).unique(maintain_order=True)
    return {one: number for number, one in enumerate(everything.to_list())}


def _histories(found: Interactions, learner_ids: dict[str, int], course_ids: dict[str, int]) -> Histories:
    rows = found.table["learner"].replace_strict(learner_ids, return_dtype=pl.Int64).to_numpy()
    order = np.argsort(rows, kind="stable")
    columns = found.table["course"].replace_strict(course_ids, return_dtype=pl.Int32).to_numpy()[order]
    counts = np.bincount(rows, minlength=len(learner_ids))
    days = found.table["day"].cast(pl.Float32).to_numpy()[order] if found.timed else None
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Histories(indptr, columns.astype(np.int32), len(course_ids), days)


def _of_rows(histories: Histories, rows: NDArray[np.int64]) -> Histories:
    """Return the histories of some rows, empty ones for row -1."""
    found = histories.rows(np.maximum(rows, 0))
    return found.keep(np.repeat(rows >= 0, found.lengths))
