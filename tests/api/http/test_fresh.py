from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from features.home import Home
from tests.api.conftest import Clock, portal_tables, train

TAGGED = ["recommendations", "competencies", "gaps", "paths/guided", "paths/desirable?role=analyst"]


@pytest.mark.parametrize("path", TAGGED)
def test_an_answer_that_is_still_right_is_not_made_again(client: TestClient, path: str) -> None:
    first = client.get(f"/v1/learners/L3/{path}")
    again = client.get(f"/v1/learners/L3/{path}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_an_event_a_thumb_a_minute_a_question_and_a_model_each_make_a_new_answer(
    client: TestClient, clock: Clock, home: Home
) -> None:
    path = "/v1/learners/L3/recommendations"
    tags = [client.get(path).headers["etag"], client.get(f"{path}?limit=3").headers["etag"]]
    client.post("/v1/events", json={"kind": "completion", "learner": "L3", "course": "c2"})
    tags.append(client.get(path).headers["etag"])
    client.post("/v1/feedback", json={"learner": "L3", "course": "c3", "rating": 0})
    tags.append(client.get(path).headers["etag"])
    clock.now += timedelta(minutes=1)
    tags.append(client.get(path).headers["etag"])
    tables = portal_tables()
    train(home, tables | {"enrolments": tables["enrolments"].head(9)})
    client.app.state.service.champion.refresh()  # type: ignore[attr-defined]
    tags.append(client.get(path).headers["etag"])
    assert len(set(tags)) == len(tags)


def test_long_answers_are_compressed_on_request_and_short_ones_are_not(client: TestClient) -> None:
    long = client.get("/v1/learners/L3/recommendations", headers={"accept-encoding": "gzip"})
    assert long.headers["content-encoding"] == "gzip"
    assert long.json()["items"]
    assert "content-encoding" not in client.get("/health", headers={"accept-encoding": "gzip"}).headers
    for path in ("/v1/learners/L3/recommendations", "/v1/courses", "/v1/models/current"):
        for refused in ("gzip;q=0", "identity, gzip ; q=0.000", "br"):
            whole = client.get(path, headers={"accept-encoding": refused})
            assert whole.status_code == 200
            assert "content-encoding" not in whole.headers
    plain = client.get("/v1/learners/L3/recommendations", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize("path", ["courses/c1", "courses/c1/similar", "roles", "roles/clerk"])
def test_what_the_model_alone_decides_is_not_made_again_either(client: TestClient, path: str) -> None:
    tag = client.get(f"/v1/{path}").headers["etag"]
    assert client.get(f"/v1/{path}", headers={"if-none-match": tag}).status_code == 304
