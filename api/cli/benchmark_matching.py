"""``karmapath benchmark matching``: matching by meaning beside TF-IDF, BM25 and the raw encoder."""

from __future__ import annotations

import time
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import log, print_json, say


def matching(
    data: Annotated[
        Path | None,
        typer.Option(help="Folder with indic-pairs, uk-gdad, ibm-courses and coursera-skills.", show_default=False),
    ] = None,
    home: HomeOption = None,
    encoder: Annotated[
        str | None,
        typer.Option(help="Encoder by name or path [default: KARMAPATH_ENCODER, else me5-small]", show_default=False),
    ] = None,
    only: Annotated[
        Literal["encoding"] | None, typer.Option(help="Measure only this part: the speed of encoding.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Measure matching by meaning on public ground truth, beside TF-IDF, BM25 and the raw encoder.

    Settings were tried on the translations after the first 600 of each file, which are not judged; roles and courses
    are judged by models that never saw them. With the demo world in the home folder, its catalogue is asked for the
    same needs in two languages; without --data only that, and the speed of encoding, are measured.

    Encoding is timed on as many threads as the processor has, each text once, then again with nothing changed.

    Example: karmapath benchmark matching --data path/to/data
    """
    from experiments.matching.tasks import encoding_speed, run_tasks, two_languages
    from features.encoder.choice import bare_encoder, default_encoder
    from features.home import Home
    from features.warehouse import Warehouse

    started = time.perf_counter()
    place = Home.find(home)
    vectors, warehouse = default_encoder(place, encoder), Warehouse(place.warehouse)
    parts = [run_tasks(data, vectors)] if data and only is None else []
    parts += [two_languages(warehouse.current(), vectors)] if warehouse.exists() and only is None else []
    rows = []
    for row in chain(*parts, encoding_speed(bare_encoder(place, encoder))):
        rows.append(row)
        figures = ", ".join(f"{name} {value:.3f}" for name, value in row.figures.items())
        target = f" (to reach {row.target:.2f})" if row.target is not None else ""
        (log.print if json else say)(f"{row.data}: {row.measure}{target}: {figures}")
    log.print(f"{time.perf_counter() - started:.0f} s with {vectors.name}")
    if json:
        print_json({"encoder": vectors.name, "figures": [asdict(row) for row in rows]})
