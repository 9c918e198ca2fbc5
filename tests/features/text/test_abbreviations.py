from __future__ import annotations

import pytest

from features.errors import KarmapathError
from features.text import Abbreviations, builtin_abbreviations, load_abbreviations


def test_an_abbreviation_is_spelt_out_at_its_first_appearance_only():
    assert builtin_abbreviations().expand("GFR and GFR 2017") == "GFR (General Financial Rules) and GFR 2017"


def test_a_meaning_that_is_already_told_is_not_repeated():
    text = "Right to Information (RTI) at work"
    assert builtin_abbreviations().expand(text) == text


def test_part_of_a_word_is_no_abbreviation():
    assert builtin_abbreviations().expand("RTIs GeMs SOS") == "RTIs GeMs SOS"


def test_two_letters_are_left_alone_where_everything_is_in_capitals():
    assert builtin_abbreviations().expand("DO IT NOW") == "DO IT NOW"


def test_the_longest_abbreviation_wins():
    assert "Joint Secretary and Financial Adviser" in builtin_abbreviations().expand("Note to JS&FA")


def test_a_list_without_entries_changes_nothing():
    assert Abbreviations({}).expand("RTI") == "RTI"


def test_the_users_own_list_adds_and_overrides(tmp_path):
    own = tmp_path / "abbreviations.tsv"
    own.write_text("abbreviation\tmeaning\nXYZ\tthe xyz scheme\nSO\tStation Officer\n", encoding="utf-8")
    abbreviations = load_abbreviations(own)
    assert abbreviations.meaning("xyz") == "the xyz scheme"
    assert abbreviations.meaning("so") == "Station Officer"
    assert abbreviations.meaning("RTI") == "Right to Information"


def test_a_list_that_is_not_there_leaves_the_built_in_one(tmp_path):
    assert load_abbreviations(tmp_path / "none.tsv") == builtin_abbreviations()


@pytest.mark.parametrize(
    "content", ["abbreviation\tmeaning\nRTI\n", "short\tlong\nRTI\tx\n", "abbreviation\tmeaning\n\tx\n"]
)
def test_a_broken_list_is_refused_with_its_line(tmp_path, content):
    own = tmp_path / "abbreviations.tsv"
    own.write_text(content, encoding="utf-8")
    with pytest.raises(KarmapathError, match=r"line [12] of"):
        load_abbreviations(own)
