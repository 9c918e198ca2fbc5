"""``karmapath benchmark batch``: everybody's lists at size, beside implicit, killed, and on Dask."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import log, print_json, say
from api.cli.quiet import native_output_to_stderr


def batch(
    learners: Annotated[
        int, typer.Option(min=1000, help="Learners of the large run; 1 crore is 10000000.")
    ] = 1_000_000,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads, ours and the peer's.", show_default="all")
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=1000, help="Courses in a list.")] = 20,
    small: Annotated[int, typer.Option(min=1000, help="Learners of the small runs.")] = 100_000,
    kills: Annotated[int, typer.Option(min=0, help="How often a run is killed.")] = 20,
    work: Annotated[Path | None, typer.Option(help="Folder for what is made on the way; kept, used again.")] = None,
    text: Annotated[bool, typer.Option(help="Train the world that is made with the courses' texts.")] = True,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure batch runs: microseconds a learner, memory, growth, kills, Dask.

    Without --home a world of 2,400 courses is made and trained on first. 1 crore learners take about 2 GB of disk.

    Example: karmapath benchmark batch --learners 200000 --work /tmp/karmapath-batch
    """
    from experiments.batch.figures import Work, measure
    from experiments.batch.world import measured_world
    from features.home import Home

    def told(line: str) -> None:
        log.print(line, markup=False)

    with tempfile.TemporaryDirectory() as passing, native_output_to_stderr():
        world = measured_world(work or Path(passing), None if home is None else Home.find(home), text, told)
        asked = Work(learners, threads or os.cpu_count() or 1, top, small, kills=kills)
        found = measure(world, asked, told)
    if as_json:
        print_json(found)
        return
    for figure in found["figures"]:
        sign, mark = "at most" if figure["at_most"] else "at least", "" if figure["met"] else "  NOT MET"
        detail = f"  ({figure['detail']})" if figure["detail"] else ""
        say(f"{figure['name']:<56}{figure['found']:>10.4g}  {sign} {figure['reach']:.4g}{mark}{detail}")
