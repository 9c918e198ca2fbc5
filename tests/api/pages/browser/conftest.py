"""A site of our own on loopback, large enough that figures may be shown, and a real browser to look at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.home import Home
from features.store import Store
from features.warehouse import Warehouse
from tests.api.conftest import train
from tests.worlds import small_tables

COPIES = 6
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
OUTPUT = Path(__file__).parents[4] / "test-output" / "planner"
"""Where screenshots are kept."""


def world() -> dict[str, pl.DataFrame]:
    """The small world several times over, with ids of courses as the platform has them, and a plan to follow."""
    tables = dict(small_tables(COPIES))
    tables["plans"] = pl.DataFrame(
        [{"plan_id": "p1", "organisation_id": "d2", "scope": "organisation", "scope_value": "d2", "course_id": "c5"}]
    ).with_columns(name=pl.lit("Plan of the second"), due_on=pl.lit("2027-03-31").str.to_datetime(time_unit="ms"))
    return {
        name: frame.with_columns(pl.format("do_{}", "course_id").alias("course_id"))
        if "course_id" in frame.columns
        else frame
        for name, frame in tables.items()
    }


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with that world."""
    home = Home(tmp_path_factory.mktemp("site"))
    train(home, world())
    store = Store(home.store_url)
    store.migrate()
    store.load(Warehouse(home.warehouse).current())
    store.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "api.http.app:from_environment", "--port", str(port)]
    settings = {**os.environ, "KARMAPATH_HOME": str(home.folder), "KARMAPATH_DEADLINE": "60"}
    log = home.folder / "log"
    with log.open("w") as file:
        service = subprocess.Popen(
            [*command, "--log-level", "warning"], env=settings, stdout=file, stderr=file,
            cwd=Path(__file__).parents[4],
        )  # fmt: skip
    try:
        _await(f"http://127.0.0.1:{port}/ready", service, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        service.terminate()
        service.wait(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium; while it is open an event loop runs, which later modules of the process may not meet."""
    playwright = pytest.importorskip("playwright.sync_api", reason="install the package playwright")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium here: install the system's package 'chromium'")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=program, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, site: str) -> Iterator[Any]:
    """A page of a window of its own, whose addresses begin at the site."""
    context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900}, locale="en-GB")
    opened = context.new_page()
    yield opened
    context.close()


def _await(address: str, service: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and service.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the service did not start: {log.read_text()[-2000:]}")
