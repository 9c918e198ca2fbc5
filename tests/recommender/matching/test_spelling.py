from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.matching.spelling import Spelling, edits

SPELLING = Spelling.of(["procurement", "budget", "leave", "rule", "audit"])


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("budget", ("budget",)),
        ("budegt", ("budget",)),
        ("buget", ("budget",)),
        ("budgets", ("budget",)),
        ("procurmentt", ("procurement",)),
        ("rul", ()),
        ("tender", ()),
        ("", ()),
    ],
)
def test_a_mistyped_word_is_put_right_and_a_strange_one_is_not(word, meant):
    assert SPELLING.meant(word) == meant


words = st.text(alphabet="abc", max_size=6)


@given(words, words)
def test_edits_are_the_same_both_ways(a, b):
    assert edits(a, b, 3) == edits(b, a, 3)


@given(words)
def test_a_word_is_no_edit_from_itself(word):
    assert edits(word, word, 2) == 0
