"""``karmapath benchmark matching``: matching by meaning beside TF-IDF, BM25 and the raw encoder."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import log, print_json, say


def matching(
    data: Annotated[Path, typer.Option(help="Folder with indic-pairs, uk-gdad, ibm-courses and coursera-skills.")],
    home: HomeOption = None,
    encoder: Annotated[
        str | None,
        typer.Option(help="Encoder by name or path [default: KARMAPATH_ENCODER, else me5-small]", show_default=False),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Measure matching by meaning on public ground truth, beside TF-IDF, BM25 and the raw encoder.

    Settings were tried on the translations after the first 600 of each file, which are not judged; roles and courses
    are judged by models that never saw them.

    Example: karmapath benchmark matching --data path/to/data
    """
    from experiments.matching.tasks import run_tasks
    from features.encoder.choice import default_encoder
    from features.home import Home

    started = time.perf_counter()
    vectors = default_encoder(Home.find(home), encoder)
    rows = []
    for row in run_tasks(data, vectors):
        rows.append(row)
        figures = ", ".join(f"{name} {value:.3f}" for name, value in row.figures.items())
        target = f" (to reach {row.target:.2f})" if row.target is not None else ""
        (log.print if json else say)(f"{row.data}: {row.measure}{target}: {figures}")
    log.print(f"{time.perf_counter() - started:.0f} s with {vectors.name}")
    if json:
        print_json({"encoder": vectors.name, "figures": [asdict(row) for row in rows]})
