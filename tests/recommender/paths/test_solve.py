from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from experiments.paths.instances import Size, random_problem
from recommender.paths import stages
from recommender.paths.problem_file import answer, parse_problem
from recommender.paths.solve import solve
from tests.recommender.paths.brute_force import best_plan, can_be_taken
from tests.recommender.paths.problems import documents, documents_with_everything


def _answer(document: dict[str, Any]) -> dict[str, Any]:
    problem = parse_problem(document)
    return answer(problem, solve(problem))


def _course(one: str, hours: float, *teaches: tuple[str, int, int], requires: list[list[str]] | None = None) -> Any:
    taught = [{"competency": k, "from": low, "to": high} for k, low, high in teaches]
    return {"id": one, "hours": hours, "teaches": taught, "requires": requires or []}


def _need(competency: str, level: int, weight: float = 1.0, *, critical: bool = False) -> dict[str, Any]:
    return {"competency": competency, "level": level, "weight": weight, "critical": critical}


def _document(hours: float, courses: list[Any], needs: list[Any], **more: Any) -> dict[str, Any]:
    return {"version": 1, "hours": hours, "courses": courses, "state": {}, "requirements": needs, **more}


@given(documents())
@settings(max_examples=300, deadline=None)
def test_no_other_plan_is_better(document: dict[str, Any]) -> None:
    found, best = _answer(document), best_plan(document)
    if best is None:
        assert found["status"] == "infeasible"
        assert found["conflict"]
        return
    assert found["status"] == "optimal"
    assert found["bound"] == pytest.approx(found["value"])
    for aim in ("critical_value", "value", "hours"):
        assert found[aim] == pytest.approx(best[aim], abs=1e-6), aim


@given(documents_with_everything())
@settings(max_examples=200, deadline=None)
def test_no_other_plan_is_better_with_fees_equivalents_pools_and_completed_courses(document: dict[str, Any]) -> None:
    found, best = _answer(document), best_plan(document)
    if best is None:
        assert found["status"] == "infeasible"
        return
    assert [found[aim] for aim in best] == pytest.approx(list(best.values()), abs=1e-6)


@given(documents())
@settings(max_examples=200, deadline=None)
def test_a_conflict_is_minimal(document: dict[str, Any]) -> None:
    found = _answer(document)
    if found["status"] != "infeasible":
        return
    core = found["conflict"]
    assert best_plan({**document, "mandatory": core}) is None
    for one in core:
        assert best_plan({**document, "mandatory": [other for other in core if other != one]}) is not None


@given(documents())
@settings(max_examples=200, deadline=None)
def test_the_order_respects_prerequisites_and_counts_each_step_once(document: dict[str, Any]) -> None:
    found = _answer(document)
    courses = {course["id"]: course for course in document["courses"]}
    plan = [item["course"] for item in found["plan"]]
    steps = [(s["competency"], s["level"]) for item in found["plan"] for s in item["closes"]]
    assert all(can_be_taken(document, courses, tuple(plan[: n + 1])) for n in range(len(plan)))
    assert len(steps) == len(set(steps))
    assert [item["position"] for item in found["plan"]] == list(range(1, len(plan) + 1))


def test_a_course_that_starts_above_the_level_reached_closes_nothing() -> None:
    document = _document(9, [_course("c1", 1, ("k", 2, 3))], [_need("k", 3)])
    assert _answer(document)["value"] == 0


def test_steps_already_held_are_no_steps() -> None:
    document = {**_document(9, [_course("c1", 1, ("k", 0, 2))], [_need("k", 2)]), "state": {"k": 2}}
    assert _answer(document)["plan"] == []


def test_critical_steps_come_before_a_greater_worth_of_others() -> None:
    courses = [_course("c1", 2, ("k", 0, 1)), _course("c2", 2, ("m", 0, 1))]
    document = _document(2, courses, [_need("k", 1, 0.1, critical=True), _need("m", 1, 9.0)])
    assert [item["course"] for item in _answer(document)["plan"]] == ["c1"]


def test_a_mandatory_course_brings_its_prerequisites() -> None:
    courses = [_course("c1", 2, requires=[["c2", "c3"]]), _course("c2", 3), _course("c3", 1)]
    found = _answer(_document(9, courses, [], mandatory=["c1"]))
    assert [item["course"] for item in found["plan"]] == ["c3", "c1"]


