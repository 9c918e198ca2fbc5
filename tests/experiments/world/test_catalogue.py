from __future__ import annotations

from functools import cache
from graphlib import TopologicalSorter

import pytest

from experiments.world.calendar import WINDOW_DAYS
from experiments.world.catalogue import Catalogue, make_catalogue
from experiments.world.service import read_service


@cache
def catalogue(courses: int = 600) -> Catalogue:
    return make_catalogue(read_service(), courses, WINDOW_DAYS, seed=7)


@pytest.mark.parametrize("courses", [150, 600, 1200])
def test_prerequisites_have_no_circle_and_rise_in_level(courses: int) -> None:
    made = catalogue(courses)
    TopologicalSorter(dict(enumerate(made.requires))).prepare()
    for family, before in enumerate(made.requires):
        assert all(made.base[other].to_level < made.base[family].to_level for other in before)


def test_levels_hours_and_fees_are_in_range() -> None:
    for course in catalogue().courses:
        assert 0 <= course.from_level < course.to_level <= 5
        assert 0.25 <= course.hours <= 60
        assert course.fee == 0 or course.id.startswith("ext_")
        assert course.restricted == course.id.endswith("_rc")


def test_there_are_restricted_external_and_retired_courses() -> None:
    courses = catalogue().courses
    assert sum(course.restricted for course in courses) >= 10
    assert sum(course.external for course in courses) >= 5
    assert 10 <= sum(course.retired is not None for course in courses) <= 60


def test_translations_are_in_their_own_script() -> None:
    latin = [c.title for c in catalogue().courses if c.language != "en" and c.title.isascii()]
    assert latin == []


def test_a_translation_differs_from_its_base_in_words_alone() -> None:
    made = catalogue()
    for course in made.courses:
        base = made.base[course.family]
        assert (course.competencies, course.to_level, course.hours) == (base.competencies, base.to_level, base.hours)


def test_titles_and_ids_are_unique() -> None:
    courses = catalogue().courses
    assert len({course.id for course in courses}) == len({course.title for course in courses}) == 600
