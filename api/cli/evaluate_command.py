"""``karmapath evaluate``: the hybrid beside plain models and the rules of today."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import log, print_json, say
from api.cli.tables import comparison_table, slices_table
from features.home import Home

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def evaluate(
    protocol: Annotated[
        Literal["time", "last-out"], typer.Option(help="time: cuts in time; last-out: each learner's last choice.")
    ] = "time",
    cut: Annotated[
        datetime | None, typer.Option(help="Judge on what came at or after this day.", formats=["%Y-%m-%d"])
    ] = None,
    test_share: Annotated[
        float, typer.Option(min=0.001, max=0.9, help="Without --cut: judge on this last share of all choices.")
    ] = 0.1,
    cuts: Annotated[
        int, typer.Option(min=1, max=20, help="Rolling cuts, each judged on the --test-share of choices after it.")
    ] = 1,
    least: Annotated[int, typer.Option(min=2, help="last-out: only learners with at least so many choices.")] = 3,
    k: Annotated[list[int] | None, typer.Option(min=1, help="Length of the lists; may be given again.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    text: Annotated[bool, typer.Option(help="Use the courses' texts.")] = True,
    encoder: Annotated[
        str | None, typer.Option(help="me5-small, light, or a sentence-transformers model by name or path.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fit on what was known before a cut, judge on what came after; the hybrid beside its peers, slice by slice.

    Example: karmapath evaluate --cuts 3 --test-share 0.1

    Example: karmapath evaluate --protocol last-out --k 10
    """
    from experiments.evaluate import EvaluateSettings, evaluate

    settings = EvaluateSettings(
        protocol=protocol, cut=cut, test_share=test_share, cuts=cuts, least=least, ks=tuple(k or (10, 20)), seed=seed,
        text=text, encoder=encoder,
    )  # fmt: skip
    comparisons = evaluate(Home.find(home), settings, report=lambda line: log.print(line, markup=False))
    if as_json:
        print_json({"comparisons": comparisons})
        return
    for comparison in comparisons:
        say(comparison_table(comparison))
        if comparison["slices"]:
            say(slices_table(comparison, f"ndcg@{settings.ks[0]}"))
