from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import KarmapathError
from features.store import PASSED_OVER, native, parse_event, unpacked
from features.store.events import Assessed, Completed, Enrolled

VERBS = "http://adlnet.gov/expapi/verbs/"


def statement(verb: str, **result: Any) -> dict[str, Any]:
    return {
        "id": "5f1e", "actor": {"account": {"homePage": "https://portal.example", "name": "L1"}},
        "verb": {"id": VERBS + verb}, "object": {"id": "https://portal.example/course/do_1"},
        "result": result, "timestamp": "2026-04-01T00:00:00Z",
    }  # fmt: skip


def telemetry(eid: str, **edata: Any) -> dict[str, Any]:
    return {
        "eid": eid, "ets": 1_775_001_600_000, "ver": "3.1", "mid": "m1", "actor": {"id": "L1", "type": "User"},
        "object": {"id": "do_part", "type": "Content", "rollup": {"l1": "do_1"}}, "edata": edata,
    }  # fmt: skip


def test_a_completed_statement_is_a_completion() -> None:
    event = parse_event(native(statement("completed")))
    assert isinstance(event, Completed)
    assert (event.learner, event.course, event.key) == ("L1", "do_1", "5f1e")
    assert str(event.at) == "2026-04-01 05:30:00"


@pytest.mark.parametrize(("verb", "passed"), [("passed", True), ("failed", False)])
def test_passed_and_failed_statements_are_assessments(verb: str, passed: bool) -> None:
    event = parse_event(native(statement(verb, score={"scaled": 0.4})))
    assert isinstance(event, Assessed)
    assert (event.passed, event.score) == (passed, 0.4)


def test_progress_is_an_enrolment_with_its_share() -> None:
    extensions = {"https://w3id.org/xapi/cmi5/result/extensions/progress": 35}
    event = parse_event(native(statement("progressed", extensions=extensions)))
    assert isinstance(event, Enrolled)
    assert event.progress == 0.35


def test_what_says_nothing_of_a_course_is_passed_over() -> None:
    assert native(statement("experienced")) is PASSED_OVER
    assert native(telemetry("IMPRESSION", pageid="/home")) is PASSED_OVER
    assert native(telemetry("AUDIT", type="login")) is PASSED_OVER


def test_a_mail_address_names_nobody() -> None:
    mailed = statement("completed") | {"actor": {"mbox": "mailto:somebody@portal.example"}}
    with pytest.raises(KarmapathError, match="learner"):
        parse_event(native(mailed))


def test_the_platforms_assessments_and_enrolments_are_read() -> None:
    assessed = parse_event(native(telemetry("ASSESS", **{"pass": "Yes", "score": 3})))
    enrolled = parse_event(native(telemetry("AUDIT", type="enrol")))
    assert isinstance(assessed, Assessed)
    assert (assessed.passed, assessed.course, assessed.key) == (True, "do_1", "m1")
    assert isinstance(enrolled, Enrolled)
    assert str(enrolled.at) == "2026-04-01 05:30:00"


def test_a_batch_of_telemetry_is_its_events() -> None:
    assert unpacked({"id": "api.telemetry", "ver": "3.0", "events": [1, 2]}) == [1, 2]
    own = {"kind": "completion", "learner": "L1", "course": "c1"}
    assert unpacked(own) == own
    assert native(own) is own


NAMES = ["eid", "verb", "actor", "object", "id", "edata", "ets", "result", "account", "name", "kind"]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=12,
)


@given(JSON)
def test_a_document_is_an_event_or_passed_over_or_refused_and_never_breaks_the_reading(document: Any) -> None:
    with suppress(KarmapathError):
        own = native(document)
        assert own is PASSED_OVER or parse_event(own).learner
