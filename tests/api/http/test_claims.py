"""Claims for fees over HTTP: who may take which step, once, and everything on the chain."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from api.http.access.principal import Role
from api.http.app import create_app
from api.http.v1 import claim_documents as documents
from api.settings import ApiKey, load_settings
from features.home import Home
from features.store import Store
from features.warehouse import Warehouse
from tests.api.conftest import Clock, portal_tables, train

PROOF = hashlib.sha256(b"certificate").hexdigest()
WHO: dict[str, dict[str, Any]] = {
    "learner": {"role": Role.LEARNER, "learner": "L3"},
    "planner": {"role": Role.PLANNER, "organisation": "d1"},
    "other": {"role": Role.PLANNER, "organisation": "d2"},
    "admin": {"role": Role.ADMIN},
}


@pytest.fixture(scope="module")
def paid_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    tables = portal_tables()
    outside = {"course_id": "ext_1", "name": "Diploma", "hours": 40.0, "category": "Course", "status": "live",
               "languages": ["en"], "external": True, "cost": 12_000.0}  # fmt: skip
    tables["courses"] = pl.concat([tables["courses"], pl.DataFrame([outside])], how="diagonal")
    home = Home(tmp_path_factory.mktemp("paid"))
    train(home, tables)
    store = Store(home.store_url)
    store.migrate()
    store.load(Warehouse(home.warehouse).current())
    store.close()
    return home


@pytest.fixture
def client(paid_home: Home, clock: Clock) -> Iterator[TestClient]:
    for file in paid_home.ledgers.glob("*"):
        file.unlink()
    keys = tuple(
        ApiKey(name=name, sha256=hashlib.sha256(name.encode()).hexdigest(), **facts) for name, facts in WHO.items()
    )
    with TestClient(create_app(load_settings(paid_home.folder, keys=keys, rate_limit=1000), clock)) as client:
        yield client


def step(client: TestClient, who: str, event: str, status: int = 200, **more: Any) -> Any:
    body = {"request": f"{who}-{event}", "learner": "L3", "course": "ext_1", "event": event} | more
    path = "/v1/claims" if event in ("request", "withdraw", "complete") else "/v1/claims/decisions"
    response = client.post(path, json=body, headers={"x-api-key": who})
    assert response.status_code == status, response.text
    if status == 200:
        return documents.ClaimDocument.model_validate_json(response.content)
    return response.json()


def through(client: TestClient) -> None:
    step(client, "learner", "request")
    step(client, "planner", "approve")
    step(client, "learner", "complete", proof=PROOF)
    step(client, "planner", "verify")


def test_a_fee_is_asked_for_decided_proven_and_paid_once(client: TestClient) -> None:
    through(client)
    paid = step(client, "planner", "pay")
    assert (paid.state, paid.fee, paid.paid, paid.next) == ("paid", 12_000.0, 10_000.0, [])
    assert step(client, "planner", "pay").paid == 10_000.0, "the same request again changes nothing"
    assert "paid once" in step(client, "planner", "pay", 409, request="again")["expected"]


def test_who_asks_does_not_decide_and_who_decides_is_of_the_organisation(client: TestClient) -> None:
    step(client, "planner", "request", 403)
    step(client, "learner", "request")
    step(client, "learner", "approve", 403)
    step(client, "other", "approve", 403)
    step(client, "learner", "request", 403, learner="L4", request="x")


def test_a_course_of_the_platform_needs_no_claim(client: TestClient) -> None:
    assert "no permission" in step(client, "learner", "request", 409, course="c2")["remedy"]


def test_claims_are_listed_for_those_who_may_see_them(client: TestClient) -> None:
    through(client)
    for who, path, seen in (
        ("planner", "/v1/claims", 1), ("planner", "/v1/claims?state=verified", 1), ("other", "/v1/claims", 0),
        ("planner", "/v1/claims?state=paid", 0), ("admin", "/v1/claims", 1), ("learner", "/v1/learners/L3/claims", 1),
    ):  # fmt: skip
        response = client.get(path, headers={"x-api-key": who})
        found = documents.Claims.model_validate_json(response.content)
        assert (response.status_code, found.total, len(found.items)) == (200, seen, seen), (who, path)
    assert client.get("/v1/learners/L3/claims", headers={"x-api-key": "other"}).status_code == 403


def test_the_ledger_is_verified_and_a_changed_byte_is_told(client: TestClient, paid_home: Home) -> None:
    through(client)
    ask = {"url": "/v1/ledgers/claims", "headers": {"x-api-key": "admin"}}
    told = documents.LedgerDocument.model_validate_json(client.get(**ask).content)
    assert told.entries == 4
    file: Path = paid_home.ledgers / "claims.jsonl"
    file.write_text(file.read_text().replace("12000.0", "92000.0", 1))
    broken = client.get(**ask)
    assert (broken.status_code, broken.json()["type"]) == (503, "urn:karmapath:problem:broken_ledger")
