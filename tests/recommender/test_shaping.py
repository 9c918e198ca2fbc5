from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.reference import Competency, Course, Reference, Teaches
from recommender.shaping import Boost, Wishes, shaped


def course(name: str, competency: str, provider: str, hours: float) -> Course:
    return Course(
        id=name, name=name, description=None, category="Course", status="live", hours=hours, languages=(), base=None,
        equivalence=None, provider=provider, organisation=None, cost=0.0, external=False, restricted=False,
        rating=None, published_on=None, retired_on=None, teaches=(Teaches(competency, 0, 2, 1.0),), requires=(),
    )  # fmt: skip


COURSES = [
    course("a", "budget", "One", 1), course("b", "budget", "One", 2), course("c", "budget", "One", 3),
    course("d", "data", "Two", 4), course("e", "law", "Three", 5),
]  # fmt: skip
THEMES = {"budget": "Money", "data": "Numbers", "law": "Rules"}
REFERENCE = Reference(
    {}, {c: Competency(c, c, "f", None, theme, None) for c, theme in THEMES.items()}, {}, {}, {c.id: c for c in COURSES}
)
SCORES = [0.9, 0.8, 0.7, 0.6, 0.5]


def ids(wishes: Wishes, limit: int = 5) -> list[str]:
    return [COURSES[row].id for row in shaped(COURSES, SCORES, wishes, REFERENCE, limit)]


def test_without_wishes_the_list_stays() -> None:
    assert ids(Wishes()) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("wishes", "kept"),
    [
        (Wishes(competencies=frozenset({"data", "law"})), ["d", "e"]),
        (Wishes(providers=frozenset({"one"})), ["a", "b", "c"]),
        (Wishes(most_hours=2), ["a", "b"]),
        (Wishes(providers=frozenset({"one"}), most_hours=1), ["a"]),
        (Wishes(competencies=frozenset({"nothing"})), []),
    ],
)
def test_filters_leave_out_and_keep_the_order(wishes: Wishes, kept: Sequence[str]) -> None:
    assert ids(wishes) == kept


def test_a_boost_of_one_lifts_the_last_to_the_first() -> None:
    assert ids(Wishes(boosts=(Boost("theme", "RULES", 1.0),)))[:2] == ["a", "e"]
    assert ids(Wishes(boosts=(Boost("provider", "Three", 0.9), Boost("competency", "law", 0.2))))[0] == "e"
    assert ids(Wishes(boosts=(Boost("category", "course", 1.0),))) == ["a", "b", "c", "d", "e"]


def test_a_boost_below_nothing_pushes_back() -> None:
    assert ids(Wishes(boosts=(Boost("competency", "budget", -0.9),)))[0] == "d"


def test_diversity_mixes_what_is_at_the_top() -> None:
    assert set(ids(Wishes(diversity=0.6), 3)) == {"a", "d", "e"}
    assert ids(Wishes(diversity=1.0), 2)[0] == "a"


@given(st.floats(0, 1), st.integers(1, 5))
def test_diversity_adds_and_loses_nothing(diversity: float, limit: int) -> None:
    found = ids(Wishes(diversity=diversity), limit)
    assert len(found) == len(set(found)) == limit
    assert set(ids(Wishes(diversity=diversity), 5)) == {"a", "b", "c", "d", "e"}
