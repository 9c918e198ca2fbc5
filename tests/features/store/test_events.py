from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.store import EventError, parse_event
from features.store.events import EVENT, Profile


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        "completion",
        None,
        {"kind": "completed", "learner": "L1", "course": "c1"},
        {"kind": "completion", "learner": "L1"},
        {"kind": "completion", "learner": "", "course": "c1"},
        {"kind": "completion", "learner": "L\x00", "course": "c1"},
        {"kind": "completion", "learner": "L1", "course": "c1", "score": 1},
        {"kind": "completion", "learner": "L1", "course": "c1", "at": "yesterday"},
        {"kind": "completion", "learner": "L1", "course": "c1", "dwell_ratio": float("nan")},
        {"kind": "assessment", "learner": "L1", "passed": True},
        {"kind": "peer", "learner": "L1", "competency": "k", "level": 6},
        {"kind": "rating", "learner": "L1", "course": "c1", "rating": -1},
        {"kind": "profile", "learner": "L1", "languages": ["Hindi"]},
    ],
)
def test_what_is_no_event_is_refused_with_found_expected_and_remedy(document: object) -> None:
    with pytest.raises(EventError) as error:
        parse_event(document)
    assert error.value.found
    assert error.value.expected
    assert error.value.remedy


def test_times_are_kept_in_the_platforms_zone() -> None:
    event = parse_event({"kind": "completion", "learner": "L1", "course": "c1", "at": "2026-04-01T00:00:00+00:00"})
    assert event.at == datetime(2026, 4, 1, 5, 30)


def test_a_new_job_ends_the_post_held_before() -> None:
    event = parse_event({"kind": "profile", "learner": "L1", "designation": "Clerk"})
    assert isinstance(event, Profile)
    assert event.changes() == {"designation": "Clerk", "position_id": None}


ids = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)


@given(learner=ids, course=ids, share=st.none() | st.floats(0, 1), at=st.none() | st.datetimes())
def test_an_event_survives_being_written_as_json(learner: str, course: str, share: Any, at: Any) -> None:
    event = EVENT.validate_python(
        {"kind": "enrolment", "learner": learner, "course": course, "progress": share, "at": at}
    )
    assert EVENT.validate_json(event.model_dump_json(exclude_unset=True)) == event
