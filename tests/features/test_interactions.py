from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.interactions import learner_histories
from features.warehouse import Snapshot, Warehouse


def snapshot(folder: Path, enrolments: list[dict[str, Any]], courses: tuple[str, ...] = ("a", "b", "c")) -> Snapshot:
    rows = [{"learner_id": "l", "status": "completed"} | row for row in enrolments]
    return Warehouse(folder).commit(
        {
            "courses": pl.DataFrame({"course_id": courses, "name": courses}),
            "enrolments": pl.DataFrame(rows, infer_schema_length=None),
        }
    )


def day(number: int) -> datetime:
    return datetime(2025, 1, number)


def test_rows_are_in_order_of_time_then_of_sequence(tmp_path: Path) -> None:
    taken = snapshot(
        tmp_path,
        [
            {"course_id": "a", "enrolled_on": day(3), "sequence": 2},
            {"course_id": "b", "enrolled_on": day(3), "sequence": 1},
            {"course_id": "c", "enrolled_on": day(1), "sequence": 9},
        ],
    )
    learners, courses, histories = learner_histories(taken)
    assert learners == ["l"]
    assert [courses[n] for n in histories.row(0)] == ["c", "b", "a"]
    assert histories.days is not None
    assert histories.days.tolist() == sorted(histories.days.tolist())


def test_where_only_the_order_is_known_it_is_the_sequence(tmp_path: Path) -> None:
    taken = snapshot(tmp_path, [{"course_id": c, "sequence": n} for n, c in enumerate("cab")])
    _, courses, histories = learner_histories(taken)
    assert [courses[n] for n in histories.row(0)] == ["c", "a", "b"]
    assert histories.days is None


@pytest.mark.parametrize("label", ["mandated", "campaign", "skimmed"])
def test_what_says_nothing_about_interest_is_left_out(tmp_path: Path, label: str) -> None:
    rows = [
        {"course_id": "a", "sequence": 0, label: True},
        {"course_id": "b", "sequence": 1, label: False},
        {"course_id": "c", "sequence": 2},
    ]
    taken = snapshot(tmp_path, rows)
    assert learner_histories(taken)[2].courses.tolist() == [1, 2]
    assert learner_histories(taken, preferences_only=False)[2].courses.tolist() == [0, 1, 2]


def test_nothing_after_the_moment_is_seen(tmp_path: Path) -> None:
    rows = [{"course_id": c, "enrolled_on": day(n)} for n, c in enumerate("abc", 1)]
    taken = snapshot(tmp_path, [*rows, {"learner_id": "later", "course_id": "a", "enrolled_on": day(9)}])
    learners, _, histories = learner_histories(taken, until=day(3))
    assert learners == ["l"]
    assert histories.courses.tolist() == [0, 1]


def test_courses_that_nobody_took_are_columns_too(tmp_path: Path) -> None:
    _, courses, histories = learner_histories(snapshot(tmp_path, [{"course_id": "b"}]))
    assert courses == ("a", "b", "c")
    assert histories.n_courses == 3


def test_learners_are_sorted_and_each_has_a_row(tmp_path: Path) -> None:
    taken = snapshot(tmp_path, [{"learner_id": name, "course_id": "a"} for name in ("z", "b", "m")])
    learners, _, histories = learner_histories(taken)
    assert learners == ["b", "m", "z"]
    assert histories.lengths.tolist() == [1, 1, 1]


def test_without_enrolments_there_are_no_rows(tmp_path: Path) -> None:
    empty = Warehouse(tmp_path).commit({"courses": pl.DataFrame({"course_id": ["a"], "name": ["A"]})})
    learners, courses, histories = learner_histories(empty)
    assert (learners, courses, len(histories)) == ([], ("a",), 0)
