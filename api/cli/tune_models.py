"""``karmapath tune models``: better settings of the hybrid's models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import log, print_json, say
from features.home import Home


def models(
    minutes: Annotated[float, typer.Option(min=0.01, help="Stop after so many minutes.")] = 10.0,
    cut: Annotated[
        datetime | None, typer.Option(help="Use nothing from this day on.", formats=["%Y-%m-%d"], show_default=False)
    ] = None,
    test_share: Annotated[
        float, typer.Option(min=0.001, max=0.9, help="Without --cut: leave out this last share of all choices.")
    ] = 0.1,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    text: Annotated[bool, typer.Option(help="Use the courses' texts.")] = True,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search better settings of the models before the cut that training judges after; stop and go on at will.

    Example: karmapath tune models --minutes 10
    """
    from experiments.train import TrainSettings
    from experiments.tune import tune

    settings = TrainSettings(cut=cut, test_share=test_share, seed=seed, text=text)
    tuned = tune(Home.find(home), settings, minutes, lambda line: log.print(line, markup=False))
    if as_json:
        print_json({"file": str(tuned.file), "trials": tuned.trials, "start": tuned.start, "best": tuned.best})
    else:
        say(f"{tuned.trials} trials: ndcg@10 {tuned.start:.4f} at the start, {tuned.best:.4f} at best")
        say(f"train with them: karmapath train --settings {tuned.file}")
