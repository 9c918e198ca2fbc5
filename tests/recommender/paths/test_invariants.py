from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings

from recommender.paths.problem_file import answer, parse_problem
from recommender.paths.solve import solve
from tests.recommender.paths.problems import documents

AIMS = ("critical_value", "value", "hours")


def _answer(document: dict[str, Any]) -> dict[str, Any]:
    problem = parse_problem(document)
    return answer(problem, solve(problem))


def _aims(document: dict[str, Any]) -> list[float]:
    found = _answer(document)
    assume(found["status"] == "optimal")
    return [found[aim] for aim in AIMS]


def _renamed(document: Any, names: dict[str, str]) -> Any:
    if isinstance(document, dict):
        return {names.get(key, key): _renamed(value, names) for key, value in document.items()}
    if isinstance(document, list):
        return [_renamed(value, names) for value in document]
    return names.get(document, document) if isinstance(document, str) else document


@given(documents())
@settings(max_examples=100, deadline=None)
def test_more_hours_never_lower_the_optimum(document: dict[str, Any]) -> None:
    less, more = _aims(document), _aims({**document, "hours": document["hours"] + 2})
    assert more[0] >= less[0] - 1e-6
    if more[0] == pytest.approx(less[0]):
        assert more[1] >= less[1] - 1e-6


@given(documents())
@settings(max_examples=100, deadline=None)
def test_renaming_ids_changes_nothing(document: dict[str, Any]) -> None:
    names = {f"c{n}": f"x{(n * 5) % 7}" for n in range(7)} | {f"k{n}": f"z{2 - n}" for n in range(3)}
    assert _answer(_renamed(document, names))["plan"] == _renamed(_answer(document)["plan"], names)


@given(documents())
@settings(max_examples=100, deadline=None)
def test_removing_a_course_that_is_not_in_the_plan_changes_nothing(document: dict[str, Any]) -> None:
    before = _aims(document)
    plan = {item["course"] for item in _answer(document)["plan"]}
    for course in document["courses"]:
        if course["id"] not in plan and course["id"] not in document["exclude"]:
            assert _aims({**document, "exclude": [*document["exclude"], course["id"]]}) == pytest.approx(before)


@given(documents())
@settings(max_examples=100, deadline=None)
def test_equivalents_swap_freely(document: dict[str, Any]) -> None:
    twins = [{**course, "id": f"{course['id']}-hi"} for course in document["courses"]]
    doubled = {
        **document,
        "courses": [*document["courses"], *twins],
        "equivalents": [[course["id"], f"{course['id']}-hi"] for course in document["courses"]],
        "exclude": [],
    }
    plain = {**document, "exclude": []}
    swapped = {**doubled, "exclude": [course["id"] for course in document["courses"]]}
    assert _aims(doubled) == pytest.approx(_aims(plain))
    assert _aims(swapped) == pytest.approx(_aims(plain))


@given(documents(mandatory=False))
@settings(max_examples=60, deadline=None)
def test_a_course_that_gets_longer_never_raises_the_value(document: dict[str, Any]) -> None:
    longer = {**document, "courses": [{**course, "hours": course["hours"] + 1} for course in document["courses"]]}
    assert _aims(longer)[0] <= _aims(document)[0] + 1e-6
