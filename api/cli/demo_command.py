"""``karmapath demo``: the demo world, from nothing to a served page."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import Annotated, Any, NoReturn

import typer

from api.cli.opened import HomeOption, open_store
from api.cli.output import log
from features.errors import KarmapathError
from features.home import Home
from features.store import Store
from models.champion import pointer_file

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_MADE = "made.json"


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to serve on.")] = 8000,
    learners: Annotated[int, typer.Option(min=100, help="Number of learners in the demo world.")] = 25_000,
    seed: Annotated[int | None, typer.Option(help="Seed of the demo world [default: the usual one]")] = None,
    prepare_only: Annotated[bool, typer.Option("--prepare-only", help="Stop before serving.")] = False,
    home: HomeOption = None,
) -> None:
    """Make the demo world, import it, train and judge on it, and serve it. What is there already is not made again.

    Example: karmapath demo --learners 2000 --port 8000
    """
    from experiments.world.write import SEED

    place = Home.find(home)
    asked = {"learners": learners, "seed": SEED if seed is None else seed}
    if _is_ready(place, asked):
        log.print(f"The demo world is ready in {place.folder}.", markup=False)
    else:
        _prepare(place, asked)
    store = open_store(place)
    _tell(store, port)
    if not prepare_only:
        _serve(place, port)


def _serve(home: Home, port: int) -> NoReturn:
    """Become the server: what training has loaded, and its threads, are let go."""
    sys.stdout.flush()
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--port", str(port)]
    os.execv(sys.executable, [*command, "--home", str(home.folder)])  # noqa: S606 - our own program


def _is_ready(home: Home, asked: dict[str, int]) -> bool:
    return _made(home) == {**asked, "ready": True} and pointer_file(home).exists()


def _made(home: Home) -> dict[str, Any] | None:
    """Return what the home folder's demo world was made with, ``None`` if the folder holds none."""
    made = home.demo / _MADE
    return json.loads(made.read_text()) if made.exists() else None


def _prepare(home: Home, asked: dict[str, int]) -> None:
    from experiments.tracking import Tracking
    from experiments.train import TrainSettings, train
    from experiments.world import write_world
    from features.importers.importing import import_files
    from features.times import now

    _make_room(home)
    home.demo.mkdir(parents=True, exist_ok=True)
    (home.demo / _MADE).write_text(json.dumps({**asked, "ready": False}))
    log.print(f"1/3 making a civil service of {asked['learners']:,} learners in {home.demo}", markup=False)
    with log.status("") as status:
        write_world(
            home.demo,
            asked["learners"],
            asked["seed"],
            progress=lambda done, of: status.update(f"{done:,} of {of:,} learners"),
        )
    log.print("2/3 importing what its platform would export")
    report = import_files(home, [home.demo], now(), progress=lambda step: log.print(f"  {step}", markup=False))
    log.print(f"  {report.rejected} rows rejected, see {report.rejects_file}", markup=False)
    log.print("3/3 training, judged on what came after a cut in time")
    trained = train(home, TrainSettings(), report=lambda line: log.print(f"  {line}", markup=False))
    if not trained.is_champion:
        Tracking(home).crown(trained.registered)
    (home.demo / _MADE).write_text(json.dumps({**asked, "ready": True}))


def _make_room(home: Home) -> None:
    """Remove an older or half-made demo world; refuse a home that holds data of another kind."""
    if _made(home) is not None:
        for folder in (home.demo, home.warehouse):
            shutil.rmtree(folder, ignore_errors=True)
        for file in home.folder.glob("store.sqlite3*"):
            file.unlink()
    elif home.warehouse.exists():
        raise KarmapathError(
            f"found imported data in {home.folder} that is not a demo world",
            "an empty home folder",
            "name another one with --home",
        )


def _tell(store: Store, port: int) -> None:
    learner = store.learners("", 1)[0].id
    address = f"http://127.0.0.1:{port}"
    log.print(
        f"\n  start page       {address}/\n  one learner      {address}/learners/{learner}\n"
        f"  the API          {address}/docs\n\n  An example call:\n\n"
        f"  curl -s '{address}/v1/learners/{learner}/paths/guided'\n",
        markup=False,
    )
