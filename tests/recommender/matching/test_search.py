from __future__ import annotations

import polars as pl
import pytest

from features.encoder.words_only import WordsOnly
from features.schema import TABLES
from recommender.matching.search import CourseSearch


class Tables:
    def __init__(self, **tables: pl.DataFrame) -> None:
        self.tables = tables

    def read(self, table: str) -> pl.DataFrame:
        return TABLES[table].conform(self.tables.get(table, TABLES[table].empty()))


COURSES = pl.DataFrame(
    {
        "course_id": ["do_1", "do_2", "do_3", "do_4", "do_5", "do_6"],
        "name": [
            "Public procurement on the portal",
            "Leave rules for officers",
            "बजट प्रबंधन",
            "Right to Information at work",
            "Yoga break at the workplace",
            "Drafting a cabinet note",
        ],
        "description": [
            "Buying goods and services through tenders",
            "Who may be absent, when and for how long",
            "विभाग के बजट की योजना",
            "Answering requests of citizens",
            "Ten minutes of exercise",
            "Proposals for the cabinet",
        ],
        "languages": [["en"], ["en"], ["hi"], ["en"], ["en", "hi"], ["en"]],
        "category": ["Course", "Course", "Course", "Program", "Course", "Course"],
        "provider": ["A", "A", "B", "B", "C", None],
        "ratings": [5, 50, 1, 2, 900, 0],
    }
)


@pytest.fixture(scope="module")
def search(encoder) -> CourseSearch:
    return CourseSearch(Tables(courses=COURSES), encoder)


def best(search, query, **options):
    return [hit.course for hit in search.search(query, **options).hits]


@pytest.mark.parametrize(
    ("query", "course"),
    [
        ("procurement", "do_1"),
        ("procurment", "do_1"),
        ("buying things for the office", "do_1"),
        ("छुट्टी के नियम", "do_2"),
        ("chhutti ke niyam", "do_2"),
        ("budget management", "do_3"),
        ("बजट", "do_3"),
        ("RTI", "do_4"),
        ("योग", "do_5"),
        ("do_6", "do_6"),
    ],
)
def test_a_course_is_found_by_meaning_language_script_and_mistyped(search, query, course):
    assert best(search, query)[0] == course


def test_what_was_put_right_is_told(search):
    assert search.search("procurment").meant == {"procurment": ("procurement",)}


def test_an_empty_query_finds_all_the_most_rated_first(search):
    answer = search.search("  ")
    assert answer.total == 6
    assert answer.hits[0].course == "do_5"


def test_only_allowed_courses_are_found(search):
    assert best(search, "procurement", allowed={"do_2"}) in ([], ["do_2"])
    assert search.search("", allowed=frozenset()).total == 0


def test_filters_and_facets_agree(search):
    answer = search.search("")
    assert answer.facets["languages"] == {"en": 5, "hi": 2}
    assert search.search("", filters={"languages": ["HI"]}).total == 2
    assert search.search("", filters={"languages": ["hi"], "provider": ["B"]}).total == 1


def test_pages_follow_each_other(search):
    whole = best(search, "", limit=6)
    assert best(search, "", limit=2) + best(search, "", limit=4, offset=2) == whole


@pytest.mark.parametrize(
    "query", ["\x00", "\u200b", "x" * 100_000, "ᱥᱟᱱᱛᱟᱲᱤ", "🙂🙂", "<b>", "%_'\"--", "RTI नियम பட்ஜெட்"]
)
def test_an_odd_query_is_answered(search, query):
    assert search.search(query).total >= 0


def test_a_catalogue_without_courses_finds_nothing(encoder):
    assert CourseSearch(Tables(), encoder).search("anything").hits == ()


TAGGED = Tables(
    courses=pl.DataFrame(
        {
            "course_id": ["en", "hi", "other"],
            "name": ["Keeping the cash book", "रोकड़ बही का परिचय", "बैठक का परिचय"],
            "languages": [["en"], ["hi"], ["hi"]],
        }
    ),
    competencies=pl.DataFrame({"competency_id": ["k"], "framework_id": ["f"], "name": ["Accounts"]}),
    teaches=pl.DataFrame({"course_id": ["en", "hi"], "competency_id": ["k", "k"], "confidence": [1.0, 1.0]}),
)


def test_a_course_in_another_language_is_found_by_the_competency_it_shares(encoder):
    assert best(CourseSearch(TAGGED, encoder), "रोकड़ बही")[:2] == ["hi", "en"]
    untagged = Tables(courses=TAGGED.tables["courses"])
    scores = {hit.course: hit.score for hit in CourseSearch(untagged, encoder).search("रोकड़ बही", 3).hits}
    tagged = {hit.course: hit.score for hit in CourseSearch(TAGGED, encoder).search("रोकड़ बही", 3).hits}
    assert tagged["en"] > scores.get("en", 0)


def test_what_means_nothing_here_is_about_no_competency(encoder):
    assert best(CourseSearch(TAGGED, encoder), "zzzzqqq") == []


def test_a_course_says_why_it_was_found(encoder) -> None:
    tagged = CourseSearch(TAGGED, encoder)
    answer = tagged.search("रोकड़ बही")
    by_words, by_tag = answer.found_by("hi"), answer.found_by("en")
    assert "words" in by_words.ways
    assert set(by_words.words) == {"रोकड़", "बही"}
    assert "competency" in by_tag.ways
    assert by_tag.competencies


def test_what_is_said_of_a_word_put_right_is_the_word_it_was_put_right_to(search) -> None:
    why = search.search("procurment").found_by("do_1")
    assert why.words == ("procurement",)
    assert "words" in why.ways


def test_an_id_is_found_as_an_id_and_where_nothing_is_asked_nothing_is_said(search) -> None:
    assert search.search("do_4").found_by("do_4").ways == ("id",)
    assert search.search("").found_by("do_4").ways == ()


def test_without_an_encoder_words_letters_and_typing_errors_still_find() -> None:
    search = CourseSearch(Tables(courses=COURSES), WordsOnly())
    answer = search.search("procurment tenders")
    assert [hit.course for hit in answer.hits] == ["do_1"]
    assert answer.found_by("do_1").meaning == 0
    assert best(search, "बजट") == ["do_3"]
    assert best(search, "nothing of the kind") == []
