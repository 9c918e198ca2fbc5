from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.schema import TABLES
from features.text import (
    competency_text,
    course_languages,
    course_texts,
    course_vectors,
    role_text,
    role_texts,
)


@dataclass
class Tables:
    tables: dict[str, pl.DataFrame]

    def read(self, table: str) -> pl.DataFrame:
        return TABLES[table].conform(self.tables.get(table, TABLES[table].empty()))


class CountingEncoder:
    name = "counting"
    dimension = 1

    def encode(self, texts, kind="passage"):
        return np.array([[len(text)] for text in texts], dtype=np.float32)


SOURCE = Tables(
    {
        "courses": pl.DataFrame(
            {
                "course_id": ["c2", "c1"],
                "name": ["Noting", "<b>RTI</b> basics"],
                "description": [None, "In this course you will reply to citizens."],
                "keywords": [["files"], None],
                "languages": [["hi"], None],
            }
        ),
        "competencies": pl.DataFrame(
            {"competency_id": ["k1", "k2"], "framework_id": ["f", "f"], "name": ["Transparency", "Drafting"]}
        ),
        "teaches": pl.DataFrame(
            {"course_id": ["c1", "c1"], "competency_id": ["k1", "k2"], "source": ["tag", "inferred"]}
        ),
        "roles": pl.DataFrame({"role_id": ["r"], "name": ["Clerk"], "description": ["Keeps files"]}),
        "activities": pl.DataFrame({"activity_id": ["a"], "role_id": ["r"], "name": ["Diary entries"]}),
    }
)


def test_a_courses_text_is_title_description_labels_and_tags_but_no_guess():
    assert course_texts(SOURCE) == [
        "RTI (Right to Information) basics. reply to citizens. Transparency",
        "Noting. files",
    ]


def test_a_courses_language_is_the_one_it_names_else_its_script():
    assert course_languages(SOURCE) == ["latin", "hi"]


def test_vectors_stand_in_the_order_of_the_course_ids():
    assert course_vectors(SOURCE, CountingEncoder()).ravel().tolist() == [len(text) for text in course_texts(SOURCE)]


def test_a_roles_text_is_name_description_and_activities():
    assert role_texts(SOURCE) == {"r": "Clerk. Keeps files. Diary entries"}


def test_parts_that_say_nothing_or_the_same_are_left_out():
    assert role_text("Clerk", None, ["Clerk", ""]) == "Clerk"
    assert competency_text("Budgeting", "", theme="Budgeting") == "Budgeting"


def test_tables_without_rows_give_no_texts():
    assert course_texts(Tables({})) == []
    assert role_texts(Tables({})) == {}
