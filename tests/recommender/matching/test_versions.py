from __future__ import annotations

import polars as pl

from features.reference import Reference
from features.schema import TABLES
from recommender.matching.versions import collapse, missing_languages, suggest_versions, versions


class Tables:
    def __init__(self, courses: pl.DataFrame) -> None:
        self.courses = courses

    def read(self, table: str) -> pl.DataFrame:
        return TABLES[table].conform(self.courses if table == "courses" else TABLES[table].empty())


SOURCE = Tables(
    pl.DataFrame(
        {
            "course_id": ["a", "a_hi", "b", "c_hi"],
            "name": ["Leave rules", "छुट्टी के नियम", "Public procurement", "सार्वजनिक खरीद"],
            "languages": [["en"], ["hi"], ["en"], ["hi"]],
            "base_course_id": [None, "a", None, None],
            "hours": [1.0, 1.0, 2.0, 2.5],
        }
    )
)
REFERENCE = Reference.load(SOURCE)


def test_translations_are_versions_of_one_course():
    assert versions(REFERENCE)["a"] == {"en": "a", "hi": "a_hi"}


def test_a_list_keeps_one_version_each_in_the_readers_language():
    assert collapse(["a", "b", "a_hi"], REFERENCE, ["hi", "en"]) == ("a_hi", "b")
    assert collapse(["a", "b", "a_hi"], REFERENCE, ["ta"]) == ("a", "b")
    assert collapse(["x", "x"], REFERENCE) == ("x",)


def test_planners_see_where_no_version_exists():
    assert missing_languages(REFERENCE, ["en", "hi"]) == {"b": ("hi",), "c_hi": ("en",)}


def test_courses_that_look_like_one_are_suggested(encoder):
    assert [(pair.course, pair.translation) for pair in suggest_versions(SOURCE, encoder)] == [("b", "c_hi")]
