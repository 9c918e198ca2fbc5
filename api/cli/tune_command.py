"""``karmapath tune``: search better settings, or refit the evidence table."""

from __future__ import annotations

import typer

from api.cli.tune_evidence import evidence
from api.cli.tune_models import models

app = typer.Typer(no_args_is_help=True, help="Search better settings, or refit the evidence table.")


@app.callback()
def tune() -> None:
    """Search better settings, or refit the evidence table."""


app.command()(models)
app.command()(evidence)
