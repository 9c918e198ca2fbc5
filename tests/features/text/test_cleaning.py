from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.text import clean, script_of, tidy


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", ""),
        (" \t\n ", ""),
        ("\u200b\ufeff\u200d", ""),
        ("<p>Noting <b>and</b> drafting</p><script>alert(1)</script>", "Noting and drafting"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("Terms &amp; conditions", "Terms & conditions"),
        ("tab\x00and\x1fnull", "tab and null"),
        ("half \ud800surrogate", "half surrogate"),
        ("क\u200dर्म", "कर्म"),
    ],
)
def test_markup_controls_and_invisible_marks_are_dropped(raw, expected):
    assert clean(raw) == expected


@given(st.text())
def test_cleaning_twice_changes_no_spacing_and_leaves_nothing_unprintable(text):
    cleaned = clean(text)
    assert cleaned == " ".join(cleaned.split())
    cleaned.encode("utf-8")


@pytest.mark.parametrize("unit", ["<", "<script>", "&", "a<b", "&lt;", "क", "\u200b", "\x00"])
def test_a_hundred_kilobytes_of_trouble_take_no_time(unit):
    started = time.perf_counter()
    clean(unit * (100_000 // len(unit)))
    assert time.perf_counter() - started < 1.0


def test_phrases_that_every_course_has_are_left_out():
    assert tidy("In this course, you will: learn noting") == "learn noting"
    assert tidy("Know Your Ministry: Railways") == "Railways"


def test_a_missing_text_is_empty():
    assert tidy(None) == ""


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("", "none"),
        ("2026 – 50 %", "none"),
        ("Budget", "latin"),
        ("बजट और budget प्रबंधन", "devanagari"),
        ("ਬਜਟ", "gurmukhi"),
        ("بجٹ", "arabic"),
        ("ᱥᱟᱱᱛᱟᱲᱤ", "ol_chiki"),
    ],
)
def test_the_script_is_that_of_most_letters(text, script):
    assert script_of(text) == script
