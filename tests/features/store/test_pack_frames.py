from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from features.packed import enrolment_row, evidence_row
from features.records import Enrolment, Evidence, Learner
from features.schema import ENROLMENT_STATUSES, EVIDENCE_KINDS, TABLES
from features.store.load import plan_rows
from features.store.pack_frames import own_plans, with_packs
from features.store.packs import packed, profile_row
from features.store.record_rows import beginning

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
IDS = st.text('ab"\\\n\té', min_size=1, max_size=3)
TIMES = st.integers(-(10**12), 4 * 10**12).map(lambda number: datetime(1970, 1, 1) + timedelta(milliseconds=number))
FLOATS = st.floats(0, 1e300)
LEARNERS = st.lists(
    st.builds(
        Learner, IDS, st.none() | TEXTS, st.none() | TEXTS, st.none() | TEXTS, st.none() | TEXTS, st.none() | TEXTS,
        st.sampled_from([(), ("hi", "en")]), st.none() | TIMES, st.booleans(),
    ),
    min_size=1, max_size=4, unique_by=lambda one: one.id,
)  # fmt: skip
ENROLMENTS = st.builds(
    Enrolment, IDS, st.sampled_from(ENROLMENT_STATUSES), st.none() | FLOATS, st.none() | FLOATS, st.none() | TIMES,
    st.none() | TIMES, st.none() | st.integers(0, 99), st.none() | FLOATS, st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
EVIDENCE = st.builds(
    Evidence, TEXTS, st.sampled_from(EVIDENCE_KINDS), TIMES, st.none() | IDS, st.none() | IDS,
    st.none() | st.integers(1, 5), st.none() | st.booleans(), st.none() | FLOATS, st.none() | st.integers(1, 9),
)  # fmt: skip


@settings(deadline=None)
@given(LEARNERS, st.data())
def test_frames_are_packed_as_learners_are_one_by_one(people: list[Learner], data: st.DataObject) -> None:
    taken = {one.id: data.draw(st.lists(ENROLMENTS, max_size=4, unique_by=lambda e: e.course)) for one in people}
    shown = {one.id: data.draw(st.lists(EVIDENCE, max_size=4, unique_by=lambda e: e.id)) for one in people}
    frame = with_packs(_learners(people), _rows("enrolments", taken), _rows("evidence", shown), NO_PLANS)
    packs = [
        packed(
            profile_row(one),
            [enrolment_row(each) for each in sorted(taken[one.id], key=beginning)],
            [evidence_row(each) for each in sorted(shown[one.id], key=lambda each: (each.observed_on, each.id))],
            [],
            [],
        )
        for one in people
    ]
    assert [orjson.loads(text) for text in frame["packed"]] == [orjson.loads(text) for text in packs]
    assert frame["packed_version"].to_list() == [7] * len(people)


def test_a_status_that_has_no_number_goes_by_its_name() -> None:
    person = Learner("L1")
    taken = {"L1": [Enrolment("c1", "dreamt of"), Enrolment("c2", "completed")]}
    frame = with_packs(_learners([person]), _rows("enrolments", taken), _rows("evidence", {}), NO_PLANS)
    assert [row[1] for row in orjson.loads(frame["packed"][0])[2]] == ["dreamt of", 2]


NO_PLANS = own_plans(plan_rows(TABLES["plans"].empty()))


def _learners(people: list[Learner]) -> pl.DataFrame:
    rows = [
        {
            "learner_id": one.id, "organisation_id": one.organisation, "position_id": one.position,
            "designation": one.designation, "group": one.group, "cadre": one.cadre,
            "joined_on": one.joined_on, "verified": one.verified,
        }
        for one in people
    ]  # fmt: skip
    frame = TABLES["learners"].conform(pl.DataFrame(rows, infer_schema_length=None))
    languages = pl.Series([",".join(one.languages) or None for one in people], dtype=pl.String)
    return frame.with_columns(languages=languages, version=pl.lit(7))


def _rows(table: str, items: dict[str, list[Any]]) -> pl.DataFrame:
    names = {"course": "course_id", "competency": "competency_id", "id": "evidence_id"}
    rows = [
        {"learner_id": learner} | {names.get(name, name): value for name, value in one._asdict().items()}
        for learner, ones in items.items()
        for one in ones
    ]
    return TABLES[table].conform(pl.DataFrame(rows, infer_schema_length=None)) if rows else TABLES[table].empty()
