"""Traces arrive at a real collector, which hears OTLP over HTTP and decodes it."""

from __future__ import annotations

import gzip
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.http.traces import tracing
from api.settings import Settings, SettingsError, load_settings
from features.home import Home
from tests.api.conftest import Clock

collector_service = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


@dataclass
class Collector:
    """What a collector received."""

    url: str = ""
    spans: list[Any] = field(default_factory=list)
    raw: bytes = b""

    def named(self, name: str) -> Any:
        [span] = [span for span in self.spans if span.name == name]
        return span

    def attributes(self, name: str) -> dict[str, Any]:
        values = {one.key: one.value for one in self.named(name).attributes}
        return {key: value.string_value or value.int_value for key, value in values.items()}


@pytest.fixture
def collector() -> Iterator[Collector]:
    found = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            body = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
            assert self.path == "/v1/traces"
            request = collector_service.ExportTraceServiceRequest.FromString(body)
            found.raw += body
            found.spans += [
                span for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans
            ]
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()


def test_a_request_its_look_up_and_the_engine_are_one_trace(home: Home, clock: Clock, collector: Collector) -> None:
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "x-request-id": "the-one"}
    with TestClient(create_app(load_settings(home.folder, otlp_endpoint=collector.url), clock)) as client:
        answer = client.get("/v1/learners/L3/recommendations", headers=headers)
        assert answer.status_code == 200
    root = collector.named("GET /v1/learners/{learner}/recommendations")
    assert (root.trace_id.hex(), root.parent_span_id.hex()) == (TRACE, PARENT)
    told = collector.attributes(root.name)
    assert told["http.route"] == "/v1/learners/{learner}/recommendations"
    assert told["http.response.status_code"] == 200
    assert told["karmapath.request_id"] == "the-one" == answer.headers["x-request-id"]
    assert told["karmapath.model"] == answer.json()["model"]
    for part in ("store read", "engine"):
        span = collector.named(part)
        assert (span.trace_id.hex(), span.parent_span_id) == (TRACE, root.span_id)
        assert root.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
    assert collector.attributes("engine")["karmapath.model"] == answer.json()["model"]


def test_a_path_is_a_span_of_its_own_though_it_is_solved_in_a_thread(
    home: Home, clock: Clock, collector: Collector
) -> None:
    with TestClient(create_app(load_settings(home.folder, otlp_endpoint=collector.url), clock)) as client:
        assert client.get("/v1/learners/L3/paths/guided").status_code == 200
    solve = collector.named("path solve")
    root = collector.named("GET /v1/learners/{learner}/paths/guided")
    assert solve.parent_span_id == root.span_id
    assert collector.attributes("path solve")["karmapath.path"] == "guided"


def test_spans_hold_no_id_no_path_and_no_message(home: Home, clock: Clock, collector: Collector) -> None:
    with TestClient(create_app(load_settings(home.folder, otlp_endpoint=collector.url), clock)) as client:
        client.get("/v1/learners/very-personal/recommendations?language=hi")
        client.get("/learners/L3")
        client.post("/v1/events", json={"kind": "profile", "learner": "very-personal"})
        client.get("/nowhere/very-personal")
        client.delete("/v1/learners/very-personal")
    assert collector.attributes("GET (none)")["http.route"] == "(none)"
    assert len(collector.spans) >= 5
    for personal in (b"very-personal", b"language=hi", b"L3"):
        assert personal not in collector.raw


def test_the_environments_own_variable_names_a_collector_too(
    home: Home, clock: Clock, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    with TestClient(create_app(load_settings(home.folder), clock)) as client:
        client.get("/health")
    assert collector.named("GET /health")


def test_a_collector_that_is_gone_costs_no_answer(home: Home, clock: Clock) -> None:
    with TestClient(create_app(load_settings(home.folder, otlp_endpoint="http://127.0.0.1:1"), clock)) as client:
        assert client.get("/v1/roles").status_code == 200


def test_off_means_nothing_is_wrapped(client: TestClient, settings: Settings) -> None:
    assert tracing(settings) is None
    assert not {"look_up", "solve", "recommend"} & set(vars(client.app.state.service))  # type: ignore[attr-defined]


def test_a_collector_without_the_packages_is_told_in_one_sentence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(SettingsError, match=r"karmapath\[traces\]"):
        tracing(load_settings(settings.home, otlp_endpoint="http://127.0.0.1:4318"))
