"""``karmapath rollback``: the previous champion serves again."""

from __future__ import annotations

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import print_json, say
from features.home import Home

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def rollback(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Make the previous champion the champion again; a running server follows at once.

    Example: karmapath rollback
    """
    from experiments.tracking import Tracking

    version = Tracking(Home.find(home)).rollback()
    if as_json:
        print_json({"version": version.number, "bundle": version.bundle})
    else:
        say(f"version {version.number} (bundle {version.bundle}) is the champion again")
