"""``karmapath tune``: search better settings, or refit the evidence table."""

from __future__ import annotations

import typer

from api.cli.tune_evidence import evidence

app = typer.Typer(no_args_is_help=True, help="Search better settings, or refit the evidence table.")


@app.callback()
def tune() -> None:
    """Search better settings, or refit the evidence table."""


app.command()(evidence)
