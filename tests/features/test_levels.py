from __future__ import annotations

import polars as pl
import pytest

from features.errors import KarmapathError
from features.levels import COURSE_LEVELS, SCALES, describe, level_of, levels
from features.schema import MAX_LEVEL, MIN_LEVEL


@pytest.mark.parametrize("name", SCALES)
def test_every_scale_stays_within_the_levels(name: str) -> None:
    assert set(SCALES[name].values()) <= set(range(MIN_LEVEL, MAX_LEVEL + 1))


@pytest.mark.parametrize(
    ("words", "scale", "expected"),
    [
        (["0", "5", "Level 3", "2.0", "L4"], "0-5", [0, 5, 3, 2, 4]),
        (["1", "2", "3", "4"], "1-4", [1, 2, 4, 5]),
        (["Operational", "Tactical", "Strategic"], "operational-strategic", [2, 3, 5]),
        (["Awareness", "working", " Practitioner ", "EXPERT"], "awareness-expert", [1, 2, 4, 5]),
        (["Beginner", "Intermediate", "Advanced"], "beginner-advanced", [1, 3, 4]),
        (["3", "Tactical", "Expert"], "any", [3, 3, 5]),
    ],
)
def test_words_become_levels(words: list[str], scale: str, expected: list[int]) -> None:
    assert levels(pl.Series(words), scale).to_list() == expected


@pytest.mark.parametrize("word", ["6", "-1", "2.5", "Guru", ""])
def test_what_is_off_the_scale_is_never_clipped(word: str) -> None:
    assert levels(pl.Series([word]), "0-5").to_list() == [None]
    with pytest.raises(KarmapathError, match="0, 1, 2, 3, 4 or 5"):
        level_of(word, "0-5")


def test_numbers_are_read_like_words() -> None:
    assert levels(pl.Series([1, None, 7]), "0-5").to_list() == [1, None, None]


def test_an_unknown_scale_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(KarmapathError, match="awareness-expert"):
        level_of("3", "stars")


def test_a_scale_is_described_by_its_words() -> None:
    assert describe("awareness-expert") == "awareness, working, practitioner or expert"


def test_every_difficulty_leads_upwards() -> None:
    assert all(start < end for start, end in COURSE_LEVELS.values())
