"""Traces to an OpenTelemetry collector: what a request waited for, and by which model it was answered.

A span holds the route's pattern, the status, the request id and the model's version; never a path, a query, an id of a
learner or the message of an error. Where no collector is named nothing of this is imported and nothing is wrapped.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.settings import Settings, SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

    from api.http.service import Service

_SECONDS = 3.0
"""How long a collector is tried: a server that stops does not wait for one that is gone."""

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def tracing(settings: Settings) -> Tracing | None:
    """Return what makes traces, ``None`` where neither the settings nor the environment name a collector.

    Raises
    ------
    SettingsError
        If a collector is named and OpenTelemetry is not installed.
    """
    named = settings.otlp_endpoint or next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), "")
    if not named or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    try:
        return Tracing(_provider(settings.otlp_endpoint))
    except ImportError:
        raise SettingsError(
            f"otlp_endpoint {named}, and no OpenTelemetry", "the packages of the extra traces",
            "install 'karmapath[traces]', or take the setting away",
        ) from None  # fmt: skip


def _provider(endpoint: str) -> TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    where = endpoint.rstrip("/") + "/v1/traces" if endpoint else None
    patience = None if os.environ.get("OTEL_EXPORTER_OTLP_TIMEOUT") else _SECONDS
    exporter = OTLPSpanExporter(where, timeout=patience)
    provider = TracerProvider(resource=Resource.create({"service.name": "karmapath"}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


class Tracing:
    """Makes the spans of one process."""

    def __init__(self, provider: TracerProvider) -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 - an extra

        self._provider = provider
        self._tracer = provider.get_tracer("karmapath")
        self._propagator = TraceContextTextMapPropagator()

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return what serves as ``app`` does, with every request a span."""
        return _Requests(app, self)

    def observe(self, service: Service) -> None:
        """Have what the service waits for be spans: the store, the engine, the solver."""
        look_up, write, solve = service.look_up, service.write, service.solve
        find_record, recommend = service.store.find_record, service.recommend

        async def traced_look_up(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            with self.span("store read", {"karmapath.store.read": _name(function)}):
                return await look_up(function, *args, **kwargs)

        async def traced_find_record(*args: Any, **kwargs: Any) -> Any:
            with self.span("store read", {"karmapath.store.read": "record"}):
                return await find_record(*args, **kwargs)

        async def traced_write(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            with self.span("store write", {"karmapath.store.write": _name(function)}):
                return await write(function, *args, **kwargs)

        async def traced_solve(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            self._tell_model(service.engine.version)
            with self.span("path solve", {"karmapath.path": _name(function)}):
                return await solve(copy_context().run, function, *args, **kwargs)

        async def traced_recommend(engine: Any, *args: Any, **kwargs: Any) -> Any:
            self._tell_model(engine.version)
            with self.span("engine", {"karmapath.model": engine.version}):
                return await recommend(engine, *args, **kwargs)

        wrapped: Mapping[str, Any] = {
            "look_up": traced_look_up, "write": traced_write, "solve": traced_solve, "recommend": traced_recommend,
        }  # fmt: skip
        for name, function in wrapped.items():
            setattr(service, name, function)
        setattr(service.store, "find_record", traced_find_record)  # noqa: B010 - of this one store

    def close(self) -> None:
        """Send what is waiting to be sent."""
        self._provider.shutdown()

    @contextmanager
    def span(self, name: str, attributes: Mapping[str, str]) -> Iterator[Span]:
        """Make the block a span; an error is told by its kind alone."""
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - an extra

        with self._tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    async def request(self, scope: Scope, serve: Callable[[Callable[[int], None]], Awaitable[None]]) -> None:
        """Make one request a span, in the trace that its caller named."""
        from opentelemetry.trace import SpanKind, Status, StatusCode  # noqa: PLC0415 - an extra

        carrier = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"] if name in _TRACE
        }
        with self._tracer.start_as_current_span(
            scope["method"], self._propagator.extract(carrier), kind=SpanKind.SERVER,
            attributes={"http.request.method": scope["method"]},
            record_exception=False, set_status_on_exception=False,
        ) as span:  # fmt: skip
            statuses: list[int] = []
            try:
                await serve(statuses.append)
            finally:
                route = getattr(scope.get("route"), "path", "(none)")
                span.update_name(f"{scope['method']} {route}")
                span.set_attributes(
                    {
                        "http.route": route,
                        "http.response.status_code": statuses[0] if statuses else 0,
                        "karmapath.request_id": scope.get("karmapath.request_id", ""),
                    }
                )
                if not statuses or statuses[0] >= 500:
                    span.set_status(Status(StatusCode.ERROR))

    def _tell_model(self, version: str) -> None:
        from opentelemetry.trace import get_current_span  # noqa: PLC0415 - an extra

        get_current_span().set_attribute("karmapath.model", version)


_TRACE = frozenset({b"traceparent", b"tracestate"})


class _Requests:
    """ASGI middleware around the whole service."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self.app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def serve(tell: Callable[[int], None]) -> None:
            async def told(message: Message) -> None:
                if message["type"] == "http.response.start":
                    tell(message["status"])
                await send(message)

            await self.app(scope, receive, told)

        await self._tracing.request(scope, serve)


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", type(function).__name__)
