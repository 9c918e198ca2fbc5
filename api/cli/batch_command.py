"""``karmapath batch``: everybody's lists, written as Parquet."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.opened import HomeOption, JsonOption, existing_store, open_store
from api.cli.output import log, print_json, say
from features.home import Home

if TYPE_CHECKING:
    from recommender.batch import Progress

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]


@app.command()
def batch(
    out: Annotated[Path, typer.Option(help="Folder for the lists; made where it is not there.", show_default=False)],
    top: Annotated[int, typer.Option(min=1, max=1000, help="Courses in a list at most.")] = 20,
    source: Annotated[
        str,
        typer.Option(
            "--from", help="store: what the service reads. warehouse: the snapshot, and what the store heard."
        ),
    ] = "store",
    at: Annotated[
        datetime | None,
        typer.Option(help="The moment the lists are for.", show_default="now", formats=_TIMES, metavar="TIME"),
    ] = None,
    partition_size: Annotated[
        int | None, typer.Option(min=100, max=1_000_000, help="Learners in a part.", show_default="25,000")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, max=256, help="Parts made at a time here.", show_default="processors")
    ] = None,
    on: Annotated[str, typer.Option(help="local, dask://HOST:PORT, spark-local or spark://HOST:PORT.")] = "local",
    restart: Annotated[bool, typer.Option("--restart", help="Throw away what is in the folder, begin anew.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recommend to every learner, as the service would, and write the lists as Parquet (docs/batch.md).

    A run that was interrupted goes on where it stopped when the same command is run again.

    Example: karmapath batch --out lists --top 20
    """
    from models.champion import champion_folder
    from recommender.batch import Sources, run_batch

    place = Home.find(home)
    store = open_store(place) if source == "store" else existing_store(place)
    with log.status("") as status:
        manifest = run_batch(
            out, champion_folder(place), Sources(place.warehouse, store),
            source=source, top=top, at=at, partition_size=partition_size, threads=threads or os.cpu_count() or 1,
            on=on, restart=restart, say=log.print, progress=lambda now: status.update(progress_line(now)),
        )  # fmt: skip
    if as_json:
        print_json({"out": str(out), **summary(manifest)})
        return
    say(f"{manifest['learners']:,} learners, {manifest['courses']:,} courses, {len(manifest['parts'])} parts in {out}")
    say(f"model {manifest['model_version']}, for {manifest['at']}")


def progress_line(now: Progress) -> str:
    """Return how far a run is, its rate and the time left, as a line."""
    left = now.seconds_left
    ends = "" if left is None else f", {int(left) // 60}:{int(left) % 60:02d} left"
    return f"{now.learners:,} of {now.of_learners:,} learners, {now.rate:,.0f} a second{ends}"


def summary(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest without what only readers of the parts need."""
    parts = manifest["parts"]
    short = {name: value for name, value in manifest.items() if name not in ("columns", "reasons", "parts", "job")}
    return {**short, "parts": len(parts)}
