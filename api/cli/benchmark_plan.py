"""``karmapath benchmark plan``: one plan beside many, everybody to every post, the gap map at size."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.opened import HomeOption, JsonOption, open_store
from api.cli.output import log, print_json, say
from api.cli.quiet import native_output_to_stderr


def plan(
    learners: Annotated[int, typer.Option(min=1000, help="Learners of the gap map.")] = 1_000_000,
    competencies: Annotated[int, typer.Option(min=20, help="Competencies of the gap map.")] = 300,
    people: Annotated[int, typer.Option(min=100, help="People of the large assignment.")] = 50_000,
    posts: Annotated[int, typer.Option(min=10, help="Posts of the large assignment.")] = 5_000,
    seats: Annotated[int, typer.Option(min=1, help="Seats of each post.")] = 10,
    organisation: Annotated[
        list[str] | None, typer.Option(help="Organisation whose plans are compared; may be given again.")
    ] = None,
    work: Annotated[Path | None, typer.Option(help="Folder for what is made on the way.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure planning: plans of the home's organisations, assignments and gap maps of made-up services.

    Without a snapshot in the home folder plans are left out. 1,000,000 learners take about 300 MB of disk.

    Example: karmapath benchmark plan --learners 100000 --people 10000 --posts 1000
    """
    from experiments.planning.figures import DEFAULT_ORGANISATIONS, Work, figures
    from features.home import Home
    from features.reference import Reference
    from features.warehouse import Warehouse

    place = Home.find(home)
    world: Any = None
    if Warehouse(place.warehouse).exists():
        snapshot = Warehouse(place.warehouse).current()
        world = snapshot, Reference.load(snapshot), open_store(place)
    chosen = tuple(organisation or DEFAULT_ORGANISATIONS)
    asked = Work(learners, competencies, people, posts, seats, organisations=chosen)
    if world is not None:
        unknown = [one for one in chosen if one not in world[1].organisations]
        world = None if unknown and organisation is None else world
    found = []
    with tempfile.TemporaryDirectory() as passing, native_output_to_stderr():
        for figure in figures(asked, work or Path(passing), world, lambda line: log.print(line, markup=False)):
            log.print(figure.line(), markup=False)
            found.append(figure)
    if as_json:
        print_json({"figures": [figure.document() for figure in found]})
        return
    for figure in found:
        say(figure.line())
