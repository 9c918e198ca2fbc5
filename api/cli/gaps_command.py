"""``karmapath gaps``: a learner's competency gaps against a position or a role."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption, LearnerArgument, learner_record, open_engine, open_store
from api.cli.output import log, print_json, say
from features.home import Home
from features.times import now

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def gaps(
    learner: LearnerArgument,
    role: Annotated[str | None, typer.Option(help="Against this role instead of the own position.")] = None,
    position: Annotated[str | None, typer.Option(help="Against this position, e.g. after a transfer.")] = None,
    on: Annotated[
        datetime | None, typer.Option(help="As of this day, e.g. of a promotion.", formats=["%Y-%m-%d"])
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a learner's competency gaps against a position or a role, worst first.

    Example: karmapath gaps L0000001 --on 2027-04-01
    """
    from api.http.shapes import gap_document

    place = Home.find(home)
    engine = open_engine(place)
    record = learner_record(open_store(place), learner)
    found = engine.gaps(record, on or now(), role=role, position=position)
    if as_json:
        print_json(
            {
                "learner": learner,
                "model_version": engine.version,
                "gaps": [gap_document(gap, engine.reference) for gap in found],
            }
        )
        return
    for gap in found:
        state = f"level {gap.expected_level:.1f} expected" if gap.known else "level unknown"
        mark = "met" if gap.met else "critical" if gap.critical else "open"
        say(f"{mark:>8}  {gap.name}: needs level {gap.required}, {state}, {100 * gap.p_met:.0f} % sure that it is met")
    if not found:
        log.print("The learner's position is not known, or nothing is required of it: give --role or --position.")
