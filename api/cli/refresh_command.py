"""``karmapath refresh``: the work of a night in one command."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.import_command import CampaignOption, ExtentOption, extent_of, window_of
from api.cli.opened import HomeOption, JsonOption, existing_store
from api.cli.output import log, print_json, say
from api.cli.verdicts import put_in_verdicts
from features.home import Home

if TYPE_CHECKING:
    from experiments.refresh import Outcome, Step, StepReport
    from experiments.refresh.night import Results

app = typer.Typer(add_completion=False, rich_markup_mode=None)

REFUSED, BUSY = 1, 3


@app.command()
def refresh(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders or files to import first.", metavar="[SOURCE]...", show_default=False),
    ] = None,
    full: ExtentOption = None,
    campaign: CampaignOption = None,
    test_share: Annotated[
        float, typer.Option(min=0.001, max=0.9, help="Judge on this last share of all choices.")
    ] = 0.1,
    text: Annotated[bool, typer.Option(help="Use the courses' texts.")] = True,
    settings_file: Annotated[
        Path | None,
        typer.Option("--settings", help="Settings of the models, as karmapath tune models writes them.", exists=True),
    ] = None,
    lists: Annotated[bool, typer.Option(help="Write everybody's lists.")] = True,
    top: Annotated[int, typer.Option(min=1, max=1000, help="Courses in a list at most.")] = 20,
    redis: Annotated[
        str | None,
        typer.Option(help="Write the portal's lists there: redis://host:port/12", envvar="KARMAPATH_REDIS"),
    ] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Forget an unfinished night, begin anew.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import, train, judge, promote, write everybody's lists, publish: the work of a night, in steps.

    Killed at any moment, the same command goes on where it was: what is finished is not done again. Exit code 1 where
    the gate refused (the night is finished, with the champion as it was), 2 for what you can put right, 3 where another
    refresh is at work.

    Example: karmapath refresh exports/ --delta
    """
    from experiments.refresh import Night
    from experiments.refresh.night import BusyError
    from experiments.refresh.steps import Refresh
    from experiments.train import TrainSettings
    from experiments.tune import read_settings
    from features.times import now

    place = Home.find(home)
    folders = [path.absolute() for path in sources or ()]
    models = None if settings_file is None else read_settings(settings_file)
    settings = TrainSettings(test_share=test_share, text=text, models=models)
    tell = lambda line: log.print(f"  {line}", markup=False)  # noqa: E731
    windows = [window_of(one) for one in campaign or ()]
    work = Refresh(
        place, folders, extent_of(full), now(), settings, tell, windows, top, store=lambda: existing_store(place)
    )
    asked = {
        "sources": [str(path) for path in folders], "extent": extent_of(full),
        "settings": settings.model_dump(mode="json"),
        "campaigns": [str(window) for window in windows], "lists": lists, "top": top, "redis": redis is not None,
    }  # fmt: skip
    steps = [*(_learning(place, step) for step in work.steps(lists)), *_publishing(place, redis)]
    try:
        reports = Night(place.folder / "refresh").run(
            steps, asked, lambda line: log.print(line, markup=False), restart=restart
        )
    except BusyError as error:
        log.print(f"karmapath: {error}", markup=False)
        raise typer.Exit(BUSY) from None
    _tell(reports, as_json=as_json)
    if any(report.status == "refused" for report in reports):
        raise typer.Exit(REFUSED)


def _learning(home: Home, step: Step) -> Step:
    """Have training learn from what planners said of edges, whatever the night's import brought."""
    from experiments.refresh import Step

    def train(before: Results) -> Outcome:
        put_in_verdicts(home)
        return step.run(before)

    return Step("train", train) if step.name == "train" else step


def _publishing(home: Home, redis: str | None) -> list[Any]:
    from api.cli.publish_command import publish_home
    from experiments.refresh import Outcome, Step

    if redis is None:
        return []

    def publish(_: object) -> Outcome:
        return Outcome({"fields": publish_home(home, redis)})

    return [Step("publish", publish)]


def _tell(reports: list[StepReport], *, as_json: bool) -> None:
    if as_json:
        seconds = sum(report.seconds for report in reports)
        print_json({"steps": [asdict(report) for report in reports], "seconds": round(seconds, 2)})
        return
    for report in reports:
        state = "finished before" if report.earlier else report.status
        told = ", ".join(f"{name} {value}" for name, value in report.facts.items() if _is_short(value))
        say(f"{report.name:<8} {state:<16} {report.seconds:>9,.1f} s  {told}")
        for refusal in report.facts.get("refusals", ()):
            say(f"         refused: {refusal}")


def _is_short(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
