from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pytest

from features.schema import TABLES
from recommender.matching.course_level import course_levels
from recommender.matching.tagging import doubtful_tags, infer_teaches


@dataclass
class Tables:
    tables: dict[str, pl.DataFrame]

    def read(self, table: str) -> pl.DataFrame:
        return TABLES[table].conform(self.tables.get(table, TABLES[table].empty()))


COMPETENCIES = pl.DataFrame(
    {
        "competency_id": ["budget", "leave", "procure"],
        "framework_id": ["f", "f", "f"],
        "name": ["Budget management", "Leave rules", "Public procurement"],
        "description": [
            "plans money of a department",
            "knows who may be absent when",
            "buys goods and services fairly",
        ],
    }
)
COURSES = pl.DataFrame(
    {
        "course_id": ["c1", "c2", "c3", "c4"],
        "name": ["Advanced public procurement", "बजट प्रबंधन का परिचय", "Yoga break", "Office life"],
        "description": ["Tenders and contracts for goods and services", "विभाग का बजट", None, None],
        "keywords": [["procurement"], None, None, ["Leave rules"]],
        "difficulty": [None, "Beginner", None, None],
    }
)


def inferred(**more: pl.DataFrame) -> dict[tuple[str, str], dict]:
    frame = infer_teaches(Tables({"courses": COURSES, "competencies": COMPETENCIES, **more}), ENCODER[0])
    assert frame.schema == TABLES["teaches"].schema
    return {(row["course_id"], row["competency_id"]): row for row in frame.iter_rows(named=True)}


ENCODER: list = []


@pytest.fixture(autouse=True)
def _encoder(encoder):
    ENCODER[:] = [encoder]


def test_an_untagged_course_gets_what_it_speaks_of_with_level_and_confidence():
    edges = inferred()
    assert edges["c1", "procure"]["from_level"] == 3
    assert edges["c1", "procure"]["to_level"] == 4
    assert edges["c1", "procure"]["confidence"] > 0.3
    assert edges["c1", "procure"]["source"] == "inferred"


def test_a_course_in_another_language_is_read():
    assert ("c2", "budget") in inferred()


def test_a_course_about_something_else_gets_nothing():
    assert not [pair for pair in inferred() if pair[0] == "c3"]


def test_a_label_with_the_competencys_very_name_is_nearly_sure():
    assert inferred()["c4", "leave"]["confidence"] >= 0.9


def test_a_tagged_course_is_left_alone():
    teaches = pl.DataFrame({"course_id": ["c1"], "competency_id": ["leave"], "confidence": [1.0], "source": ["tag"]})
    assert not [pair for pair in inferred(teaches=teaches) if pair[0] == "c1"]


def test_a_pair_that_someone_has_spoken_of_is_not_inferred_again():
    teaches = pl.DataFrame(
        {"course_id": ["c1"], "competency_id": ["procure"], "confidence": [0.0], "source": ["rejected"]}
    )
    assert ("c1", "procure") not in inferred(teaches=teaches)


def test_an_earlier_guess_is_made_anew():
    teaches = pl.DataFrame(
        {"course_id": ["c1"], "competency_id": ["leave"], "confidence": [0.9], "source": ["inferred"]}
    )
    assert set(inferred(teaches=teaches)) == set(inferred())


def test_without_competencies_or_courses_nothing_is_inferred(encoder):
    assert infer_teaches(Tables({"courses": COURSES}), encoder).is_empty()
    assert infer_teaches(Tables({"competencies": COMPETENCIES}), encoder).is_empty()


@pytest.mark.parametrize(
    ("difficulty", "title", "levels"),
    [
        ("Advanced", "Introduction to audit", (3, 4)),
        ("Beginner / Intermediate", "Audit", (0, 2)),
        (None, "Fundamentals of audit", (0, 2)),
        ("", "Advanced audit", (3, 4)),
        ("unheard of", "Audit", (0, 2)),
    ],
)
def test_a_courses_levels_come_from_its_difficulty_else_its_title(difficulty, title, levels):
    assert course_levels(difficulty, title) == levels


def test_a_confirmation_does_not_close_a_course():
    teaches = pl.DataFrame(
        {"course_id": ["c1"], "competency_id": ["leave"], "confidence": [1.0], "source": ["confirmed"]}
    )
    assert ("c1", "procure") in inferred(teaches=teaches)
    assert ("c1", "leave") not in inferred(teaches=teaches)


def many_tagged(wrong: str) -> Tables:
    """Seventy tagged courses, of which ``wrong`` alone is tagged with the other subject, and one untagged."""
    money = ["budget", "accounts", "audit", "tax", "pension", "treasury", "salary"]
    wild = ["forest", "river", "wildlife", "soil", "crops", "fish", "birds"]
    rows = [
        (f"{word}{n}", f"{word} work part {n}", "m" if word in money else "w")
        for word in money + wild
        for n in range(5)
    ]
    told = [(course, ("w" if subject == "m" else "m") if course == wrong else subject) for course, _, subject in rows]
    return Tables(
        {
            "courses": pl.DataFrame(
                {"course_id": [r[0] for r in rows] + ["new"], "name": [r[1] for r in rows] + ["loans work part 1"]}
            ),
            "competencies": pl.DataFrame(
                {"competency_id": ["m", "w"], "framework_id": ["f", "f"], "name": ["Group one", "Group two"]}
            ),
            "teaches": pl.DataFrame(
                {
                    "course_id": [t[0] for t in told],
                    "competency_id": [t[1] for t in told],
                    "confidence": 1.0,
                    "source": "tag",
                }
            ),
        }
    )


def test_what_tagged_courses_teach_is_learned_from(encoder):
    frame = infer_teaches(many_tagged("none"), encoder)
    assert frame.select("course_id", "competency_id").rows() == [("new", "m")]


def test_a_tag_that_nothing_supports_is_shown(encoder):
    found = doubtful_tags(many_tagged("audit3"), encoder, below=0.5)
    assert found.row(0)[:2] == ("audit3", "w")


def test_without_enough_tagged_courses_no_tag_is_doubted(encoder):
    assert doubtful_tags(Tables({"courses": COURSES, "competencies": COMPETENCIES}), encoder).is_empty()


def test_what_planners_confirmed_is_learned_from_like_tags(encoder):
    tables = many_tagged("none")
    half = pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("confirmed")).otherwise(pl.lit("tag"))
    told = tables.read("teaches").with_columns(source=half)
    frame = infer_teaches(Tables({**tables.tables, "teaches": told}), encoder)
    assert frame.filter(pl.col("course_id") == "new")["competency_id"].to_list() == ["m"], "35 tags alone are too few"
