"""A list is the same from a record and from tables, plain and compiled, alone and among others."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import NotReadyError
from features.records import Enrolment, Evidence, Learner, LearnerRecord
from features.schema import EVIDENCE_KINDS
from models.bundle import Bundle
from models.plan import situation
from recommender.engine import Engine
from recommender.gaps import gaps, requirements_for
from recommender.listing import Lister, Lists, block_of_records, block_of_tables
from recommender.listing.course_needs import course_needs
from recommender.listing.lister import MANY
from recommender.listing.lists import NOTHING
from recommender.listing.standings import standings
from recommender.needs import TeachingTable
from recommender.state import competency_state
from recommender.state.many import KindArrays
from tests.recommender.listing.test_same_block import PLANS, RECORDS, tables_of
from tests.worlds import COURSES, NOW, small_bundle

DAYS = st.integers(-10, 1500).map(lambda days: NOW - timedelta(days=days))
TITLES = (None, "Assistant Section Officer", "Statistical Officer", "Astronaut")
ENROLMENT = st.builds(
    Enrolment, course=st.sampled_from(sorted(COURSES)), status=st.sampled_from(["completed", "in_progress"]),
    progress=st.none(), dwell_ratio=st.sampled_from([None, 0.02, 0.3, 1.0]), enrolled_on=DAYS,
    completed_on=st.none() | DAYS, sequence=st.none(), mandated=st.booleans(), skimmed=st.booleans(),
)  # fmt: skip
EVIDENCE = st.builds(
    Evidence, id=st.uuids().map(str), kind=st.sampled_from(EVIDENCE_KINDS), observed_on=DAYS,
    competency=st.sampled_from([None, "drafting", "resilience"]), course=st.sampled_from([None, "c1", "c5", "c9"]),
    level=st.sampled_from([None, 1, 3]), passed=st.sampled_from([None, True, False]),
    score=st.sampled_from([None, 0.2, 0.9]), attempt=st.sampled_from([None, 1, 3]),
)  # fmt: skip
LEARNER = st.builds(
    Learner, id=st.just("l"), organisation=st.sampled_from([None, "d1", "nowhere"]),
    designation=st.sampled_from(TITLES), languages=st.sampled_from([(), ("hi",), ("en", "hi")]),
)  # fmt: skip
RECORD = st.builds(
    LearnerRecord, learner=LEARNER,
    enrolments=st.lists(ENROLMENT, max_size=5, unique_by=lambda e: e.course).map(tuple),
    evidence=st.lists(EVIDENCE, max_size=6, unique_by=lambda e: e.id).map(tuple),
    down_rated=st.sets(st.sampled_from(sorted(COURSES)), max_size=2).map(frozenset),
)  # fmt: skip


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return small_bundle(tmp_path_factory.mktemp("lister"))


@pytest.fixture(scope="module")
def plain(bundle: Bundle) -> Lister:
    return Lister(bundle)


@pytest.fixture(scope="module")
def compiled(bundle: Bundle) -> Lister:
    pytest.importorskip("numba")
    return Lister(bundle, compiled=True)


def assert_same(one: Lists, other: Lists) -> None:
    for column in fields(Lists):
        ours, theirs = getattr(one, column.name), getattr(other, column.name)
        np.testing.assert_array_equal(ours, theirs, err_msg=column.name)
        assert ours.dtype == theirs.dtype


def test_lists_of_many_for_whom_rows_are_laid_out_are_the_same(bundle: Bundle, plain: Lister) -> None:
    pytest.importorskip("numba")
    many = Lister(bundle, compiled=True)
    records = RECORDS * (MANY // len(RECORDS) + 1)
    assert_same(
        plain.best(block_of_records(records, plain.catalogue, plain.table), NOW, 5),
        many.best(block_of_records(records, many.catalogue, many.table), NOW, 5),
    )
    assert many._rough is not None
    assert (many._rough.slot >= 0).any()


@given(st.lists(RECORD, min_size=1, max_size=4), st.sampled_from([None, "guided", "desirable"]))
@settings(max_examples=80, deadline=None)
def test_plain_and_compiled_give_the_same_lists(
    plain: Lister, compiled: Lister, records: list[LearnerRecord], track: str | None
) -> None:
    block = block_of_records(records, plain.catalogue, plain.table)
    assert_same(plain.best(block, NOW, 4, track=track), compiled.best(block, NOW, 4, track=track))


@given(st.lists(RECORD, min_size=1, max_size=4))
@settings(max_examples=80, deadline=None)
def test_plain_and_compiled_say_the_same_of_where_learners_stand(
    plain: Lister, compiled: Lister, records: list[LearnerRecord]
) -> None:
    block = block_of_records(records, plain.catalogue, plain.table)
    everybody, post, rows = np.arange(len(block)), block.post[block.profile], situation(block.histories.lengths)
    ours, theirs = (lister._needs(block, everybody, post, rows, NOW)[0] for lister in (plain, compiled))
    for column in fields(ours):
        np.testing.assert_array_equal(getattr(ours, column.name), getattr(theirs, column.name), err_msg=column.name)


@given(st.lists(RECORD, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_batch_and_service_agree_to_the_last_bit(plain: Lister, compiled: Lister, records: list[LearnerRecord]) -> None:
    named = tuple(
        replace(r, learner=replace(r.learner, id=f"l{n}"), enrolments=_in_order(r)) for n, r in enumerate(records)
    )
    without_plans = replace(tables_of(named), plans=PLANS.clear())
    block = block_of_tables(without_plans, compiled.catalogue, compiled.table, NOW)
    many = compiled.best(block, NOW, 6)
    for row, record in enumerate(named):
        alone = plain.best(block_of_records([record], plain.catalogue, plain.table), NOW, 6)
        assert_same(alone, Lists(*(getattr(many, one.name)[row : row + 1] for one in fields(Lists))))


@given(RECORD)
@settings(max_examples=60, deadline=None)
def test_needs_and_gaps_are_those_of_one_learner_at_a_time(plain: Lister, record: LearnerRecord) -> None:
    catalogue, reference = plain.catalogue, plain.bundle.reference
    block = block_of_records([record], catalogue, plain.table)
    standing = standings(block, catalogue.posts, NOW, KindArrays.of(plain.table))
    state = competency_state(record, reference, NOW, plain.table)
    found = gaps(state, requirements_for(record, reference), reference)
    worst_first = [catalogue.posts.requirements[standing.need[row]].competency for row in np.argsort(standing.rank)]
    assert worst_first == [gap.competency for gap in found]
    by_name = {catalogue.posts.requirements[need].competency: row for row, need in enumerate(standing.need)}
    for gap in found:
        row = by_name[gap.competency]
        np.testing.assert_allclose(standing.at_least[row, gap.required], gap.p_met, atol=1e-9)
        np.testing.assert_allclose(standing.missing[row], gap.missing, atol=1e-9)
        assert bool(standing.known[row]) == gap.known
    needs = course_needs(block.post[block.profile], standing, catalogue.posts, plain._lessons)
    expected = TeachingTable.of(reference, catalogue.course_ids).needs(found, state)
    np.testing.assert_allclose(needs.dense(len(catalogue))[0], expected, rtol=1e-5, atol=1e-7)


def test_a_learner_has_the_same_list_alone_and_among_others_by_several_threads(
    compiled: Lister, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.listing.lister.AT_ONCE", 3)
    block = block_of_records(RECORDS * 5, compiled.catalogue, compiled.table)
    together = compiled.best(block, NOW, 5, threads=2)
    alone = compiled.best(block_of_records(RECORDS, compiled.catalogue, compiled.table), NOW, 5)
    assert_same(together, Lists(*(np.concatenate([getattr(alone, one.name)] * 5) for one in fields(Lists))))


def test_the_engine_says_in_words_what_lists_carry_as_numbers(bundle: Bundle, plain: Lister) -> None:
    engine, record = Engine(bundle), RECORDS[0]
    lists = plain.best(block_of_records([record], plain.catalogue, plain.table), NOW, 10)
    said = engine.recommend(record, NOW, 10)
    assert [item.course for item in said] == [bundle.course_ids[c] for c in lists.courses[0] if c != NOTHING]
    assert [item.score for item in said] == lists.scores[0, : len(said)].tolist()


def test_more_profiles_than_a_shelf_has_room_for_are_listed_all_the_same(plain: Lister, bundle: Bundle) -> None:
    crowded = Lister(bundle)
    crowded._bases.room = 1
    block = block_of_records(RECORDS, plain.catalogue, plain.table)
    assert_same(crowded.best(block, NOW, 5), plain.best(block, NOW, 5))


def test_without_numba_compiled_lists_are_refused_with_the_remedy(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.listing.lister.find_spec", lambda _: None)
    with pytest.raises(NotReadyError, match=r"pip install 'karmapath\[scale\]'"):
        Lister(bundle, compiled=True)
    assert not Lister(bundle).compiled


def test_fewer_courses_than_asked_for_leave_empty_places(plain: Lister) -> None:
    block = block_of_records([LearnerRecord(Learner("x"))], plain.catalogue, plain.table)
    lists = plain.best(block, NOW, 50, categories=frozenset({"nothing"}))
    assert (lists.courses == NOTHING).all()
    assert np.isneginf(lists.scores).all()
    assert not lists.reasons.any()


def test_retired_at_noon_is_gone_at_noon(tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path)
    noon = NOW.replace(hour=12)
    bundle.reference.courses["c1"] = replace(bundle.reference.courses["c1"], retired_on=noon)  # type: ignore[index]
    lister = Lister(bundle)
    block = block_of_records([LearnerRecord(Learner("x"))], lister.catalogue, lister.table)
    assert 0 in lister.best(block, noon - timedelta(seconds=1), 6).courses
    assert 0 not in lister.best(block, noon, 6).courses


def _in_order(record: LearnerRecord) -> tuple[Enrolment, ...]:
    return tuple(sorted(record.enrolments, key=lambda e: (e.enrolled_on or e.completed_on, e.course)))
