"""Duties, records of completion, and questions about a path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

from api.http.v1 import claim_documents as documents

Get = Callable[..., Any]
GUIDED = "/v1/learners/L8/paths/guided"


def issued(client: TestClient, course: str, status: int = 201) -> Any:
    response = client.post("/v1/learners/L3/records", json={"course": course})
    assert response.status_code == status, response.text
    return response.json()


def test_a_completion_is_recorded_once_and_chained_to_the_one_before(client: TestClient) -> None:
    first, second = issued(client, "c1"), issued(client, "c5")
    documents.CompletionDocument.model_validate(first)
    assert second["before"] == first["hash"]
    assert issued(client, "c1") == first
    page = documents.CompletionDocuments.model_validate(client.get("/v1/learners/L3/records").json())
    assert [one.course for one in page.items] == ["c1", "c5"]
    assert client.get("/v1/ledgers/completions").json()["head"] == second["hash"]


def test_what_was_not_completed_is_not_recorded(client: TestClient) -> None:
    issued(client, "c2", 404)
    client.post("/v1/events", json={"kind": "completion", "learner": "L3", "course": "c2"})
    assert issued(client, "c2")["course"] == "c2"


def test_anyone_can_check_a_record_of_somebody_they_know(client: TestClient) -> None:
    made = issued(client, "c1")
    real, other, none = (
        documents.VerifiedRecord.model_validate(client.get(f"/v1/records/{hash_}?learner={learner}").json())
        for hash_, learner in ((made["hash"], "L3"), (made["hash"], "L4"), ("0" * 64, "L3"))
    )
    assert (real.valid, other.valid, none.valid) == (True, False, False)
    assert real.record is not None
    assert real.record.course == "c1"


def test_the_chain_does_not_name_the_learner(client: TestClient) -> None:
    issued(client, "c1")
    home = client.app.state.service.settings.folders  # type: ignore[attr-defined]
    assert '"L3"' not in (home.ledgers / "completions.jsonl").read_text()


def test_duties_are_told_with_their_citation_and_what_is_done(get: Get) -> None:
    found = documents.Duties.model_validate(get("/v1/learners/L8/duties"))
    [share] = [one for one in found.items if one.kind == "share_of_prescribed"]
    assert (share.courses, share.count, share.met, share.done) == (["c5"], 1, False, [])
    assert share.citation
    hindi = get("/v1/learners/L8/duties", lang="hi")["items"][0]["title"]
    assert any("\u0900" <= letter <= "\u097f" for letter in hindi)


def test_a_path_tells_why_a_course_is_not_on_it_and_what_would_bring_it_there(get: Get) -> None:
    on = documents.PathWhyNot.model_validate(get(f"{GUIDED}/why-not/c5"))
    assert (on.listed, on.reason.code, on.change) == (True, "in_plan", None)
    off = documents.PathWhyNot.model_validate(get(f"{GUIDED}/why-not/c4", hours=4))
    assert not off.listed
    assert off.change is not None
    assert off.change.code == "instead_more_hours"
    hours = 4 + float(off.change.facts["hours"])
    assert "c4" in [item["course"] for item in get(GUIDED, hours=hours)["items"]], "what it says is so"


def test_a_course_that_is_none_is_not_found(client: TestClient) -> None:
    assert client.get(f"{GUIDED}/why-not/nothing").status_code == 404


def test_what_if_there_were_more_hours_or_a_course_less(get: Get) -> None:
    more = documents.PathWhatIf.model_validate(get(f"{GUIDED}/what-if", hours=4, more_hours=20))
    assert {"c4"} <= {card.course for card in more.added}
    assert more.value > 0
    assert more.gained
    assert [item.course for item in more.path.items] == [
        item["course"] for item in get(GUIDED, hours=24)["items"]
    ]  # fmt: skip
    less = documents.PathWhatIf.model_validate(get(f"{GUIDED}/what-if", without="c4"))
    assert "c4" in {card.course for card in less.removed}
    assert less.value <= 0
    same = documents.PathWhatIf.model_validate(get(f"{GUIDED}/what-if"))
    assert (same.added, same.removed, same.hours, same.value) == ([], [], 0, 0)
