"""A planner of one organisation reaches for another's people and plans in over a hundred ways, and gets nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.access.principal import Role
from api.http.app import create_app
from api.settings import ApiKey, load_settings
from features.home import Home
from tests.api.conftest import Clock

WISH = {"hours": 20, "begin": "2026-11-03", "end": "2027-03-31"}
SIGNED = {"by": "A. Planner", "version": 1}
KEYS = {
    "first": {"role": Role.PLANNER, "organisation": "d1"},
    "second": {"role": Role.PLANNER, "organisation": "d2"},
    "lost": {"role": Role.PLANNER},
    "above": {"role": Role.PLANNER, "organisation": "m"},
}
PAGES = (
    "", "/gaps", "/gaps/data", "/positions/p2", "/coverage", "/plans", "/plans/PLAN",
    "/plans/compare?first=PLAN&second=PLAN",
    "/plans/PLAN/export/v4", "/plans/PLAN/export/csv", "/compliance", "/posts", "/posts?seats-p2=1", "/posts/p2",
    "/succession", "/recognition", "/providers", "/decisions", "/roles", "/roles/analyst", "/roles/analyst/frac",
)  # fmt: skip
READS = (
    "/gaps", "/gaps?by=body", "/gaps/trend", "/gaps/peers", "/gaps/data", "/coverage", "/compliance", "/succession",
    "/recognition", "/providers", "/decisions", "/plans", "/plans/PLAN", "/plans/PLAN?version=1", "/plans/PLAN/history",
    "/roles", "/roles/analyst", "/plans/PLAN/export", "/plans/PLAN/export?format=csv",
    "/plans/comparison?first=PLAN&second=PLAN",
)  # fmt: skip
WRITES: dict[str, Any] = {
    "/plans": {"by": "A. Planner", "settings": WISH},
    "/plans/PLAN/changes": {**SIGNED, "exclude": [["p2", "c3"]]},
    "/plans/PLAN/submission": SIGNED,
    "/plans/PLAN/withdrawal": SIGNED,
    "/plans/PLAN/verdicts": {**SIGNED, "reason": "because"},
    "/plans/PLAN/comments": {"by": "A. Planner", "text": "hello"},
    "/decisions": {"post": "p2", "learner": "L7", "by": "A. Planner", "reason": "because I say so"},
}
PEOPLE = (
    "/learners/L7", "/v1/learners/L7/gaps", "/v1/learners/L7/competencies", "/v1/learners/L7/recommendations",
    "/v1/learners/L7/paths/guided", "/v1/learners/L7/posts-within-reach", "/v1/learners/L7",
    "/v1/posts/p2/candidates?organisation=d2", "/v1/posts/p2/candidates?organisation=m",
    "/v1/posts/p2/candidates?organisation=nowhere",
)  # fmt: skip


def header(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer key of {name}"}


@pytest.fixture
def guarded(home: Home, clock: Clock) -> Iterator[TestClient]:
    keys = tuple(
        ApiKey(name=name, sha256=hashlib.sha256(f"key of {name}".encode()).hexdigest(), **facts)
        for name, facts in KEYS.items()
    )
    with TestClient(create_app(load_settings(home.folder, keys=keys, rate_limit=10_000), clock)) as client:
        yield client


@pytest.fixture
def plan(guarded: TestClient) -> str:
    """A plan of the second organisation."""
    made = guarded.post("/v1/organisations/d2/plans", json=WRITES["/plans"], headers=header("second"))
    assert made.status_code == 201, made.text
    found: str = made.json()["plan"]
    return found


def ways(plan: str) -> list[tuple[str, str, Any]]:
    """Every way: method, address, body. Under the other's name, and under the own one with the other's plan."""
    reads = [("GET", f"/v1/organisations/{place}{path}", None) for place in ("d2", "m", "nowhere") for path in READS]
    pages = [("GET", f"/planning/{place}{path}", None) for place in ("d2", "m") for path in PAGES]
    writes = [("POST", f"/v1/organisations/d2{path}", body) for path, body in WRITES.items()]
    own = [
        ("GET", f"{root}/d1{path}", None)
        for root, paths in (("/v1/organisations", READS), ("/planning", PAGES))
        for path in paths
        if "PLAN" in path
    ]
    own += [("POST", f"/v1/organisations/d1{path}", body) for path, body in WRITES.items() if "PLAN" in path]
    own.append(("POST", "/v1/organisations/d1/decisions", WRITES["/decisions"]))
    own.append(("POST", "/v1/assignments", {"organisation": "d2", "seats": {"p2": 1}}))
    people = [("GET", path, None) for path in PEOPLE]
    return [
        (method, path.replace("PLAN", plan), body) for method, path, body in [*reads, *pages, *writes, *own, *people]
    ]


def test_a_planner_reaches_nothing_of_another_organisation(guarded: TestClient, plan: str) -> None:
    tried = ways(plan)
    assert len(tried) >= 100
    before = guarded.get(f"/v1/organisations/d2/plans/{plan}/history", headers=header("second")).json()
    for who in ("first", "lost"):
        for method, path, body in tried:
            answer = guarded.request(method, path, json=body, headers=header(who), follow_redirects=False)
            assert answer.status_code in (403, 404, 409), (who, method, path, answer.status_code)
    after = guarded.get(f"/v1/organisations/d2/plans/{plan}/history", headers=header("second")).json()
    assert after == before, "nothing was done either"


def test_the_planner_above_reaches_both(guarded: TestClient, plan: str) -> None:
    assert guarded.get(f"/v1/organisations/m/plans/{plan}", headers=header("above")).status_code == 200
    assert guarded.get("/v1/organisations/d2/compliance", headers=header("above")).status_code == 200
    listed = guarded.get("/v1/organisations", headers=header("above")).json()
    assert {one["organisation"] for one in listed["items"]} == {"m", "d1", "d2"}


def test_a_planner_is_shown_the_own_organisations_only(guarded: TestClient, plan: str) -> None:
    listed = guarded.get("/v1/organisations", headers=header("first")).json()
    assert [one["organisation"] for one in listed["items"]] == ["d1"]
    assert guarded.get("/v1/organisations", headers=header("lost")).json()["items"] == []
    assert plan not in guarded.get("/v1/organisations/d1/plans", headers=header("first")).text


def test_a_planner_does_not_learn_whether_an_organisation_elsewhere_exists(guarded: TestClient) -> None:
    there = guarded.get("/v1/organisations/d2/gaps", headers=header("first")).json()
    nowhere = guarded.get("/v1/organisations/nowhere/gaps", headers=header("first")).json()
    assert there == nowhere


def test_forms_of_pages_do_not_pass_without_the_mark_of_a_page(guarded: TestClient, plan: str) -> None:
    for place in ("d1", "d2"):
        for path in ("/plans", f"/plans/{plan}", "/posts/p2", "/roles/analyst"):
            fields = {
                "do": "submit",
                "version": "1",
                "decided_by": "A. Planner",
                "learner": "L7",
                "reason": "because I can",
            }
            answer = guarded.post(f"/planning/{place}{path}", data=fields, headers=header("first"))
            assert answer.status_code in (403, 404, 422), (place, path, answer.status_code)