def test_courses_that_only_lead_to_each_other_are_never_taken() -> None:
    courses = [_course("c1", 1, ("k", 0, 1), requires=[["c2"]]), _course("c2", 1, requires=[["c1"]])]
    assert _answer(_document(9, courses, [_need("k", 1)]))["plan"] == []


def test_a_circle_with_a_way_in_can_be_taken() -> None:
    courses = [
        _course("c1", 1, ("k", 0, 1), requires=[["c2"]]),
        _course("c2", 1, requires=[["c1", "c3"]]),
        _course("c3", 1),
    ]
    found = _answer(_document(9, courses, [_need("k", 1)]))
    assert [item["course"] for item in found["plan"]] == ["c3", "c2", "c1"]


def test_a_shorter_way_to_a_prerequisite_that_opens_late_counts() -> None:
    courses = [
        _course("goal", 1, ("k", 0, 1), requires=[["long", "short"]]),
        _course("long", 5),
        _course("short", 0, requires=[["door"]]),
        _course("door", 1),
    ]
    assert _answer(_document(2, courses, [_need("k", 1)]))["hours"] == 2


def test_hours_that_add_up_in_decimals_fit() -> None:
    courses = [_course(f"c{n}", 0.1, (f"k{n}", 0, 1)) for n in range(3)]
    assert len(_answer(_document(0.3, courses, [_need(f"k{n}", 1) for n in range(3)]))["plan"]) == 3


def test_a_conflict_says_how_many_hours_are_missing() -> None:
    courses = [_course("c1", 3, requires=[["c2"]]), _course("c2", 2), _course("c3", 1)]
    found = _answer(_document(4, courses, [], mandatory=["c1", "c3"]))
    assert found["conflict"] == ["c1"]
    assert found["conflict_detail"]["hours_short"] == pytest.approx(1.0)


def test_a_mandatory_course_that_is_excluded_is_a_conflict() -> None:
    found = _answer(_document(9, [_course("c1", 1)], [], mandatory=["c1"], exclude=["c1"]))
    assert (found["status"], found["conflict"]) == ("infeasible", ["c1"])


def test_of_equivalents_one_is_chosen_and_stands_for_the_other() -> None:
    courses = [
        _course("hi", 2, ("k", 0, 1)),
        _course("en", 1, ("k", 0, 1)),
        _course("c", 1, ("k", 1, 2), requires=[["hi"]]),
    ]
    found = _answer(_document(9, courses, [_need("k", 2)], mandatory=["hi"], equivalents=[["hi", "en"]]))
    assert [item["course"] for item in found["plan"]] == ["en", "c"]


def test_a_pool_asks_for_hours_from_a_set() -> None:
    courses = [_course("c1", 2), _course("c2", 3), _course("c3", 4)]
    found = _answer(_document(9, courses, [], pools=[{"courses": ["c1", "c2"], "hours": 2.5}]))
    assert [item["course"] for item in found["plan"]] == ["c2"]


def test_without_courses_there_is_nothing_to_do() -> None:
    assert _answer(_document(9, [], [_need("k", 1)]))["status"] == "optimal"


@pytest.mark.parametrize("seed", range(12))
def test_the_short_way_for_large_models_finds_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = random_problem(Size(60, 8, 9.0, 0.7), seed, mandatory=seed % 3, critical=0.3)
    direct = solve(problem)
    monkeypatch.setattr(stages, "DIRECT", 0)
    monkeypatch.setattr(stages, "CORE", 4)
    short = solve(problem)
    assert (short.status, short.hours) == (direct.status, direct.hours)
    assert (short.critical_value, short.value) == pytest.approx((direct.critical_value, direct.value))


@pytest.mark.parametrize("seconds", [0.0001, 0.02, 0.05])
def test_a_time_limit_gives_a_plan_that_fits_and_a_bound_that_holds(seconds: float) -> None:
    problem = random_problem(Size(300, 20, 12.0, 1.5), 1)
    best, hurried = solve(problem), solve(problem, seconds)
    assert hurried.hours <= problem.hours
    assert hurried.value <= best.value + 1e-6
    assert hurried.bound >= best.value - 1e-6
