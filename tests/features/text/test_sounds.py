from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.text.grams import COLUMNS, gram_counts, inverse_document_frequency, weighted_unit_rows
from features.text.romanised import devanagari_guesses
from features.text.sounds import skeletons, words


@pytest.mark.parametrize(
    "same",
    [
        "Dashboard डैशबोर्ड ਡੈਸ਼ਬੋਰਡ ડેશબોર્ડ",
        "certificate सर्टिफिकेट",
        "registration रजिस्ट्रेशन",
        "chhutti छुट्टी",
        "2024 २०२४",
    ],
)
def test_a_loan_word_sounds_alike_in_every_script(same):
    assert len(set(skeletons(same))) == 1


@given(st.text())
def test_every_text_has_words_and_sounds(text):
    assert len(skeletons(text)) <= len(words(text))


def test_vowel_signs_stay_with_their_letters():
    assert words("नीति-निर्माण, policy") == ["नीति", "निर्माण", "policy"]


def test_latin_letters_are_read_as_hindi_short_and_long():
    assert devanagari_guesses("Vyapar ke 2 niyam") == ("व्यपर के 2 नियम", "व्यापार के 2 नियाम")


def test_grams_stay_inside_words_and_texts():
    counts = gram_counts(["ab", "ab cd", ""], (2, 3))
    assert counts.shape == (3, COLUMNS)
    assert [counts[row].sum() for row in range(3)] == [5, 10, 0]


def test_the_same_word_weighs_a_row_of_length_one():
    counts = gram_counts(["budget", "", "budget"], (3, 5))
    rows = weighted_unit_rows(counts, inverse_document_frequency(counts))
    assert abs((rows @ rows.T).toarray() - [[1, 0, 1], [0, 0, 0], [1, 0, 1]]).max() < 1e-5
