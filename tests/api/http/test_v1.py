from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from api.http.v1 import documents
from tests.api.conftest import NOON, Clock

Get = Callable[..., Any]

ROUTES: list[tuple[str, type[BaseModel]]] = [
    ("/v1/learners/L3/recommendations", documents.Recommendations),
    ("/v1/learners/L3/recommendations/why-not/c1", documents.WhyNot),
    ("/v1/learners/L3/competencies", documents.Competencies),
    ("/v1/learners/L3/gaps", documents.Gaps),
    ("/v1/learners/L3/paths/guided", documents.PathDocument),
    ("/v1/learners/L8/paths/guided/milestones", documents.Milestones),
    ("/v1/learners/L8/paths/desirable?role=clerk", documents.PathDocument),
    ("/v1/courses", documents.Courses),
    ("/v1/courses/c1", documents.CourseDocument),
    ("/v1/courses/c1/similar", documents.Similar),
    ("/v1/roles", documents.Roles),
    ("/v1/roles/clerk", documents.RoleDocument),
    ("/v1/models/current", documents.ModelDocument),
]


@pytest.mark.parametrize(("path", "document"), ROUTES, ids=[path for path, _ in ROUTES])
def test_answers_have_the_shape_that_openapi_tells(client: TestClient, path: str, document: type[BaseModel]) -> None:
    response = client.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    document.model_validate_json(response.content)


@pytest.mark.parametrize("path", [path for path, _ in ROUTES])
def test_every_answer_names_the_model(get: Get, path: str) -> None:
    if path != "/v1/roles/clerk":
        assert get(path)["model"] == get("/v1/models/current")["model"]


def courses(document: Any) -> list[str]:
    return [item["course"] for item in document["items"]]


def test_a_list_leaves_out_what_was_taken_and_what_may_not_be_shown(get: Get) -> None:
    shown = courses(get("/v1/learners/L3/recommendations", limit=100))
    assert set(shown) == {"c2", "c3", "c4", "c6", "c8", "c9"}, "c1 and c5 taken, do_7_rc restricted"


def test_a_list_has_positions_reasons_and_no_more_than_the_limit(get: Get) -> None:
    items = get("/v1/learners/L3/recommendations", limit=3)["items"]
    assert [item["position"] for item in items] == [1, 2, 3]
    assert all(item["reasons"] and item["reasons"][0]["text"] for item in items)
    assert [item["score"] for item in items] == sorted((item["score"] for item in items), reverse=True)


def test_a_track_a_category_and_a_language_narrow_the_list(get: Get) -> None:
    assert courses(get("/v1/learners/L3/recommendations", category="PROGRAM")) == ["c8"]
    assert courses(get("/v1/learners/L3/recommendations", track="guided")) == ["c2"]
    assert "c2" not in courses(get("/v1/learners/L3/recommendations", track="desirable"))
    assert courses(get("/v1/learners/L3/recommendations", language="ta")) == []


def test_reasons_are_worded_in_hindi_on_request(get: Get) -> None:
    english = get("/v1/learners/L3/recommendations")["items"][0]["reasons"][0]
    hindi = get("/v1/learners/L3/recommendations", lang="hi")["items"][0]["reasons"][0]
    assert hindi["code"] == english["code"]
    assert any("\u0900" <= letter <= "\u097f" for letter in hindi["text"])


def test_a_course_that_retires_at_noon_is_gone_at_noon(get: Get, clock: Clock) -> None:
    assert "c9" in courses(get("/v1/learners/L3/recommendations", limit=100))
    clock.now = NOON - timedelta(milliseconds=1)
    assert "c9" in courses(get("/v1/learners/L3/recommendations", limit=100))
    clock.now = NOON
    assert "c9" not in courses(get("/v1/learners/L3/recommendations", limit=100))


def test_why_not_tells_the_rule_or_the_rank(get: Get) -> None:
    ask = "/v1/learners/L3/recommendations/why-not/"
    assert get(ask + "c1")["reason"]["code"] == "not_enrolled"
    assert get(ask + "do_7_rc")["reason"]["code"] == "not_restricted"
    assert get(ask + "c6", limit=1)["reason"]["code"] == "not_ranked"
    assert get(ask + "c2") | {"at": None, "model": None} == {
        "learner": "L3", "model": None, "at": None, "course": "c2", "listed": True, "reason": None,
    }  # fmt: skip


def test_gaps_are_against_the_own_position_or_any_role(get: Get) -> None:
    assert {gap["competency"] for gap in get("/v1/learners/L3/gaps")["items"]} == {"drafting", "resilience"}
    analyst = get("/v1/learners/L3/gaps", role="analyst")["items"]
    assert {(gap["competency"], gap["role_name"]) for gap in analyst} == {
        ("data", "Analyst"), ("drafting", "Analyst"),
    }  # fmt: skip


def test_a_guided_path_closes_gaps_in_order_and_within_the_hours(get: Get) -> None:
    path = get("/v1/learners/L8/paths/guided", hours=9)
    assert path["hours"] <= 9
    assert {"c3", "c5"} <= set(courses(path)), "the gaps of an analyst, and the plan of the organisation"
    assert next(item for item in path["items"] if item["course"] == "c5")["mandatory"]


def test_excluded_courses_stay_out_of_a_path(get: Get) -> None:
    assert "c3" not in courses(get("/v1/learners/L8/paths/guided", exclude="c3"))


def test_all_courses_are_listed_page_by_page(get: Get) -> None:
    page = get("/v1/courses", limit=2, offset=1)
    assert (page["total"], len(page["items"])) == (8, 2)
    assert courses(get("/v1/courses", category="program")) == ["c8"]
    assert courses(get("/v1/courses", language="ta")) == []


def test_similar_courses_leave_out_the_course_itself(get: Get) -> None:
    assert "c1" not in courses(get("/v1/courses/c1/similar"))


def test_what_was_shown_is_written_down_with_its_propensity(client: TestClient, get: Get) -> None:
    answer = get("/v1/learners/L3/recommendations", limit=2)
    deadline = time.monotonic() + 10
    while (response := client.get(f"/v1/shown/{answer['id']}")).status_code != 200:
        assert time.monotonic() < deadline, response.text
        time.sleep(0.02)
    shown = documents.ShownDocument.model_validate_json(response.content)
    assert [item.course for item in shown.items] == courses(answer)
    assert shown.learner == "L3"
    assert all(0 < item.propensity <= 1 for item in shown.items)


def test_health_and_readiness(get: Get) -> None:
    assert get("/health") == {"status": "OK"}
    assert get("/ready")["ready"]
