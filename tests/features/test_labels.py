from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.labels import Window, detect_campaigns, label_shares, mark
from features.schema import ENROLMENT_STATUSES, TABLES

BEGAN = datetime(2025, 1, 10, 9, 0)
WORLD: Mapping[str, list[dict[str, Any]]] = {
    "courses": [{"course_id": "c", "name": "Course", "hours": 10.0}, {"course_id": "unknown-hours", "name": "Course"}],
    "organisations": [
        {"organisation_id": "ministry", "name": "Ministry"},
        {"organisation_id": "office", "name": "Office", "parent_id": "ministry"},
        {"organisation_id": "elsewhere", "name": "Elsewhere"},
    ],
    "learners": [{"learner_id": "l", "organisation_id": "office", "designation": "Section  Officer"}],
    "plans": [],
}


def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    frame = TABLES[name].empty()
    return frame if not rows else TABLES[name].conform(pl.DataFrame(rows, infer_schema_length=None))


def marked(
    plans: list[dict[str, Any]] | None = None, windows: tuple[Window, ...] = (), **fields: Any
) -> dict[str, Any]:
    row = {"learner_id": "l", "course_id": "c", "status": "completed", "enrolled_on": BEGAN} | fields
    tables = {name: table(name, rows) for name, rows in (dict(WORLD) | {"plans": plans or []}).items()}
    return mark(table("enrolments", [row]), tables, windows).row(0, named=True)


def plan(**fields: Any) -> dict[str, Any]:
    return {
        "plan_id": "p", "organisation_id": "ministry", "scope": "organisation", "scope_value": "ministry",
        "course_id": "c", "allocated_on": datetime(2025, 1, 1),
    } | fields  # fmt: skip


LATER = BEGAN + timedelta(days=9)


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        (plan(), True),
        (plan(scope_value="elsewhere", organisation_id="elsewhere"), False),
        (plan(scope="designation", scope_value="SECTION OFFICER"), True),
        (plan(scope="designation", scope_value="Director"), False),
        (plan(scope="designation", scope_value="Section Officer", organisation_id="elsewhere"), False),
        (plan(scope="learner", scope_value="l"), True),
        (plan(scope="learner", scope_value="another"), False),
        (plan(mandatory=False), False),
        (plan(course_id="unknown-hours"), False),
        (plan(allocated_on=LATER + timedelta(days=1)), False),
        (plan(allocated_on=None), True),
    ],
    ids=[
        "everybody below", "another organisation", "designation, whatever its case", "another designation",
        "designation elsewhere", "by id", "another learner", "voluntary", "another course", "after completion",
        "undated",
    ],
)  # fmt: skip
def test_a_completion_is_mandated_if_a_plan_assigned_it_before(assignment: dict[str, Any], expected: bool) -> None:
    assert marked([assignment], completed_on=LATER)["mandated"] is expected


def test_an_unfinished_enrolment_is_mandated_only_if_the_plan_came_before_it_began() -> None:
    assert marked([plan(allocated_on=BEGAN + timedelta(days=1))], status="in_progress")["mandated"] is False
    assert marked([plan(allocated_on=BEGAN - timedelta(days=1))], status="in_progress")["mandated"] is True


def test_what_the_source_marked_stays_marked() -> None:
    found = marked(mandated=True, campaign=True, skimmed=True)
    assert (found["mandated"], found["campaign"], found["skimmed"]) == (True, True, True)


def test_a_completion_in_a_window_is_of_the_campaign_on_both_end_days() -> None:
    window = (Window(date(2025, 1, 19), date(2025, 1, 20)),)
    days = [datetime(2025, 1, day, 23, 59) for day in (18, 19, 20, 21)]
    assert [marked(windows=window, completed_on=day)["campaign"] for day in days] == [False, True, True, False]


