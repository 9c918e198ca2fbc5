"""Who saw, changed, erased or was refused what."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.access.audited import action_of
from api.http.access.principal import Role
from api.http.app import create_app
from api.http.auditor import Auditor, Refusals
from api.settings import ApiKey, Settings, load_settings
from features.home import Home
from features.store import AuditEntry, AuditFilter, Store
from tests.api.conftest import Clock

WHO: dict[str, dict[str, Any]] = {
    "learner": {"role": Role.LEARNER, "learner": "L3"},
    "planner": {"role": Role.PLANNER, "organisation": "d1"},
    "service": {"role": Role.SERVICE},
    "admin": {"role": Role.ADMIN},
}
GAPS = "/v1/learners/L3/gaps"


def keys() -> tuple[ApiKey, ...]:
    return tuple(
        ApiKey(name=name, sha256=hashlib.sha256(name.encode()).hexdigest(), **who) for name, who in WHO.items()
    )


def by(name: str, **more: str) -> dict[str, str]:
    return {"x-api-key": name, **more}


@pytest.fixture
def guarded(home: Home, clock: Clock) -> Iterator[TestClient]:
    with TestClient(create_app(load_settings(home.folder, keys=keys()), clock)) as client:
        yield client


def entries(client: TestClient, **wanted: Any) -> list[dict[str, Any]]:
    page = client.get("/v1/audit", params=wanted, headers=by("admin"))
    assert page.status_code == 200, page.text
    return [entry for entry in page.json()["items"] if entry["route"] != "GET /v1/audit"]


def test_a_planners_look_at_a_record_is_written_down_before_it_is_answered(guarded: TestClient) -> None:
    assert guarded.get(GAPS, headers=by("planner", **{"x-request-id": "r-1"})).status_code == 200
    [entry] = entries(guarded)
    told = {name: entry[name] for name in ("principal", "role", "organisation", "action", "route", "object", "status")}
    assert told == {
        "principal": "planner", "role": "planner", "organisation": "d1", "action": "read", "status": 200,
        "route": "GET /v1/learners/{learner}/gaps", "object": "learner:L3",
    }  # fmt: skip
    assert (entry["request"], entry["origin"], entry["times"]) == ("r-1", "testclient", 1)


def test_who_looks_at_the_own_record_is_not_written_down_and_the_gateway_only_on_request(
    guarded: TestClient, home: Home, clock: Clock
) -> None:
    for name in ("learner", "service"):
        assert guarded.get(GAPS, headers=by(name)).status_code == 200
    assert entries(guarded) == []
    settings = load_settings(home.folder, keys=keys(), audit_service_reads=True)
    with TestClient(create_app(settings, clock)) as client:
        client.get(GAPS, headers=by("service"))
        assert [entry["principal"] for entry in entries(client)] == ["service"]


def test_exports_erasures_and_events_in_somebodys_name_are_written_down(guarded: TestClient) -> None:
    guarded.post("/v1/events", json={"kind": "completion", "learner": "L3", "course": "c2"}, headers=by("service"))
    batch = [{"kind": "completion", "learner": "L3", "course": "c3"}, {"kind": "none"}]
    guarded.post("/v1/events", json=batch, headers=by("service"))
    guarded.get("/v1/learners/L3", headers=by("learner"))
    guarded.delete("/v1/learners/L3", headers=by("admin"))
    guarded.app.state.service.auditor.close()  # type: ignore[attr-defined]
    found = guarded.app.state.service.store.audit.read(AuditFilter(), 9)  # type: ignore[attr-defined]
    assert [(one.action, one.principal, one.object, one.detail) for one in found][::-1] == [
        ("events", "service", "learner:L3", "accepted"),
        ("events", "service", None, "1 accepted, 1 refused"),
        ("export", "learner", "learner:L3", None),
        ("erase", "admin", "learner:L3", None),
    ]


def test_refusals_are_written_down_with_whom_they_were_about(guarded: TestClient) -> None:
    assert guarded.get("/v1/learners/L7/gaps", headers=by("planner")).status_code == 403
    assert guarded.get(GAPS, headers=by("wrong")).status_code == 401
    found = {(one["status"], one["principal"], one["object"]) for one in entries(guarded, action="refused")}
    assert found == {(403, "planner", "learner:L7"), (401, "unknown", "learner:L3")}


def test_the_log_is_for_administrators_and_reading_it_is_written_down(guarded: TestClient) -> None:
    for name in ("learner", "planner", "service"):
        assert guarded.get("/v1/audit", headers=by(name)).status_code == 403
    guarded.get("/v1/audit", headers=by("admin"))
    [newest] = guarded.get("/v1/audit?action=read", headers=by("admin")).json()["items"]
    assert (newest["principal"], newest["route"]) == ("admin", "GET /v1/audit")


def test_pages_of_the_log_follow_each_other(guarded: TestClient) -> None:
    for learner in ("L1", "L2", "L3"):
        guarded.get(f"/v1/learners/{learner}/gaps", headers=by("planner"))
    first = guarded.get("/v1/audit?principal=planner&limit=2", headers=by("admin")).json()
    rest = guarded.get(f"/v1/audit?principal=planner&limit=2&before={first['next']}", headers=by("admin")).json()
    assert [one["object"] for one in first["items"] + rest["items"]] == ["learner:L3", "learner:L2", "learner:L1"]
    assert rest["next"] is None


def test_without_keys_only_what_changes_and_leaves_is_written_down(client: TestClient) -> None:
    client.get(GAPS)
    client.post("/v1/events", json={"kind": "completion", "learner": "L3", "course": "c2"})
    client.delete("/v1/learners/L3")
    found = client.get("/v1/audit").json()["items"]
    assert [(one["action"], one["principal"]) for one in found] == [("erase", "anybody")]


def test_no_record_is_shown_when_nobody_could_say_later_who_saw_it(guarded: TestClient) -> None:
    service = guarded.app.state.service  # type: ignore[attr-defined]
    service.auditor.sink = Store("postgresql://nobody:secret@127.0.0.1:1/none").audit
    withheld = guarded.get(GAPS, headers=by("planner"))
    assert withheld.status_code == 503
    assert withheld.json()["type"].endswith("not_witnessed")
    assert "gaps" not in withheld.text.replace("/gaps", "")
    assert guarded.get(GAPS, headers=by("learner")).status_code == 200, "who needs no witness is served"


def test_a_file_may_hold_the_log(home: Home, clock: Clock) -> None:
    settings = load_settings(home.folder, keys=keys(), audit="audit.jsonl")
    with TestClient(create_app(settings, clock)) as client:
        client.get(GAPS, headers=by("planner"))
        client.get("/v1/learners/L1/gaps", headers=by("planner"))
        assert [one["object"] for one in entries(client)] == ["learner:L1", "learner:L3"]
        assert [one["object"] for one in entries(client, object="learner:L3")] == ["learner:L3"]
    lines = [json.loads(line) for line in (home.folder / "audit.jsonl").read_text().splitlines()]
    assert [line.get("object") for line in lines][:2] == ["learner:L3", "learner:L1"]
    assert lines[0]["at"] == "2026-11-02T09:00:00+05:30"


def test_the_log_may_be_off(home: Home, clock: Clock) -> None:
    with TestClient(create_app(load_settings(home.folder, keys=keys(), audit="off"), clock)) as client:
        client.get(GAPS, headers=by("planner"))
        assert client.app.state.service.store.audit.read(AuditFilter(), 9) == []  # type: ignore[attr-defined]


def test_knocking_does_not_fill_the_log() -> None:
    at = datetime(2026, 11, 2, 9)
    refusals = Refusals()
    knock = AuditEntry(at, "unknown", "none", "refused", "GET /x", 401, origin="192.0.2.1")
    written = [refusals.first(knock) for _ in range(1000)]
    assert sum(written) == 1
    assert refusals.due(at + timedelta(seconds=59)) == []
    [counted] = refusals.due(at + timedelta(seconds=61))
    assert counted.times == 999
    assert len(refusals) == 0


def test_what_is_too_old_is_removed(settings: Settings) -> None:
    store = Store(settings.database)
    store.migrate()
    moment = datetime(2026, 11, 2)
    old = AuditEntry(moment - timedelta(days=400), "planner", "planner", "read", "GET /x", 200)
    store.audit.add([old])
    auditor = Auditor(store.audit, lambda: moment, 365)
    auditor.close()
    again = Auditor(store.audit, lambda: moment, 365)
    again.note(AuditEntry(moment, "planner", "planner", "read", "GET /y", 200))
    again.close()
    Auditor(store.audit, lambda: moment, 365)._prune()
    assert [one.route for one in store.audit.read(AuditFilter(), 9)] == ["GET /y"]
    store.close()


@pytest.mark.parametrize(
    ("method", "path", "role", "action"),
    [
        ("GET", "/v1/learners/{learner}/recommendations", Role.ADMIN, "read"),
        ("GET", "/v1/learners/{learner}/recommendations", Role.LEARNER, None),
        ("GET", "/v1/learners/{learner}", Role.LEARNER, "export"),
        ("GET", "/v1/a-route-of-tomorrow", Role.PLANNER, "read"),
        ("POST", "/v1/a-route-of-tomorrow", Role.LEARNER, "change"),
        ("PUT", "/v1/plans/{plan}/decision", Role.PLANNER, "change"),
        ("GET", "/v1/courses/{course}", Role.PLANNER, None),
        ("POST", "/v1/recommendations", Role.PLANNER, None),
        ("POST", "/sunbirdigot/search", Role.SERVICE, None),
        ("POST", "/api/composite/v4/search", Role.PLANNER, None),
        ("POST", "/v1/roles/suggestions", Role.PLANNER, None),
        ("GET", "/v1/search", Role.PLANNER, None),
        ("POST", "/v1/feedback", Role.SERVICE, "events"),
        ("POST", "/v1/feedback", Role.LEARNER, None),
        ("DELETE", "/v1/learners/{learner}", Role.ADMIN, "erase"),
    ],
)
def test_what_is_written_down_and_as_what(method: str, path: str, role: Role, action: str | None) -> None:
    assert action_of(method, path, role) == action


def test_a_search_in_somebodys_name_is_written_down(guarded: TestClient) -> None:
    for learner in ({}, {"learner": "L3"}):
        assert guarded.get("/v1/search", params={"q": "noting"} | learner, headers=by("planner")).status_code == 200
    assert [(one["route"], one["object"]) for one in entries(guarded)] == [("GET /v1/search", "learner:L3")]


def test_entries_hold_ids_and_nothing_of_what_was_read(guarded: TestClient) -> None:
    guarded.get("/v1/learners/L3/recommendations", headers=by("planner", **{"x-request-id": "r"}))
    [entry] = entries(guarded)
    text = json.dumps(entry)
    assert not re.search(r"Noting|Spreadsheets|c1|c2|d2", text)
