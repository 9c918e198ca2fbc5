"""``karmapath benchmark serve``: rates, times, memory and survival of the service, each beside its target."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import log, print_json, say
from api.cli.quiet import native_output_to_stderr


def serve(
    learners: Annotated[int, typer.Option(min=100, help="Learners in the large store.")] = 1_000_000,
    database: Annotated[
        str,
        typer.Option(
            help="sqlite, postgresql (a server of our own), both, or postgresql://user@host/name: databases "
            "name_10000 and name_LEARNERS, which must be there."
        ),
    ] = "both",
    seconds: Annotated[float, typer.Option(min=3, help="Length of each run of the load generator.")] = 12.0,
    kills: Annotated[int, typer.Option(min=0, help="How often the server is killed while it writes.")] = 20,
    folder: Annotated[
        Path | None, typer.Option(help="Where bundle and stores are kept for the next run [default: the home's cache]")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the service under load: wrk asks two processes for the lists of random learners.

    The first run makes a small demo world of 2,400 courses, trains on it, and fills the stores.

    Example: karmapath benchmark serve --learners 10000 --database sqlite --seconds 5 --kills 2
    """
    from experiments.serving.run import DATABASES, Work, benchmark
    from features.home import Home

    place = folder or Home.find(home).cache / "benchmark-serve"
    work = Work(learners, seconds, kills)
    found = []
    with native_output_to_stderr():
        for name in DATABASES if database == "both" else (database,):
            for figure in benchmark(place.absolute(), name, work, lambda line: log.print(f"  {line}", markup=False)):
                found.append(figure)
                log.print(figure.line(), markup=False)
    if as_json:
        print_json({"learners": learners, "seconds": seconds, "figures": [figure.document() for figure in found]})
        return
    for figure in found:
        say(figure.line())
