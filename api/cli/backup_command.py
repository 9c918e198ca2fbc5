"""``karmapath backup``: everything that cannot be computed again, in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import print_json, say

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def backup(
    out: Annotated[Path, typer.Argument(help="Folder to make; it must not be there.", show_default=False)],
    warehouse: Annotated[bool, typer.Option("--warehouse", help="The imported tables, too.")] = False,
    tracking: Annotated[bool, typer.Option("--tracking", help="MLflow's runs and artifacts, too.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Back up the store, the ledgers, the settings and the champion, while the server runs.

    Example: karmapath backup /backups/2026-11-22

    The store is copied as it is at one moment, SQLite by its backup interface, PostgreSQL in one snapshot. The folder
    holds personal data and the settings as they are: keep it as safe as the database.
    """
    from api.backup import back_up
    from api.settings import load_settings

    made = back_up(load_settings(home), out, warehouse=warehouse, tracking=tracking)
    if as_json:
        print_json({"folder": str(out), "schema": made.schema, "bundle": made.bundle, "bytes": made.bytes})
    else:
        say(f"{out}: {len(made.files)} files, {made.bytes / 1e6:,.1f} MB, bundle {made.bundle or '(none)'}")
