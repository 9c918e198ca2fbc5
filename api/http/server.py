"""Running the service: checks first, then the server processes."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from functools import partial
from typing import Any

import uvicorn

from api.cli.output import log
from api.http.logs import log_config
from api.http.patience import PatientProtocol
from api.http.shared import Shared
from api.settings import Settings, SettingsError
from features.children import begin, end_when_orphaned
from features.errors import NotReadyError
from features.home import HOME_VARIABLE
from features.store import Store
from features.warehouse import Warehouse
from models.champion import champion_folder

_GRACE_SECONDS = 15
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""Where Prometheus' client, in every server process, puts its figures together; it looks when it is imported."""


def run(settings: Settings) -> None:
    """Serve until a signal ends it; what was accepted is finished first.

    Raises
    ------
    SettingsError
        If the service would be open to others than this machine.
    StoreError
        If the store cannot be reached.
    """
    settings.check_binding()
    _check_port(settings)
    os.environ[HOME_VARIABLE] = str(settings.home)
    if settings.workers > 1:
        _share_metrics(settings)
    if settings.workers > 1 and sys.platform == "linux":
        code = _share(settings)
        if code:
            sys.exit(code)
        return
    prepare_store(settings)
    _announce(settings)
    uvicorn.run("api.http.app:from_environment", workers=settings.workers, **_options(settings))


def _share(settings: Settings) -> int:
    """Serve by processes that share what is loaded once; return the exit code."""
    store = begin(
        partial(_prepare_alone, settings)
    )  # threads that reading tables begins must not be where workers fork
    shared = Shared(settings.folders, compiled=settings.compiled)

    from api.http.app import from_environment  # noqa: PLC0415 - now, while others read
    from api.http.workers import Workers  # noqa: PLC0415 - its Prometheus looks where figures go

    store()
    _announce(settings)
    config = uvicorn.Config(partial(from_environment, shared.champion), **_options(settings))
    return Workers(config, config.bind_socket(), settings.workers, shared.prepare, 2 * _GRACE_SECONDS).run()


def _options(settings: Settings) -> dict[str, Any]:
    as_json = settings.log_format == "json"
    return {
        "factory": True,
        "host": settings.host,
        "port": settings.port,
        "log_config": log_config(settings.log_level, as_json=as_json, requests=settings.access_log),
        "http": PatientProtocol,
        "ws": "none",
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": _GRACE_SECONDS,
    }


def _check_port(settings: Settings) -> None:
    """Raise ``SettingsError`` if nothing can listen there."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"{settings.host}:{settings.port}: {error.strerror or error}",
                "an address and a port where nothing listens yet",
                "stop what listens there, or give another --port",
            ) from None


def _prepare_alone(settings: Settings) -> None:
    """Prepare the store in a process that does nothing else."""
    end_when_orphaned()
    prepare_store(settings)


def prepare_store(settings: Settings) -> None:
    """Bring the store's schema up to date, and take over the current snapshot if the store has another or none."""
    store = Store(settings.database)
    store.migrate()
    warehouse = Warehouse(settings.folders.warehouse)
    if warehouse.exists() and store.snapshot() != (current := warehouse.current()).hash:
        log.print("store     takes over the imported data ...", markup=False)
        rows = store.load(current)
        log.print(f"store     {rows['learners']:,} learners, {rows['enrolments']:,} enrolments", markup=False)
    store.close()


def _share_metrics(settings: Settings) -> None:
    """Have the processes put their figures together in a folder, new at every start."""
    folder = settings.folders.cache / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[MULTIPROCESS] = str(folder)


def _announce(settings: Settings) -> None:
    base = f"http://{settings.host}:{settings.port}"
    log.print(f"home      {settings.home}", markup=False)
    log.print(f"pages     {base}/", markup=False)
    log.print(f"API       {base}/docs", markup=False)
    log.print(f"health    {base}/health and {base}/ready", markup=False)
    if settings.is_open:
        log.print(
            "access    from this machine only: no API keys are set, so anybody who reaches it may ask", markup=False
        )
    try:
        champion_folder(settings.folders)
    except NotReadyError as error:
        log.print(f"model     none yet: {error}; the server takes it up when it is there", markup=False)
