"""Lists do not depend on whether a record was made of objects or is read from a pack."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.packed import KINDS, STATUSES, PackedRows, enrolment_row, evidence_row
from features.records import Enrolment, Evidence, Learner, LearnerRecord, PlannedCourse
from features.reference import Reference
from features.schema import ENROLMENT_STATUSES, EVIDENCE_KINDS
from features.store.packs import packed, plan_row, profile_row, unpacked
from features.store.shared_plans import HeldPlans
from recommender.listing import Catalogue, block_of_records
from recommender.listing.block import EvidenceColumns, LearnerBlock
from recommender.state import DEFAULT_EVIDENCE
from tests.worlds import NOW, small_snapshot

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
COURSES = st.sampled_from(["c1", "c2", "c3", "c4", "c5", "c6", "lost", 'a "b" \\'])
COMPETENCIES = st.sampled_from(["drafting", "resilience", "data", "unheard of"])
TIMES = st.integers(-(10**12), 4 * 10**12).map(lambda ms: datetime(1970, 1, 1) + timedelta(milliseconds=ms))
SHARES = st.floats(0, 1)


def maybe(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | values


ENROLMENTS = st.builds(
    Enrolment, COURSES, st.sampled_from(ENROLMENT_STATUSES), maybe(SHARES), maybe(st.floats(0, 3)), maybe(TIMES),
    maybe(TIMES), maybe(st.integers(0, 99)), maybe(st.floats(0, 10)), st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
EVIDENCE = st.builds(
    Evidence, TEXTS, st.sampled_from(EVIDENCE_KINDS), TIMES, maybe(COMPETENCIES), maybe(COURSES),
    maybe(st.integers(1, 5)), maybe(st.booleans()), maybe(SHARES), maybe(st.integers(1, 4)),
)  # fmt: skip
LEARNERS = st.builds(
    Learner, st.just("L"), maybe(st.sampled_from(["d1", "d2", "m"])), st.none(),
    maybe(st.sampled_from(["Assistant Section Officer", "Statistical Officer"]) | TEXTS), maybe(TEXTS), maybe(TEXTS),
    st.sampled_from([(), ("en",), ("hi", "en")]), maybe(TIMES), st.booleans(),
)  # fmt: skip
PLANS = st.builds(PlannedCourse, TEXTS, COURSES, st.booleans(), maybe(TIMES), st.booleans())
RECORDS = st.builds(
    LearnerRecord,
    LEARNERS,
    st.lists(ENROLMENTS, max_size=6, unique_by=lambda one: one.course).map(tuple),
    st.lists(EVIDENCE, max_size=6).map(tuple),
    st.lists(PLANS, max_size=1).map(tuple),
    st.frozensets(COURSES, max_size=2),
    st.integers(0, 9),
)


def read_from_a_pack(record: LearnerRecord) -> LearnerRecord:
    text = packed(
        profile_row(record.learner),
        [enrolment_row(one) for one in record.enrolments],
        [evidence_row(one) for one in record.evidence],
        sorted(record.down_rated),
        [plan_row((plan, None)) for plan in record.plans],
    )
    pack = unpacked(text)
    assert pack is not None
    return pack.record(record.learner.id, record.version, HeldPlans(), NOW)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    reference = Reference.load(small_snapshot(tmp_path_factory.mktemp("packed")))
    return Catalogue(reference, tuple(reference.courses))


def test_the_numbers_in_stores_are_those_of_the_schema() -> None:
    assert tuple(KINDS.items()) == tuple((kind, number) for number, kind in enumerate(EVIDENCE_KINDS))
    assert tuple(STATUSES.items()) == tuple((status, number) for number, status in enumerate(ENROLMENT_STATUSES))


@settings(deadline=None)
@given(RECORDS)
def test_a_record_is_equal_to_what_is_read_of_its_pack(record: LearnerRecord) -> None:
    read = read_from_a_pack(record)
    assert read == record
    assert isinstance(read.enrolments, PackedRows)
    assert (read.enrolments, tuple(read.evidence)) == (record.enrolments, record.evidence)
    assert dataclasses.replace(read, version=7) == dataclasses.replace(record, version=7)


@settings(deadline=None)
@given(st.lists(RECORDS, max_size=4))
def test_a_block_is_the_same_of_both_to_the_last_bit(catalogue: Catalogue, records: list[LearnerRecord]) -> None:
    plain = block_of_records(records, catalogue, DEFAULT_EVIDENCE)
    read = block_of_records([read_from_a_pack(record) for record in records], catalogue, DEFAULT_EVIDENCE)
    assert contents(read) == contents(plain)


def contents(block: LearnerBlock) -> list[object]:
    """Return every array of a block as bytes, with its type."""
    arrays = [
        block.histories.indptr, block.histories.courses, block.profile, block.post, block.barred_from, block.barred,
        *(getattr(block.evidence, column.name) for column in dataclasses.fields(EvidenceColumns)),
    ]  # fmt: skip
    return [block.profiles, *((np.asarray(array).dtype.str, np.asarray(array).tobytes()) for array in arrays)]


def test_packed_rows_are_made_once_and_when_looked_at() -> None:
    made: list[object] = []

    def make(row: object) -> Enrolment:
        made.append(row)
        return Enrolment(str(row), "completed")

    rows = PackedRows([("a",), ("b",)], make)
    assert len(rows) == 2
    assert not made
    assert rows[1] == tuple(rows)[1]
    assert rows[:1] == (rows[0],)
    assert len(made) == 2
    assert rows == tuple(rows)
    assert rows != list(rows)
    assert hash(rows) == hash(tuple(rows))
    assert repr(rows) == repr(tuple(rows))
