"""A snapshot of as many learners as are asked for: those of a small one, issued again under new ids.

What it is good for is size. An issued learner has the profile of one of the small snapshot, and of that learner's
enrolments a run of consecutive ones with the evidence that came from them; there is no truth about them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.reference import REFERENCE_TABLES
from features.warehouse import Snapshot, Warehouse

MEAN_HISTORY = 4.0
"""Enrolments of an issued learner on average."""
_PIECE = 20_000
Ints = NDArray[np.int64]


def issue_snapshot(
    base: Snapshot,
    folder: Path,
    learners: int,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Snapshot:
    """Write a warehouse in ``folder`` whose current snapshot has so many learners; the same arguments, the same bytes.

    Memory does not grow with ``learners``. A warehouse that has as many already is used as it is.
    """
    warehouse = Warehouse(folder)
    if warehouse.exists() and warehouse.current().rows["learners"] == learners:
        return warehouse.current()
    small = _Small.of(base)
    with warehouse.draft() as draft:
        for table in REFERENCE_TABLES:
            draft.write(table, base.read(table))
        for start in range(0, learners, _PIECE):
            numbers = np.arange(start, min(start + _PIECE, learners), dtype=np.int64)
            draft.grow(small.issued(numbers, np.random.default_rng([seed, start])))
            progress(int(numbers[-1]) + 1, learners)
        draft.grown()
    return warehouse.current()


@dataclass(frozen=True)
class _Small:
    """The small snapshot, in the order of its learners."""

    learners: pl.DataFrame
    enrolments: pl.DataFrame
    """In the order in which each learner began them."""
    starts: Ints
    """Shape (n_learners + 1,): where each learner's enrolments begin."""
    evidence: pl.DataFrame
    """In the order of the enrolment that it came from; the rest is left out."""
    told: Ints
    """Shape (n_enrolments + 1,): where the evidence from each enrolment begins."""

    @classmethod
    def of(cls, base: Snapshot) -> _Small:
        learners = base.read("learners").sort("learner_id")
        number = learners.select("learner_id").with_row_index("_learner")
        enrolments = base.read("enrolments").join(number, on="learner_id").sort("_learner", "enrolled_on", "course_id")
        place = enrolments.select("learner_id", "course_id").with_row_index("_enrolment")
        evidence = base.read("evidence").join(place, on=["learner_id", "course_id"]).sort("_enrolment", "evidence_id")
        return cls(
            learners,
            enrolments.drop("_learner"),
            _starts(enrolments["_learner"], learners.height),
            evidence.drop("_enrolment"),
            _starts(evidence["_enrolment"], enrolments.height),
        )

    def issued(self, numbers: Ints, draw: np.random.Generator) -> Mapping[str, pl.DataFrame]:
        """Return the rows of the learners of these numbers."""
        ids = "B" + pl.Series(numbers).cast(pl.String).str.zfill(9)
        twin = numbers % self.learners.height
        lengths = np.diff(self.starts)[twin]
        wanted = np.minimum(draw.geometric(1.0 / MEAN_HISTORY, len(numbers)), lengths)
        first = (draw.random(len(numbers)) * (lengths - wanted + 1)).astype(np.int64)
        row, kept = _ranges(self.starts[twin] + first, wanted)
        told_of, told = _ranges(self.told[kept], np.diff(self.told)[kept])
        owner = row[told_of]
        return {
            "learners": self.learners[twin].with_columns(learner_id=ids),
            "enrolments": self.enrolments[kept].with_columns(learner_id=ids.gather(row)),
            "evidence": self.evidence[told].with_columns(
                learner_id=ids.gather(owner),
                evidence_id=pl.col("evidence_id") + "-" + pl.Series(numbers[owner]).cast(pl.String),
            ),
        }


def _starts(sorted_numbers: pl.Series, size: int) -> Ints:
    counts = np.bincount(sorted_numbers.to_numpy(), minlength=size)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _ranges(starts: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """Return the numbers of all ranges [start, start + size) one after the other, and whose range each is of."""
    whose = np.repeat(np.arange(len(sizes)), sizes)
    before = np.cumsum(sizes) - sizes
    return whose, np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()), dtype=np.int64)
