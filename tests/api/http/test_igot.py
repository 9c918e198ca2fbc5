"""The platform's recommendation routes against its clients' contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.settings import load_settings
from features.home import Home
from tests.api.conftest import NOON, Clock, portal_tables, train

FAMILIES = ["/api/recommendation", "/courseRecommendation", "/api/courseRecommendation"]
WEB = {"user_id": "L3", "department": "First", "designation": "Assistant Section Officer", "device_type": "web"}


@pytest.fixture(params=FAMILIES)
def base(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def made(client: TestClient, base: str = FAMILIES[0], **changes: Any) -> Any:
    response = client.post(f"{base}/create", json=WEB | changes)
    assert response.status_code == 200, response.text
    return response.json()


def ids(document: Any) -> list[str]:
    return [course["course_id"] for course in document["recommended_courses"]]


def test_create_answers_a_bare_object_with_exactly_its_fields_in_order(client: TestClient, base: str) -> None:
    document = made(client, base)
    assert list(document) == ["id", "user_id", "recommended_courses", "feedbacks"]
    assert document["user_id"] == "L3"
    assert document["feedbacks"] == []
    assert [list(course) for course in document["recommended_courses"]] == [["course_id", "position"]] * 5
    assert [course["position"] for course in document["recommended_courses"]] == [1, 2, 3, 4, 5]


def test_read_gives_the_same_object_back(client: TestClient, base: str) -> None:
    document = made(client, base)
    response = client.get(f"{base}/read/{document['id']}")
    assert response.status_code == 200
    assert response.json() == document


def test_feedback_is_taken_and_stands_in_the_next_read(client: TestClient, base: str) -> None:
    document = made(client, base)
    given = {
        "recommendation_id": document["id"], "course_id": "c2", "rating": 0, "comments": "too easy", "user_id": "L3",
    }  # fmt: skip
    response = client.post(f"{base}/feedback", json=given)
    assert (response.status_code, response.json()) == (201, {"message": "Feedback submitted successfully"})
    after = client.get(f"{base}/read/{document['id']}").json()
    [thumb] = after["feedbacks"]
    assert list(thumb) == ["id", "course_id", "rating", "comments"]
    assert (type(thumb["id"]), thumb["course_id"], thumb["rating"], thumb["comments"]) == (int, "c2", 0, "too easy")
    assert "c2" not in ids(after)
    assert "c2" not in ids(made(client, base))


def test_feedback_on_a_pair_that_is_unknown_is_404(client: TestClient, base: str) -> None:
    document = made(client, base)
    given = {"recommendation_id": "none", "course_id": "c2", "rating": 1, "comments": "", "user_id": "L3"}
    assert client.post(f"{base}/feedback", json=given).status_code == 404
    assert (
        client.post(
            f"{base}/feedback", json=given | {"recommendation_id": document["id"], "course_id": "no"}
        ).status_code
        == 404
    )
    other = given | {"recommendation_id": document["id"], "user_id": "L4"}
    assert client.post(f"{base}/feedback", json=other).status_code == 404


def test_read_of_an_unknown_id_is_200_with_a_fresh_list_for_the_caller_and_stays_so(
    client: TestClient, base: str
) -> None:
    headers = {"x-authenticated-userid": "L3"}
    first = client.get(f"{base}/read/stale-id", headers=headers)
    assert first.status_code == 200
    document = first.json()
    assert (document["user_id"], document["feedbacks"]) == ("L3", [])
    assert "c2" in ids(document)
    given = {"recommendation_id": document["id"], "course_id": "c2", "rating": 0, "comments": "", "user_id": "L3"}
    assert client.post(f"{base}/feedback", json=given, headers=headers).status_code == 201
    again = client.get(f"{base}/read/stale-id", headers=headers).json()
    assert again["id"] == document["id"]
    assert "c2" not in ids(again)


def test_an_id_that_is_none_is_read_and_not_kept(client: TestClient, base: str) -> None:
    for wanted in ("%0d%0a%1b", "a" * 101, "a%20b"):
        answer = client.get(f"{base}/read/{wanted}", headers={"wid": "L3"})
        assert answer.status_code == 200
        assert UUID(answer.json()["id"])


def test_read_without_any_caller_is_200_with_what_is_popular(client: TestClient, base: str) -> None:
    response = client.get(f"{base}/read/stale-id")
    assert response.status_code == 200
    assert response.json()["feedbacks"] == []
    assert ids(response.json())


def test_read_of_somebody_elses_id_gives_the_callers_own_list(client: TestClient, base: str) -> None:
    document = made(client, base)
    answer = client.get(f"{base}/read/{document['id']}", headers={"x-authenticated-userid": "L5"}).json()
    assert answer["user_id"] == "L5"
    assert answer["id"] != document["id"]


def test_only_live_courses_of_the_category_course_are_named(client: TestClient, clock: Clock) -> None:
    assert "c9" in ids(made(client))
    clock.now = NOON
    document = made(client)
    assert "c9" not in ids(document), "retired"
    assert "c8" not in ids(document), "a programme"


def test_a_kept_list_drops_what_retired_or_was_taken_since(client: TestClient, clock: Clock) -> None:
    document = made(client)
    clock.now = NOON
    event = {"kind": "completion", "learner": "L3", "course": "c2", "at": "2026-11-02T11:00:00"}
    assert client.post("/v1/events", json=event).status_code == 200
    after = client.get(f"{FAMILIES[1]}/read/{document['id']}").json()
    assert ids(after) == [course for course in ids(document) if course not in ("c2", "c9")]


def test_enrolled_and_planned_courses_are_left_out(client: TestClient) -> None:
    assert {"c1", "c5"}.isdisjoint(ids(made(client)))
    analyst = made(client, user_id="L7", department="Second", designation="Statistical Officer")
    assert "c5" not in ids(analyst), "the organisation's plan has it"
    assert "c3" not in ids(analyst), "taken"


def test_restricted_courses_are_for_the_entitled_only(client: TestClient) -> None:
    assert "do_7_rc" not in ids(made(client))
    client.post("/v1/events", json={"kind": "profile", "learner": "L3", "verified": True})
    assert "do_7_rc" in ids(made(client))


@pytest.mark.parametrize("designation", ["", None])
def test_an_empty_designation_is_none(client: TestClient, designation: str | None) -> None:
    assert ids(made(client, designation=designation)) == ids(made(client))


def test_the_device_is_told_in_any_case(client: TestClient) -> None:
    made(client, device_type="MOBILE")


def test_unknown_fields_are_ignored(client: TestClient) -> None:
    made(client, newField=1)


def test_a_learner_whom_the_store_does_not_know_is_served_by_the_job(client: TestClient) -> None:
    clerk = made(client, user_id="stranger")
    analyst = made(client, user_id="stranger", department="Second", designation="statistical  officer")
    assert ids(clerk) != ids(analyst)
    assert "c5" not in ids(analyst), "the plan of the organisation that the body names"


def test_a_transfer_that_only_the_portal_knows_wins(client: TestClient) -> None:
    moved = made(client, department="Second", designation="Statistical Officer")
    assert ids(moved) != ids(made(client))


def test_named_competencies_come_first(client: TestClient) -> None:
    assert ids(made(client, competency="Catering, Nothing"))[0] == "c6"


def test_a_header_that_names_another_learner_is_refused_in_strict_mode(client: TestClient) -> None:
    for header in ("x-authenticated-userid", "wid"):
        response = client.post(f"{FAMILIES[0]}/create", json=WEB, headers={header: "L5"})
        assert response.status_code == 403
    assert client.post(f"{FAMILIES[0]}/create", json=WEB, headers={"wid": "L3"}).status_code == 200


@pytest.fixture
def lenient(home: Home, clock: Clock) -> Iterator[TestClient]:
    with TestClient(create_app(load_settings(home.folder, igot_strict=False), clock)) as client:
        yield client


def test_the_body_is_believed_in_compatibility_mode(lenient: TestClient) -> None:
    response = lenient.post(f"{FAMILIES[0]}/create", json=WEB, headers={"x-authenticated-userid": "L5"})
    assert (response.status_code, response.json()["user_id"]) == (200, "L3")


def test_a_kept_list_is_made_anew_after_days_under_the_same_id(client: TestClient, clock: Clock) -> None:
    document = made(client)
    clock.now += timedelta(days=200)
    after = client.get(f"{FAMILIES[0]}/read/{document['id']}").json()
    assert after["id"] == document["id"]
    assert [course["position"] for course in after["recommended_courses"]] == list(range(1, len(ids(after)) + 1))
    shown = client.get(f"/v1/shown/{document['id']}").json()
    assert shown["revision"] == 2


def test_a_kept_list_is_made_anew_by_a_new_model(client: TestClient, home: Home) -> None:
    document = made(client)
    tables = portal_tables()
    bundle = train(home, tables | {"enrolments": tables["enrolments"].head(9)})
    client.app.state.service.champion.refresh()  # type: ignore[attr-defined]
    response = client.get(f"{FAMILIES[0]}/read/{document['id']}")
    assert response.headers["x-karmapath-model"] == bundle.version
    assert response.json()["id"] == document["id"]
