"""Import files of the platform, or any table by a mapping file."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from api.cli.opened import HomeOption, JsonOption
from api.cli.output import log, print_json, say
from features.errors import KarmapathError
from features.home import Home

if TYPE_CHECKING:
    from features.importers.importing import Extent, ImportReport
    from features.labels import Window

app = typer.Typer(add_completion=False, rich_markup_mode=None)

ExtentOption = Annotated[
    bool | None,
    typer.Option(
        "--full/--delta",
        help="The files hold everything, and what they lack ends; or only what changed. "
        "Neither: what they lack stays, and is counted.",
        show_default=False,
    ),
]
CampaignOption = Annotated[
    list[str] | None,
    typer.Option(help="Campaign window, first and last day: 2025-10-19:2025-10-27.", show_default=False),
]


@app.command()
def import_(
    sources: Annotated[list[Path], typer.Argument(help="Folders or files.", metavar="SOURCE...", show_default=False)],
    kind: Annotated[
        str,
        typer.Option(help="auto, igot (warehouse tables), search (content JSON), roles (role-mapping JSON) or frac."),
    ] = "auto",
    mapping: Annotated[
        str | None, typer.Option(help="Mapping file, or the name of a shipped one.", show_default=False)
    ] = None,
    home: HomeOption = None,
    full: ExtentOption = None,
    campaign: CampaignOption = None,
    pseudonymise: Annotated[
        bool,
        typer.Option("--pseudonymise", help="Replace learner ids by a keyed hash; the key stays in the home folder."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Import files of the platform, or any table by a mapping file.

    A folder with the platform's exports is recognised by itself; any other table is read by a mapping file. Bad rows
    are written to the folder `rejects` in the home folder with what was found, what was expected and what to do; good
    rows are kept. A file that is not what it claims to be is refused, with nothing written.

    Example: karmapath import exports/ --campaign 2025-10-19:2025-10-27

    Example: karmapath import --mapping mars path/to/mars
    """
    from features.importers.importing import import_files
    from features.importers.values import PLATFORM_TIME_ZONE

    report = import_files(
        Home.find(home),
        sources,
        datetime.now(ZoneInfo(PLATFORM_TIME_ZONE)).replace(tzinfo=None),
        kind=kind,
        mapping=mapping,
        windows=[window_of(text) for text in campaign or ()],
        pseudonymise=pseudonymise,
        extent=extent_of(full),
        progress=lambda step: log.print(step, markup=False),
    )
    if json:
        print_json(_document(report))
    else:
        _print(report)


def extent_of(full: bool | None) -> Extent:
    """Return what the files are, as the options say."""
    return "merge" if full is None else "full" if full else "delta"


def window_of(text: str) -> Window:
    """Return the campaign window that two days name; ``KarmapathError`` if they do not."""
    from features.labels import Window

    try:
        first, last = (date.fromisoformat(day) for day in text.split(":"))
    except ValueError:
        raise KarmapathError(
            f"campaign window {text!r}", "two days as YYYY-MM-DD:YYYY-MM-DD", "write the first and the last day"
        ) from None
    if last < first:
        raise KarmapathError(f"campaign window {text!r}", "the first day before the last", "swap the two days")
    return Window(first, last)


def _document(report: ImportReport) -> dict[str, object]:
    return {
        "snapshot": report.snapshot.hash,
        "rows": dict(report.snapshot.rows),
        "files": [asdict(count) for count in report.counts],
        "rejected": report.rejected,
        "rejects_file": None if report.rejects_file is None else str(report.rejects_file),
        "labels": report.labels,
        "campaigns": [str(window) for window in report.campaigns],
        "extent": report.extent,
        "missing": report.missing,
        "before": report.before,
    }


def _print(report: ImportReport) -> None:
    line = "{:<38} {:<18} {:>10} {:>10} {:>10} {:>10} {:>10}"
    say(line.format("file", "table", "read", "kept", "folded", "left out", "rejected"))
    for c in report.counts:
        say(line.format(c.file[:38], c.table, *(f"{n:,}" for n in (c.read, c.kept, c.folded, c.left_out, c.rejected))))
    for name, share in report.labels.items():
        say(f"{name} {share:.1%} of enrolments")
    for window in report.campaigns:
        say(f"campaign window {window}")
    for name, lacking in report.missing.items():
        ended = (
            f"ended; snapshot {report.before} still has them" if report.extent == "full" else "kept (--full ends them)"
        )
        if report.extent != "delta":
            say(f"{lacking:,} {name} that these files lack: {ended}")
    if report.rejects_file is not None:
        say(f"rejected rows: {report.rejected:,}, written to {report.rejects_file}")
    rows = ", ".join(f"{name} {n:,}" for name, n in report.snapshot.rows.items() if n)
    say(f"snapshot {report.snapshot.hash}: {rows}")
