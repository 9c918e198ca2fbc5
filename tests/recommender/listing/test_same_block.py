"""A learner is the same block from records and from tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from features.records import Enrolment, Evidence, Learner, LearnerRecord, PlannedCourse
from features.reference import Reference
from features.schema import TABLES
from features.warehouse import Snapshot
from recommender.listing import BlockTables, Catalogue, LearnerBlock, block_of_records, block_of_tables
from recommender.state import DEFAULT_EVIDENCE
from tests.worlds import NOW, small_snapshot

DAY = timedelta(days=1)
RECORDS = (
    LearnerRecord(
        Learner("a", "d1", None, "Assistant Section Officer", "B", None, ("en", "hi"), NOW, verified=True),
        (
            Enrolment("c3", "in_progress", sequence=4),
            Enrolment("c1", "completed", 1.0, 0.3, NOW - 90 * DAY, NOW - 80 * DAY),
            Enrolment("c2", "completed", 1.0, None, NOW - 40 * DAY, NOW - 30 * DAY, mandated=True),
            Enrolment("c5", "completed", 1.0, 0.02, NOW - 20 * DAY, NOW - 19 * DAY, skimmed=True),
        ),
        (
            Evidence("e1", "peer", NOW - 500 * DAY, "drafting", None, 3, passed=True),
            Evidence("e2", "assessment", NOW - 60 * DAY, None, "c1", None, None, 0.4, 2),
            Evidence("e3", "assessment", NOW - 55 * DAY, "drafting", "c9", 2, None, 0.9, 1),
            Evidence("e4", "proctored", NOW - 50 * DAY, "resilience", None, None, None, None),
            Evidence("e5", "completion", NOW - 30 * DAY, None, "c2"),
            Evidence("e6", "peer", NOW + 5 * DAY, "resilience", None, 2, passed=True),
        ),
        (PlannedCourse("p", "c4", mandatory=True), PlannedCourse("q", "c6", mandatory=True)),
        frozenset({"c6"}),
    ),
    LearnerRecord(Learner("b", "d2", None, "Statistical Officer", languages=("hi",)), (Enrolment("c4", "completed"),)),
    LearnerRecord(Learner("c")),
    LearnerRecord(
        Learner("d", "d1", None, "Assistant Section Officer", "B", None, ("en", "hi"), verified=True),
        plans=(PlannedCourse("p", "c4", mandatory=True),),
    ),
)
PLANS = pl.DataFrame(
    {
        "plan_id": ["p", "q", "r", "s"],
        "organisation_id": ["m", "d1", "d1", "d1"],
        "scope": ["designation", "learner", "learner", "organisation"],
        "scope_value": ["assistant  section officer", "a", "a", "d1"],
        "course_id": ["c4", "c6", "c5", "c5"],
        "allocated_on": [None, NOW - DAY, NOW + DAY, NOW + DAY],
    }
)


def tables_of(records: tuple[LearnerRecord, ...]) -> BlockTables:
    """Write the records as the warehouse holds them; their plans are those of ``PLANS``."""
    people = [record.learner for record in records]
    learners = pl.DataFrame(
        {
            "learner_id": [one.id for one in people],
            "organisation_id": [one.organisation for one in people],
            "position_id": [one.position for one in people],
            "designation": [one.designation for one in people],
            "group": [one.group for one in people],
            "cadre": [one.cadre for one in people],
            "languages": [list(one.languages) or None for one in people],
            "verified": [one.verified for one in people],
        },
        schema_overrides={"languages": pl.List(pl.String)},
    )
    return BlockTables(
        learners=TABLES["learners"].conform(learners),
        enrolments=_rows("enrolments", [(r.learner.id, e) for r in records for e in r.enrolments], "course"),
        evidence=_rows("evidence", [(r.learner.id, e) for r in records for e in r.evidence], "course", "id"),
        plans=TABLES["plans"].conform(PLANS),
        down_rated=pl.DataFrame(
            [(r.learner.id, course) for r in records for course in sorted(r.down_rated)],
            schema={"learner_id": pl.String, "course_id": pl.String},
            orient="row",
        ),
    )


def _rows(table: str, rows: Sequence[tuple[str, Enrolment | Evidence]], *renamed: str) -> pl.DataFrame:
    names = {"course": "course_id", "id": "evidence_id", "competency": "competency_id"}
    found = [
        {names.get(name, name): value for name, value in row._asdict().items()} | {"learner_id": learner}
        for learner, row in rows
    ]
    return TABLES[table].conform(pl.DataFrame(found, infer_schema_length=None))


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    snapshot: Snapshot = small_snapshot(tmp_path_factory.mktemp("block"))
    reference = Reference.load(snapshot)
    return Catalogue(reference, tuple(reference.courses))


def assert_same(one: LearnerBlock, other: LearnerBlock) -> None:
    np.testing.assert_array_equal(one.histories.indptr, other.histories.indptr)
    np.testing.assert_array_equal(one.histories.courses, other.histories.courses)
    assert [one.profiles[p] for p in one.profile] == [other.profiles[p] for p in other.profile]
    np.testing.assert_array_equal(one.post[one.profile], other.post[other.profile])
    for learner in range(len(one)):
        assert _barred(one, learner) == _barred(other, learner)
    for column in fields(one.evidence):
        ours, theirs = getattr(one.evidence, column.name), getattr(other.evidence, column.name)
        np.testing.assert_array_equal(ours, theirs, err_msg=column.name)
        assert ours.dtype == theirs.dtype, column.name


def _barred(block: LearnerBlock, learner: int) -> set[int]:
    return set(block.barred[block.barred_from[learner] : block.barred_from[learner + 1]].tolist())


def test_records_and_tables_give_the_same_block(catalogue: Catalogue) -> None:
    from_records = block_of_records(RECORDS, catalogue, DEFAULT_EVIDENCE)
    from_tables = block_of_tables(tables_of(RECORDS), catalogue, DEFAULT_EVIDENCE, NOW)
    assert len(from_records.evidence) > 4
    assert_same(from_records, from_tables)


def test_nobody_is_a_block_too(catalogue: Catalogue) -> None:
    from_tables = block_of_tables(tables_of(RECORDS[:0]), catalogue, DEFAULT_EVIDENCE, NOW)
    assert_same(block_of_records([], catalogue, DEFAULT_EVIDENCE), from_tables)


def test_part_of_a_block_is_the_block_of_that_part(catalogue: Catalogue) -> None:
    whole = block_of_records(RECORDS, catalogue, DEFAULT_EVIDENCE)
    assert_same(whole.rows(slice(1, 4)), block_of_records(RECORDS[1:4], catalogue, DEFAULT_EVIDENCE))


def test_learners_of_a_block_in_another_order_are_the_block_in_that_order(catalogue: Catalogue) -> None:
    order = np.array([3, 0, 2])
    some = block_of_records(RECORDS, catalogue, DEFAULT_EVIDENCE).rows(order)
    assert_same(some, block_of_records([RECORDS[n] for n in order], catalogue, DEFAULT_EVIDENCE))


def test_other_language_versions_of_what_was_taken_are_barred(catalogue: Catalogue) -> None:
    block = block_of_records([LearnerRecord(Learner("z"), (Enrolment("c1", "enrolled"),))], catalogue, DEFAULT_EVIDENCE)
    assert block.barred.tolist() == [catalogue.index["c1"]]
    assert isinstance(NOW, datetime)
