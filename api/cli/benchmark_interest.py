"""``karmapath benchmark interest``: lists against the true interest that only a demo world knows."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import log, print_json, say


def interest(
    peers: Annotated[str, typer.Option(help="Names with commas between, or 'all'.")] = "all",
    k: Annotated[int, typer.Option(min=1, help="Length of the lists.")] = 10,
    trials: Annotated[int, typer.Option(min=1, help="Settings each peer is tried with.")] = 8,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how well lists meet what learners of the demo world are truly interested in, slice by slice.

    Needs a home folder that 'karmapath demo' filled.

    Example: karmapath benchmark interest --peers popularity,ease,lightfm
    """
    from experiments.accuracy.peers import PEERS
    from experiments.accuracy.true_interest import benchmark_interest
    from features.errors import KarmapathError
    from features.home import Home

    names = list(PEERS) if peers == "all" else peers.split(",")
    for name in names:
        if name not in PEERS:
            raise KarmapathError(f"--peers {name}", f"some of {', '.join(PEERS)}", "choose of these")
    found = benchmark_interest(Home.find(home), names, k, trials, seed, lambda line: log.print(line, markup=False))
    if as_json:
        print_json(found)
        return
    table = Table("learners", "number", *next(iter(found.values()))["results"], "least ahead, 95 %")
    for part, one in found.items():
        means = [f"{result['mean']:.4f}" for result in one["results"].values()]
        nearest = min(one["ahead_of"].values(), key=lambda ahead: ahead["mean"])
        table.add_row(
            part,
            str(one["learners"]),
            *means,
            f"{nearest['mean']:+.4f} [{nearest['low']:+.4f}, {nearest['high']:+.4f}]",
        )
    say(table)
