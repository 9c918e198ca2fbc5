"""Serve the HTTP API and the pages."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from api.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="port to listen on [default: 8000]")] = None,
    host: Annotated[str | None, typer.Option(help="address to listen on [default: 127.0.0.1]")] = None,
    workers: Annotated[int | None, typer.Option(help="server processes [default: 1]")] = None,
    home: Annotated[Path | None, typer.Option(help="home folder [default: KARMAPATH_HOME or .karmapath]")] = None,
    settings: Annotated[bool, typer.Option("--settings", help="print every setting and stop")] = False,
) -> None:
    """Serve the HTTP API and the pages.

    Example: karmapath serve --port 8000

    Settings come from here, from KARMAPATH_... in the environment, or from karmapath.toml in the home folder.
    Without an issuer or keys in the settings it listens on this machine only: anybody who reaches it may ask for
    any record.
    """
    gc.disable()  # what is loaded now stays; see api.http.settled
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")  # each process answers many small requests: threads inside one only disturb

    from api.settings import load_settings

    found = load_settings(home, port=port, host=host, workers=workers)
    if settings:
        _print(found)
        return
    from api.http.server import run

    run(found)


def _print(settings: Settings) -> None:
    from api.cli.output import say

    for name, value, meaning in settings.described():
        say(f"{name} = {value or '(none)'}\n    {meaning}; KARMAPATH_{name.upper()}")
