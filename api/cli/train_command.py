"""``karmapath train``: from the imported data to a judged, registered bundle."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import log, print_json, say
from api.cli.tables import comparison_table
from api.cli.verdicts import put_in_verdicts
from features.home import Home

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def train(
    cut: Annotated[
        datetime | None,
        typer.Option(help="Judge on what came at or after this moment.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    ] = None,
    test_share: Annotated[
        float, typer.Option(min=0.001, max=0.9, help="Without --cut: judge on this last share of all choices.")
    ] = 0.1,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    text: Annotated[bool, typer.Option(help="Use the courses' texts.")] = True,
    encoder: Annotated[
        str | None, typer.Option(help="me5-small, light, or a sentence-transformers model by name or path.")
    ] = None,
    settings_file: Annotated[
        Path | None,
        typer.Option("--settings", help="Settings of the models, as karmapath tune models writes them.", exists=True),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train on the imported data, judge on what came after, register the bundle; the first becomes the champion.

    Example: karmapath train --test-share 0.1
    """
    from experiments.train import TrainSettings, train
    from experiments.tune import read_settings

    models = None if settings_file is None else read_settings(settings_file)
    settings = TrainSettings(cut=cut, test_share=test_share, seed=seed, text=text, encoder=encoder, models=models)
    put_in_verdicts(Home.find(home))
    trained = train(Home.find(home), settings, report=lambda line: log.print(line, markup=False))
    answer: dict[str, Any] = {
        "bundle": trained.bundle.version,
        "version": trained.registered.number,
        "champion": trained.is_champion,
        "comparison": trained.comparison,
    }
    if as_json:
        print_json(answer)
    elif trained.comparison is not None:
        say(comparison_table(trained.comparison))