def test_without_a_completion_there_is_no_campaign() -> None:
    assert marked(windows=(Window(date(2025, 1, 1), date(2025, 2, 1)),), status="in_progress")["campaign"] is False


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"dwell_ratio": 0.09}, True),
        ({"dwell_ratio": 0.1}, False),
        ({"dwell_ratio": 0.5, "completed_on": BEGAN + timedelta(seconds=20)}, False),
        ({"completed_on": BEGAN + timedelta(minutes=59)}, True),
        ({"completed_on": BEGAN + timedelta(minutes=61)}, False),
        ({"dwell_ratio": 0.01, "status": "in_progress"}, False),
        ({"course_id": "unknown-hours", "completed_on": BEGAN + timedelta(seconds=20)}, False),
        ({"enrolled_on": datetime(2025, 1, 10), "completed_on": datetime(2025, 1, 10)}, False),
        ({"enrolled_on": None, "completed_on": BEGAN}, False),
    ],
    ids=[
        "dwell below a tenth", "dwell of a tenth", "dwell goes before dates", "within a tenth of its hours", "later",
        "not completed", "hours unknown", "whole days", "one time unknown",
    ],
)  # fmt: skip
def test_skimmed(fields: dict[str, Any], expected: bool) -> None:
    assert marked(**fields)["skimmed"] is expected


def completions(per_day: list[int]) -> pl.DataFrame:
    days = [datetime(2025, 1, 1, 12) + timedelta(days=n) for n, count in enumerate(per_day) for _ in range(count)]
    return pl.DataFrame({"completed_on": pl.Series(days, dtype=pl.Datetime("ms"))})


def test_a_week_far_above_the_usual_is_detected() -> None:
    per_day = [20] * 60 + [200] * 9 + [20] * 60
    assert detect_campaigns(completions(per_day)) == (Window(date(2025, 3, 2), date(2025, 3, 10)),)


@pytest.mark.parametrize(
    "per_day",
    [
        [20] * 120, [20] * 60 + [200] * 2 + [20] * 60, [1] * 60 + [20] * 9 + [1] * 60, list(range(1, 121)),
        [30, 20, 25, 20, 30, 0, 0] * 20, [], [500],
    ],
    ids=["even", "two days", "few people", "growth", "weekends", "nothing", "one day"],
)  # fmt: skip
def test_what_is_not_a_campaign_is_not_detected(per_day: list[int]) -> None:
    assert detect_campaigns(completions(per_day)) == ()


def test_shares_count_each_mark_and_what_has_none() -> None:
    frame = table(
        "enrolments",
        [
            {"learner_id": "a", "course_id": "c", "status": "completed", "mandated": True, "skimmed": True},
            {"learner_id": "b", "course_id": "c", "status": "completed", "campaign": True},
            {"learner_id": "c", "course_id": "c", "status": "completed"},
            {"learner_id": "d", "course_id": "c", "status": "completed"},
        ],
    )
    assert label_shares(frame) == {"mandated": 0.25, "campaign": 0.25, "skimmed": 0.25, "preference": 0.5}


@given(st.lists(st.tuples(st.sampled_from(ENROLMENT_STATUSES), st.floats(0, 2) | st.none()), min_size=1, max_size=20))
def test_marking_twice_changes_nothing(rows: list[tuple[str, float | None]]) -> None:
    frame = table(
        "enrolments",
        [
            {"learner_id": f"l{n}", "course_id": "c", "status": status, "dwell_ratio": dwell}
            for n, (status, dwell) in enumerate(rows)
        ],
    )  # fmt: skip
    tables = {name: table(name, rows) for name, rows in WORLD.items()}
    once = mark(frame, tables)
    assert mark(once, tables).equals(once)


def test_a_loop_in_the_tree_of_organisations_ends() -> None:
    loop = [
        {"organisation_id": "office", "name": "A", "parent_id": "ministry"},
        {"organisation_id": "ministry", "name": "B", "parent_id": "office"},
    ]
    row = {"learner_id": "l", "course_id": "c", "status": "completed", "completed_on": LATER}
    tables = {
        name: table(name, rows) for name, rows in (dict(WORLD) | {"organisations": loop, "plans": [plan()]}).items()
    }
    assert mark(table("enrolments", [row]), tables)["mandated"].to_list() == [True]
