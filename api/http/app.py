"""The application: every route, one store, one champion."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware

from api.http import health, metrics
from api.http.access.gate import Gate, enter
from api.http.application import Application
from api.http.border import Border
from api.http.champion import Champion
from api.http.compression import Compression
from api.http.envelope import Envelope
from api.http.igot import competency_mapping, coverage, plans, recommendation, search, shelves
from api.http.lane import SMALLEST, Lane
from api.http.metrics import Metrics
from api.http.problems import install_problems
from api.http.service import Service
from api.http.settled import settle
from api.http.traces import Tracing, tracing
from api.http.v1 import (
    audit,
    catalogue,
    catalogue_search,
    claims,
    edges,
    happenings,
    learners,
    matching,
    path_questions,
    personal,
    records,
    stateless,
)
from api.http.v1.documents import PROBLEM, Problem
from api.http.v1.organisations import routes as organisations
from api.http.witness import Witness
from api.pages import routes as pages
from api.pages.planning import routes as planning_pages
from api.settings import Settings, load_settings
from features.home import HOME_VARIABLE
from features.times import now

_DESCRIPTION = """\
Guided and desirable learning paths for civil servants: what to learn next, in what order, and why.

Every error is an RFC 9457 problem that says what was found, what was expected and what to do. Times are in India
Standard Time. Every answer names the model that gave it.
"""
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"description": description, **PROBLEM}
    for code, description in (
        (401, "Nobody knows who calls"),
        (403, "Not for this role, or somebody else's record"),
        (404, "No such thing"),
        (409, "It does not go with what is known"),
        (408, "A body that did not come in time"),
        (413, "A body beyond the limit"),
        (414, "An address beyond the limit"),
        (415, "A body that is not JSON"),
        (421, "A name that is not this service's"),
        (422, "A request that cannot be taken"),
        (429, "Too many requests"),
        (503, "No model yet, no store, or no answer in time"),
    )
}

ROUTERS = (
    health.router,
    metrics.router,
    learners.router,
    personal.router,
    stateless.router,
    catalogue.router,
    catalogue_search.router,
    happenings.router,
    matching.router,
    edges.router,
    path_questions.router,
    claims.router,
    records.router,
    *organisations.routers,
    audit.router,
    *recommendation.routers,
    shelves.router,
    plans.router,
    competency_mapping.router,
    coverage.router,
    search.router,
    pages.router,
    *planning_pages.routers,
)
"""Every route of the service."""

OFTEN = frozenset(
    {
        learners.recommendations,
        recommendation.create,
        recommendation.read,
        shelves.by_designation,
        shelves.trending_search,
        happenings.events,
    }
)
"""What the portal calls on every page: served by the short way."""


def create_app(
    settings: Settings, clock: Callable[[], datetime] = now, champion: Champion | None = None
) -> Application:
    """Return the application for these settings; it opens the store when it starts.

    ``clock`` tells the time; ``champion`` is the one to follow, where it has been loaded already.
    """
    measured = Metrics()
    app = Application(
        title="Karmapath",
        version="1",
        description=_DESCRIPTION,
        lifespan=_lifespan(settings, clock, measured, champion),
        generate_unique_id_function=_operation_id,
        responses=_PROBLEMS,
        dependencies=[Depends(enter)],
        docs_url=None,  # its assets come from elsewhere; /docs is a page of our own
        redoc_url=None,
    )
    app.state.gate = Gate(settings)
    app.state.metrics = measured
    app.state.routes = tuple(_routes(ROUTERS))
    install_problems(app)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(Compression, minimum_size=SMALLEST, compresslevel=4)
    app.add_middleware(Border, settings=settings)
    seen: dict[str, Any] = {
        "auditor": lambda: app.state.service.auditor,
        "clock": clock,
        "service_reads": settings.audit_service_reads,
    }
    if settings.audit != "off":
        app.add_middleware(Witness, **seen)
    if settings.origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=settings.origins, allow_methods=["*"], allow_headers=["*"], max_age=600
        )
    marked: dict[str, Any] = {"body_limit": settings.body_limit, "deadline": settings.deadline, "metrics": measured}
    app.add_middleware(Envelope, **marked)
    lane = Lane(
        app.long_way,
        routes=[route for route in app.state.routes if route.endpoint in OFTEN],
        border=Border(app, settings),
        envelope=Envelope(app, **marked),
        witness=None if settings.audit == "off" else Witness(app, **seen),
        origins=bool(settings.origins),
    )
    traces = app.state.tracing = tracing(settings)
    app.first = lane if traces is None else traces.around(lane)
    _document(app)
    return app


def _routes(routers: Iterable[APIRouter]) -> Iterator[APIRoute]:
    for router in routers:
        yield from (route for route in router.routes if isinstance(route, APIRoute))


def from_environment(champion: Champion | None = None) -> FastAPI:
    """Return the application for the home folder that the environment names; server processes start here."""
    return create_app(load_settings(Path(os.environ.get(HOME_VARIABLE) or ".karmapath")), champion=champion)


def _lifespan(settings: Settings, clock: Callable[[], datetime], measured: Metrics, champion: Champion | None) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = Service.open(settings, clock, measured, champion)
        app.state.service = service
        service.champion.refresh()
        if settings.warm:
            service.warm()
        settle()
        traces: Tracing | None = app.state.tracing
        if traces is not None:
            traces.observe(service)
        yield
        service.close()
        if traces is not None:
            traces.close()

    return lifespan


def _operation_id(route: APIRoute) -> str:
    method = min(route.methods or {"get"}).lower()
    return (
        f"{method}_{route.path_format.strip('/')}".replace("/", "_").replace("{", "").replace("}", "").replace("-", "_")
    )


def _document(app: FastAPI) -> None:
    """Add to the OpenAPI document what FastAPI cannot see: the kinds of events, and the shape of problems."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        document = make()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(happenings.EVENT_DEFINITIONS)
        schemas["Problem"] = Problem.model_json_schema()
        return document

    app.openapi = openapi  # type: ignore[method-assign]
