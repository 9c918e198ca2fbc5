from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.importers import values


def column(*cells: Any) -> pl.Series:
    return pl.Series("c", list(cells))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-02-01 10:20:30", datetime(2024, 2, 1, 10, 20, 30)),
        ("2024-02-01 10:20:30.250", datetime(2024, 2, 1, 10, 20, 30)),
        ("2024-02-01", datetime(2024, 2, 1)),
        ("01/02/2024", datetime(2024, 2, 1)),
        ("01-02-2024", datetime(2024, 2, 1)),
        ("2024-02-01T00:00:00Z", datetime(2024, 2, 1, 5, 30)),
        ("2024-02-01T00:00:00.000+0000", datetime(2024, 2, 1, 5, 30)),
        ("2024-02-01 10:20:30:123+0530", datetime(2024, 2, 1, 10, 20, 30)),
        ("1706725800000", datetime(2024, 2, 1)),
        ("1706725800", datetime(2024, 2, 1)),
        ("2024-02-30", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_times_in_every_layout_become_platform_time(cell: str | None, expected: datetime | None) -> None:
    assert values.times(pl.Series([cell], dtype=pl.String)).to_list() == [expected]


def test_layouts_may_be_mixed_in_one_column() -> None:
    found = values.times(column("2024-02-01 10:00:00", "1706725800000", None, "01/02/2024", "x"))
    assert found.to_list() == [datetime(2024, 2, 1, 10), datetime(2024, 2, 1), None, datetime(2024, 2, 1), None]


def test_typed_times_and_numbers_are_times_too() -> None:
    zoned = pl.Series([datetime(2024, 2, 1)]).dt.replace_time_zone("UTC")
    assert values.times(zoned).to_list() == [datetime(2024, 2, 1, 5, 30)]
    assert values.times(column(1706725800000)).to_list() == [datetime(2024, 2, 1)]


@given(st.datetimes(datetime(1951, 1, 1), datetime(2100, 1, 1)))
def test_a_time_that_was_written_is_read_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert values.times(column(f"{moment:%Y-%m-%d %H:%M:%S}")).to_list() == [moment]


@pytest.mark.parametrize(
    ("cell", "unit", "expected"),
    [
        ("01:30:00", "seconds", 1.5), ("1:30", "seconds", 1.5), ("5400", "seconds", 1.5), ("90", "minutes", 1.5),
        ("1.5", "hours", 1.5), ("01:75:00", "seconds", None), ("long", "seconds", None),
    ],
)  # fmt: skip
def test_durations_become_hours(cell: str, unit: str, expected: float | None) -> None:
    assert values.hours(column(cell), unit).to_list() == [expected]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("12", 12.0), ("1,25,000", 125000.0), ("1,250.5", 1250.5), ("1.9k", 1900.0), ("85 %", 85.0), ("-3", -3.0),
        ("1,2", None), ("inf", None), ("nan", None), ("ten", None),
    ],
)  # fmt: skip
def test_numbers(cell: str, expected: float | None) -> None:
    assert values.numbers(column(cell)).to_list() == [expected]


@pytest.mark.parametrize(
    ("cell", "expected"), [("Yes", True), ("0", False), ("1.0", True), (" TRUE ", True), ("?", None)]
)
def test_truth_values(cell: str, expected: bool | None) -> None:
    assert values.booleans(column(cell)).to_list() == [expected]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("['a', 'b']", ["a", "b"]),
        ('["  a", "a", "b c "]', ["a", "b c"]),
        ("[]", []),
        ("one", ["one"]),
        ("[broken", None),
        ("__import__('os')", ["__import__('os')"]),
        ("[__import__('os')]", None),
    ],
)
def test_lists_are_json_or_python_literals_and_never_run(cell: str, expected: list[str] | None) -> None:
    assert values.lists(column(cell)).to_list() == [expected]


def test_lists_may_be_parted_by_a_sign() -> None:
    assert values.lists(column("a | b||a", None), "|").to_list() == [["a", "b"], None]


def test_typed_lists_are_cleaned() -> None:
    assert values.lists(column([" a", "", "b"])).to_list() == [["a", "b"]]


def test_languages_become_codes_also_the_portals_own() -> None:
    assert values.languages(column("['Hindi', 'ka', 'en', 'Klingon']")).to_list() == [["hi", "kn", "en", "klingon"]]


def test_html_is_taken_away_and_inequalities_stay() -> None:
    found = values.plain_texts(column("<p>A &amp; <b>B</b></p><script>run()</script>", "x < 3 and y > 2"))
    assert found.to_list() == ["A & B", "x < 3 and y > 2"]


def test_texts_are_trimmed_and_ids_that_became_floats_are_whole_again() -> None:
    assert values.texts(column("  a \t b\u00a0", " ")).to_list() == ["a b", None]
    assert values.texts(column(7.0, None)).to_list() == ["7", None]


def test_null_words_are_nothing_whatever_their_case() -> None:
    assert values.without(column("n/a", " ", "name"), ("N/A",)).to_list() == [None, None, "name"]
