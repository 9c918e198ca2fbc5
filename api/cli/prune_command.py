"""``karmapath prune``: old snapshots of the imported tables are removed."""

from __future__ import annotations

import contextlib
from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption, existing_store
from api.cli.output import print_json, say
from features.errors import NotReadyError
from features.home import Home

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="How many of the newest to keep.")] = 7,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove old snapshots: all but the newest, the current one, and those that the store and the gap map came from.

    Learners who were erased stand in snapshots from before; once those are removed they stand nowhere.

    Example: karmapath prune --keep 7
    """
    from features.retention import prune as pruned
    from features.warehouse import Warehouse

    place = Home.find(home)
    found = pruned(Warehouse(place.warehouse), keep, _needed(place), dry=dry)
    if as_json:
        print_json({"kept": found.kept, "removed": found.removed, "freed": found.freed, "dry": dry})
        return
    done = "would be removed" if dry else "removed"
    say(f"{len(found.removed)} snapshots {done}, {found.freed / 1e6:,.1f} MB; {len(found.kept)} kept")


def _needed(home: Home) -> set[str]:
    from recommender.planning.gap_map import open_gap_map

    needed = set()
    store = existing_store(home)
    if store is not None and (loaded := store.snapshot()) is not None:
        needed.add(loaded)
    with contextlib.suppress(NotReadyError):  # there is no gap map
        needed.add(open_gap_map(home).about.snapshot)
    return needed
