"""``karmapath audit``: the audit log."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import HomeOption, JsonOption, made_store
from api.cli.output import print_json, say

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def audit(
    since: Annotated[datetime | None, typer.Option(help="From this moment on.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Before this moment.")] = None,
    principal: Annotated[str | None, typer.Option(help="Who.")] = None,
    action: Annotated[str | None, typer.Option(help="What: read, export, erase, events, change, refused.")] = None,
    about: Annotated[str | None, typer.Option("--object", help="Whom, e.g. learner:L0000001.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 50,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who saw, changed, erased or was refused what, the newest first.

    Example: karmapath audit --object learner:L0000001
    """
    from api.http.audit_file import AuditFile
    from api.http.v1.audit import item
    from api.settings import load_settings
    from features.store import AuditFilter

    settings = load_settings(home)
    wanted = AuditFilter(since, until, principal, action, about)
    if settings.audit in ("store", "off"):
        store = made_store(settings)
        found = store.audit.read(wanted, limit)
        store.close()
    else:
        found = AuditFile(Path(settings.home) / settings.audit).read(wanted, limit)
    if as_json:
        print_json([item(entry) for entry in found])
        return
    for one in found:
        times = f" x{one.times}" if one.times > 1 else ""
        who = f"{one.principal} ({one.role})"
        what = f"{one.action:<8} {one.object or '-'}  {one.route}  {one.status or ''}{times}  {one.detail or ''}"
        say(f"{one.at:%Y-%m-%d %H:%M:%S}  {who:<32} {what}".rstrip())
    if not found:
        say("nothing was written down that fits")
