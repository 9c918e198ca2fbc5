"""``karmapath tune evidence``: refit the evidence table from proctored results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption, open_store
from api.cli.output import log, print_json, say
from features.home import Home


def evidence(
    out: Annotated[Path | None, typer.Option(help="Where the table goes [default: evidence.toml in the home]")] = None,
    most: Annotated[int, typer.Option(min=50, help="Learners with proctored results to read at most.")] = 10_000,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refit the evidence table from proctored results and judge it on learners that were held out.

    Example: karmapath tune evidence --out evidence.toml
    """
    import polars as pl
    from rich.progress import track

    from experiments.evidence.tune import tune_evidence
    from features.reference import Reference
    from features.warehouse import Warehouse

    place = Home.find(home)
    store = open_store(place)
    snapshot = Warehouse(place.warehouse).current()
    tested = snapshot.scan("evidence").filter(pl.col("kind") == "proctored").select("learner_id").unique()
    ids = tested.sort("learner_id").head(most).collect()["learner_id"].to_list()
    known = (store.record(one) for one in track(ids, "reading records", console=log))
    tuned = tune_evidence((record for record in known if record is not None), Reference.load(snapshot))
    target = out or place.evidence
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(tuned.fit.table.to_toml(), encoding="utf-8")
    if as_json:
        print_json(
            {
                "table": str(target), "results": tuned.fit.cases, "held_out": tuned.held_out,
                "log_loss_before": tuned.loss_before, "log_loss_after": tuned.loss_after,
            }
        )  # fmt: skip
        return
    say(f"Fitted to {tuned.fit.cases:,} proctored results; {tuned.held_out:,} held out.")
    say(f"Log loss of the held-out results: {tuned.loss_before:.4f} before, {tuned.loss_after:.4f} after.")
    say(f"The table is in {target}; bundles trained with it there (in the home folder) judge by it.")
