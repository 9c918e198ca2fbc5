"""``karmapath restore``: an installation made from a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import print_json, say

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="Folder that 'karmapath backup' made.", show_default=False)],
    check: Annotated[bool, typer.Option("--check", help="Only hold every file against its checksum.")] = False,
    store_url: Annotated[
        str | None, typer.Option(help="Where the store goes [default: what the backup's settings say]")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an installation from a backup; nothing that is there is overwritten.

    Example: karmapath restore /backups/2026-11-22 --home /srv/karmapath

    Every file is held against its checksum first. The store goes into an empty database of the same kind.
    """
    from api.backup import read_backup
    from api.backup import restore as put_back
    from features.home import Home

    found = read_backup(source) if check else put_back(source, Home.find(home), store_url)
    if as_json:
        print_json({"made_at": found.made_at, "schema": found.schema, "bundle": found.bundle, "bytes": found.bytes})
    else:
        done = "is whole" if check else f"is back in {Home.find(home).folder}"
        say(f"the backup of {found.made_at} {done}: bundle {found.bundle or '(none)'}, {len(found.files)} files")
