"""Some learners of a snapshot in columns, as planning reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.records import Learner, LearnerRecord
from features.snapshot_records import Bounds, SnapshotRecords
from models.base import LearnerBatch
from models.bundle import Bundle
from recommender.listing import BlockTables, Catalogue, block_of_tables
from recommender.listing.block import LearnerBlock
from recommender.rules import FIRST_YEAR
from recommender.state import EvidenceTable

Taken = tuple[str, bool, float, datetime | None]
"""A course enrolled in: its id, whether it is completed, which share is done, when it was completed."""


@dataclass(frozen=True)
class People:
    """Learners of a range, in order of their ids."""

    learners: pl.DataFrame
    enrolments: pl.DataFrame
    """Their rows, with ``_row`` (number of the learner) and ``_course`` (of the catalogue, null where unknown)."""
    evidence: pl.DataFrame
    """The same of the evidence."""
    block: LearnerBlock
    """Profiles and histories; without evidence."""
    records: SnapshotRecords
    at: datetime

    def __len__(self) -> int:
        return self.learners.height

    @cached_property
    def ids(self) -> list[str]:
        """Ids, in order."""
        return self.learners["learner_id"].to_list()

    @cached_property
    def joined(self) -> list[datetime | None]:
        """When each learner joined."""
        return self.learners["joined_on"].to_list()

    @cached_property
    def first_year(self) -> list[bool]:
        """Whether each learner joined less than a year ago."""
        return [day is not None and self.at - day < FIRST_YEAR for day in self.joined]

    @cached_property
    def chose(self) -> list[bool]:
        """Whether each learner ever chose a course."""
        forced = pl.any_horizontal(pl.col(name).fill_null(value=False) for name in ("mandated", "campaign", "skimmed"))
        own = self.enrolments.filter(~forced)["_row"].to_numpy()
        return [count > 0 for count in np.bincount(own, minlength=len(self)).tolist()]

    def profile(self, learner: int) -> Learner:
        """Return the learner's profile, without the id and the day of joining."""
        return self.block.profiles[int(self.block.profile[learner])]

    def taken(self) -> Iterator[list[Taken]]:
        """Yield for each learner the courses enrolled in."""
        frame = self.enrolments
        rows = list(
            zip(
                frame["course_id"].to_list(),
                (frame["status"] == "completed").to_list(),
                frame["progress"].fill_null(0.0).to_list(),
                frame["completed_on"].to_list(),
                strict=True,
            )
        )
        ends = np.cumsum(np.bincount(frame["_row"].to_numpy(), minlength=len(self))).tolist()
        start = 0
        for end in ends:
            yield rows[start:end]
            start = end

    def record(self, learner: int) -> LearnerRecord:
        """Return all that is known of a learner, as the store would."""

        def of(frame: pl.DataFrame) -> Sequence[dict[str, object]]:
            return frame.filter(pl.col("_row") == learner).to_dicts()

        row = self.learners.row(learner, named=True)
        return self.records.record(row, of(self.enrolments), of(self.evidence), self.at)


@dataclass(frozen=True)
class Reader:
    """Reads learners of a snapshot."""

    records: SnapshotRecords
    catalogue: Catalogue
    table: EvidenceTable
    bundle: Bundle | None = None
    """Whose interest breaks ties; ``None``: nobody's."""

    def read(self, bounds: Bounds, at: datetime) -> People:
        """Return the learners of a range."""
        learners = self.records.snapshot.between("learners", *bounds).sort("learner_id").collect()
        numbered = learners.select("learner_id").with_row_index("_row")
        courses = pl.DataFrame({"course_id": self.catalogue.course_ids}, schema={"course_id": pl.String})
        courses = courses.with_row_index("_course")
        rows = {
            table: self.records.snapshot.between(table, *bounds)
            .collect()
            .join(numbered, on="learner_id")
            .join(courses, on="course_id", how="left")
            for table in ("enrolments", "evidence")
        }
        enrolments = rows["enrolments"].sort("_row", "course_id")
        block = block_of_tables(
            BlockTables(learners, enrolments.drop("_row", "_course")), self.catalogue, self.table, at
        )
        return People(learners, enrolments, rows["evidence"], block, self.records, at)

    def interest(self, people: People, rows: slice) -> NDArray[np.float32] | None:
        """Return the interest of some of them in each course, 0 to 1, shape (n, n_courses); ``None`` without a bundle.

        As ``Engine.interest`` gives it for one.
        """
        if self.bundle is None:
            return None
        block = people.block.rows(rows)
        features = self.bundle.learner_vocabulary.matrix(block.profiles, self.bundle.reference)[block.profile]
        nothing = np.zeros((len(block), len(self.catalogue)), dtype=np.float32)
        scores = self.bundle.hybrid.interest(LearnerBatch(block.histories, features, nothing))
        low = scores.min(axis=1, keepdims=True)
        spread = scores.max(axis=1, keepdims=True) - low
        return np.asarray((scores - low) / np.where(spread > 0, spread, 1.0), dtype=np.float32)
