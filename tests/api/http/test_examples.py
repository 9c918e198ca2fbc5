"""Every example that the OpenAPI document shows is sent, and every answer is held against the schema it tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
import pytest
from jsonschema_rs import Draft202012Validator
from starlette.testclient import TestClient

from api.http.app import create_app
from api.settings import load_settings
from features.home import Home
from features.store import Store
from features.warehouse import Warehouse
from tests.api.conftest import Clock, portal_tables, train

PATHS = {
    "learner": "L0000001", "course": "do_1", "role": "clerk", "ledger": "claims", "hash": "0" * 64,
    "recommendation": "none", "recommendation_id": "none", "organisation": "m", "competency": "drafting",
}  # fmt: skip
"""What stands for the parts of paths; what is not here is not asked."""
NEEDED: Mapping[str, dict[str, Any]] = {
    "/v1/positions/match": {"designation": "Section Officer"},
    "/v1/records/{hash}": {"learner": "L0000001"},
    "/v1/edges/suggestions": {"kind": "course_teaches"},
}
NOT_THERE = {
    "/v1/shown/{recommendation}": "no list of that id was shown",
    "/api/recommendation/feedback": "no list of that id was shown",
    "/courseRecommendation/feedback": "no list of that id was shown",
    "/api/courseRecommendation/feedback": "no list of that id was shown",
}
"""Routes whose example speaks of what another request makes, and why the answer is a problem."""


def example_world() -> dict[str, pl.DataFrame]:
    """The world of the other tests, and what the examples name."""
    tables = portal_tables()
    more = [
        {"course_id": "do_1", "name": "Noting and drafting", "hours": 2.0, "category": "Course", "status": "live",
         "languages": ["en", "hi"], "external": False, "cost": 0.0},
        {"course_id": "ext_1", "name": "Diploma", "hours": 9.0, "category": "Course", "status": "live",
         "languages": ["en"], "external": True, "cost": 9000.0},
    ]  # fmt: skip
    people = {"learner_id": ["L0000001"], "organisation_id": ["d1"], "designation": ["Assistant Section Officer"]}
    taken = {"learner_id": ["L0000001"], "course_id": ["do_1"], "status": ["completed"]}
    tables["courses"] = pl.concat([tables["courses"], pl.DataFrame(more)], how="diagonal")
    tables["learners"] = pl.concat([tables["learners"], pl.DataFrame(people)], how="diagonal")
    tables["enrolments"] = pl.concat([tables["enrolments"], pl.DataFrame(taken)], how="diagonal")
    return tables


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = Home(tmp_path_factory.mktemp("examples"))
    train(home, example_world())
    store = Store(home.store_url)
    store.migrate()
    store.load(Warehouse(home.warehouse).current())
    store.close()
    with TestClient(create_app(load_settings(home.folder), Clock())) as client:
        yield client


@pytest.fixture(scope="module")
def document(client: TestClient) -> Any:
    return client.get("/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def bodies(operation: Any, document: Any) -> list[Any]:
    """Return the examples of an operation's body."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return []
    shown = [one["value"] for one in content.get("examples", {}).values()]
    return shown or _examples(content["schema"], document)


def _examples(schema: Any, document: Any) -> list[Any]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "array" and "example" not in schema:
        return [[one] for one in _examples(schema["items"], document)]
    return [schema["example"]] if "example" in schema else list(schema.get("examples", []))


def hold_against(value: Any, schema: Any, document: Any) -> None:
    whole = {**schema, "components": document["components"]}
    errors = [error.message for error in Draft202012Validator(whole).iter_errors(value)]
    assert errors == []


def hold_answer(response: Any, operation: Any, document: Any) -> None:
    told = operation["responses"].get(str(response.status_code))
    assert told is not None, f"status {response.status_code} is not documented"
    for kind, content in told.get("content", {}).items():
        if response.headers["content-type"].startswith(kind) and "schema" in content:
            hold_against(response.json(), content["schema"], document)


def test_every_body_has_an_example_that_its_schema_allows(document: Any) -> None:
    for method, path, operation in operations(document):
        if "requestBody" in operation and not _is_workbench(path):
            shown = bodies(operation, document)
            assert shown, f"{method} {path} shows no example"
            for one in shown:
                hold_against(one, operation["requestBody"]["content"]["application/json"]["schema"], document)


def test_every_example_of_a_document_fits_its_own_schema(document: Any) -> None:
    for name, schema in document["components"]["schemas"].items():
        for example in _examples({"$ref": f"#/components/schemas/{name}"}, document):
            hold_against(example, schema, document)


def test_every_example_is_answered_as_told(client: TestClient, document: Any) -> None:
    asked = 0
    for method, path, operation in operations(document):
        if not _is_asked(method, path, operation):
            continue
        for body in bodies(operation, document) or [None]:
            response = client.request(method, path.format(**PATHS), params=NEEDED.get(path), json=body)
            wanted = path not in NOT_THERE
            assert response.is_success is wanted, f"{method} {path}: {response.status_code} {response.text[:500]}"
            hold_answer(response, operation, document)
            asked += 1
    assert asked > 60


def test_every_example_of_a_parameter_is_taken(client: TestClient, document: Any) -> None:
    for method, path, operation in operations(document):
        if method != "GET" or not _is_asked(method, path, operation):
            continue
        for parameter in operation.get("parameters", ()):
            shown = parameter.get("schema", {}).get("examples") or parameter["schema"].get("anyOf", [{}])[0].get(
                "examples"
            )
            for example in shown or () if parameter["in"] == "query" else ():
                question = {**NEEDED.get(path, {}), parameter["name"]: example}
                response = client.get(path.format(**PATHS), params=question)
                assert response.is_success, f"{path} {question}: {response.text[:500]}"


def _is_asked(method: str, path: str, operation: Any) -> bool:
    """Whether this test asks a route: not those that erase, are pages, or stand in the planner's workbench."""
    parts = {part.strip("{}") for part in path.split("/") if part.startswith("{")}
    asked = method != "DELETE" and parts <= PATHS.keys() and "json" in str(operation["responses"])
    return asked and not _is_workbench(path)


def _is_workbench(path: str) -> bool:
    return path.startswith(("/v1/organisations", "/v1/posts", "/v1/assignments")) or path.endswith("-within-reach")
