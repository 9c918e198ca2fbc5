"""``karmapath benchmark paths``: speed, bounds and worth of paths, and beliefs against a simulated truth."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption, open_store
from api.cli.output import log, print_json, say
from api.cli.quiet import native_output_to_stderr


def paths(
    full: Annotated[
        bool, typer.Option("--full", help="All of it: 100,000 plans, every assumption halved and doubled.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure paths beside relevance ranking and bundle-greedy, and beliefs beside certificates.

    Where the home folder holds learners, guided paths for all of them are timed too.

    Example: karmapath benchmark paths
    """
    from api.settings import load_settings
    from experiments.paths.figures import FULL, QUICK, document, figures, population
    from features.home import Home
    from features.warehouse import Warehouse

    found = []
    place = Home.find(home)
    with native_output_to_stderr(), log.status("") as status:
        for figure in figures(FULL if full else QUICK, status.update):
            found.append(figure)
        if Warehouse(place.warehouse).exists():
            status.update("guided paths for everyone in the home folder")
            open_store(place)
            found.append(population(place, load_settings(place.folder).database))
    if as_json:
        print_json({"work": "full" if full else "quick", "figures": document(found)})
        return
    from rich.table import Table

    table = Table(title="Paths and beliefs")
    for column in ("figure", "found", "to reach", "", "detail"):
        table.add_column(column, justify="right" if column in ("found", "to reach") else "left")
    for figure in found:
        sign = "at most" if figure.at_most else "at least"
        mark = "yes" if figure.met else "NO"
        table.add_row(figure.name, f"{figure.found:.4g}", f"{sign} {figure.reach:.4g}", mark, figure.detail)
    say(table)
