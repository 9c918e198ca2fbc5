"""Who a learner is and what a course is, as sparse rows over named features.

A feature is written ``kind=value`` (``organisation=posts``, ``topic=excel``). A vocabulary numbers the features that
training saw; a feature it does not know drops out, so a profile with an unheard-of designation is still served.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any, Self

import numpy as np
import polars as pl
from scipy import sparse

from features.records import Learner
from features.reference import Reference, TableSource

LEARNER_KINDS = ("organisation", "ministry", "position", "designation", "group", "cadre", "language")
COURSE_KINDS = (
    "category", "provider", "organisation", "language", "difficulty", "topic", "keyword", "competency", "theme",
)  # fmt: skip


@dataclass(frozen=True)
class Vocabulary:
    """Numbers features by name.

    >>> Vocabulary.of([["group=A"], ["group=B", "cadre=IAS"]]).rows([["group=B", "group=Z"]]).toarray()
    array([[0., 0., 1.]], dtype=float32)
    """

    names: tuple[str, ...]

    @classmethod
    def of(cls, rows: Iterable[Sequence[str]], min_count: int = 1, times: Iterable[int] | None = None) -> Self:
        """Return the vocabulary of the features that at least ``min_count`` rows have, in order of their names.

        ``times``: how often each row counts, by default once.
        """
        counts: Counter[str] = Counter()
        for row, often in zip(rows, repeat(1) if times is None else times, strict=False):
            counts.update(dict.fromkeys(row, often))
        return cls(tuple(sorted(name for name, count in counts.items() if count >= min_count)))

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def index(self) -> dict[str, int]:
        """Column number of each feature."""
        return {name: number for number, name in enumerate(self.names)}

    def rows(self, rows: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        """Return a float32 matrix with a row for each list of features, 1 where it has the feature; others drop out."""
        index = self.index
        columns = [sorted({index[name] for name in row if name in index}) for row in rows]
        indptr = np.concatenate([[0], np.cumsum([len(row) for row in columns])]).astype(np.int64)
        flat = np.array([column for row in columns for column in row], dtype=np.int32)
        return sparse.csr_matrix((np.ones(len(flat), dtype=np.float32), flat, indptr), shape=(len(rows), len(self)))


class LearnerVocabulary(Vocabulary):
    """The features of learners."""

    def matrix(self, learners: Sequence[Learner], reference: Reference) -> sparse.csr_matrix:
        """Return the learners' features, shape (len(learners), len(self))."""
        return self.rows([learner_features(learner, reference) for learner in learners])


class CourseVocabulary(Vocabulary):
    """The features of courses."""


def learner_features(learner: Learner, reference: Reference) -> tuple[str, ...]:
    """Return the features of one learner: where the learner works, as what, and in which languages."""
    position = reference.position_of(learner.position, learner.designation, learner.organisation)
    title = learner.designation or (position.designation if position else None)
    named = (
        ("organisation", learner.organisation),
        ("position", position.id if position else learner.position),
        ("designation", _plain(title)),
        ("group", learner.group or (position.group if position else None)),
        ("cadre", _plain(learner.cadre)),
    )
    above = reference.lineage(learner.organisation)[1:]
    return (
        *(f"{kind}={value}" for kind, value in named if value),
        *(f"ministry={organisation}" for organisation in above),
        *(f"language={language}" for language in learner.languages),
    )


def course_features(source: TableSource) -> dict[str, tuple[str, ...]]:
    """Return the features of every course in the tables ``courses``, ``teaches`` and ``competencies``, by course id."""
    themes = {r["competency_id"]: r["theme"] for r in source.read("competencies").iter_rows(named=True)}
    taught: dict[str, list[str]] = {}
    for r in source.read("teaches").filter(pl.col("source").fill_null("") != "rejected").iter_rows(named=True):
        taught.setdefault(r["course_id"], []).append(r["competency_id"])
    return {
        r["course_id"]: _course_features(r, taught.get(r["course_id"], []), themes)
        for r in source.read("courses").iter_rows(named=True)
    }


def _course_features(
    row: dict[str, Any], competencies: Sequence[str], themes: dict[str, str | None]
) -> tuple[str, ...]:
    single = (
        ("category", row["category"]),
        ("provider", row["provider"]),
        ("organisation", row["organisation_id"]),
        ("difficulty", row["difficulty"]),
    )
    many = (
        ("language", row["languages"]),
        ("topic", row["topics"]),
        ("keyword", row["keywords"]),
        ("competency", competencies),
        ("theme", sorted({themes.get(c) or "" for c in competencies})),
    )
    found = [f"{kind}={_plain(value)}" for kind, value in single if value]
    found += [f"{kind}={_plain(value)}" for kind, values in many for value in values or () if value]
    return tuple(dict.fromkeys(found))


def _plain(text: str | None) -> str | None:
    return " ".join(text.casefold().split()) if text else None
