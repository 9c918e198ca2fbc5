"""``karmapath benchmark paths``: speed, bounds and worth of paths, and beliefs against a simulated truth."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption
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
            found.extend(population(place))
    if as_json:
        print_json({"work": "full" if full else "quick", "figures": document(found)})
        return
    for figure in found:
        sign, mark = "at most" if figure.at_most else "at least", "" if figure.met else "  NOT MET"
        detail = f"  ({figure.detail})" if figure.detail else ""
        say(f"{figure.name:<58}{figure.found:>9.4g}  {sign} {figure.reach:.4g}{mark}{detail}")
