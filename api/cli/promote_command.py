"""``karmapath promote``: a registered bundle through the gate."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import log, print_json, say
from api.cli.tables import comparison_table
from features.home import Home

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def promote(
    version: Annotated[int | None, typer.Argument(help="Number of the version [default: the newest]")] = None,
    list_versions: Annotated[bool, typer.Option("--list", help="Only list the registered versions.")] = False,
    cut: Annotated[
        datetime | None, typer.Option(help="Judge on what came at or after this day.", formats=["%Y-%m-%d"])
    ] = None,
    test_share: Annotated[
        float, typer.Option(min=0.001, max=0.9, help="Without --cut: judge on this last share of all choices.")
    ] = 0.1,
    text: Annotated[bool, typer.Option(help="Use the courses' texts.")] = True,
    force: Annotated[bool, typer.Option("--force", help="Promote whatever the gate says.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a registered bundle the champion, if it beats popularity and EASE and is no worse than the champion.

    A running server picks the new champion up. Exit code 1 where the gate refuses.

    Example: karmapath promote 3
    """
    from experiments.promote import promote
    from experiments.tracking import Tracking
    from experiments.train import TrainSettings

    place = Home.find(home)
    if list_versions:
        _list(Tracking(place), as_json=as_json)
        return
    settings = TrainSettings(cut=cut, test_share=test_share, text=text)
    verdict = promote(place, version, settings, lambda line: log.print(line, markup=False), force=force)
    if as_json:
        answer: dict[str, Any] = {
            "version": verdict.candidate.number,
            "bundle": verdict.candidate.bundle,
            "promoted": verdict.promoted,
            "refusals": list(verdict.refusals),
            "comparison": verdict.comparison,
        }
        print_json(answer)
    else:
        if verdict.comparison is not None:
            say(comparison_table(verdict.comparison))
        for refusal in verdict.refusals:
            say(f"refused: {refusal}")
        if verdict.promoted:
            say(f"version {verdict.candidate.number} (bundle {verdict.candidate.bundle}) is the champion")
    if not verdict.promoted:
        raise typer.Exit(1)


def _list(tracking: Any, *, as_json: bool) -> None:
    champion = tracking.champion()
    number = None if champion is None else champion.number
    rows = [
        {"version": one.number, "bundle": one.bundle, "run": one.run, "champion": one.number == number}
        for one in tracking.versions()
    ]
    if as_json:
        print_json({"versions": rows})
        return
    for row in rows:
        say(f"{row['version']:4d}  {row['bundle']}  {'champion' if row['champion'] else ''}")
