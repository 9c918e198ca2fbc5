"""Serve the HTTP API and the pages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="port to listen on [default: 8000]")] = None,
    host: Annotated[str | None, typer.Option(help="address to listen on [default: 127.0.0.1]")] = None,
    workers: Annotated[int | None, typer.Option(help="server processes [default: 1]")] = None,
    home: Annotated[Path | None, typer.Option(help="home folder [default: KARMAPATH_HOME or .karmapath]")] = None,
) -> None:
    """Serve the HTTP API and the pages.

    Example: karmapath serve --port 8000

    Without keys in the settings it listens on this machine only: anybody who reaches it may ask for any record.
    """
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")  # each process answers many small requests: threads inside one only disturb

    from api.http.server import run
    from api.settings import load_settings

    run(load_settings(home, port=port, host=host, workers=workers))
